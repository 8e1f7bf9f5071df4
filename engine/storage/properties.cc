#include "engine/storage/properties.h"

#include <fmt/core.h>

#include <charconv>
#include <map>

#include "engine/env/disk_path.h"
#include "engine/storage/checkpoint_file.h"
#include "engine/storage/file_names.h"

namespace kscope::storage {

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// "key<separator>value" lines; comments and lines without a separator are passed over.
std::map<std::string, std::string> parse_pairs(std::string_view text, char separator) {
  std::map<std::string, std::string> pairs;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t at = line.find(separator);
    if (line.empty() || line.front() == '#' || at == std::string_view::npos) continue;
    pairs[std::string(trimmed(line.substr(0, at)))] = std::string(trimmed(line.substr(at + 1)));
  }
  return pairs;
}

Error bad_value(std::string_view key, std::string_view value) {
  if (value.empty()) return {ErrorKind::Corrupt, fmt::format("{} is missing", key)};
  return {ErrorKind::Corrupt, fmt::format("{} cannot be \"{}\"", key, value)};
}

}  // namespace

std::string to_text(const MetaProperties& properties) {
  return fmt::format("version=1\ncluster.id={}\nnode.id={}\ndirectory.id={}\n",
                     properties.cluster_id, properties.node.value(),
                     properties.directory_id.str());
}

Result<MetaProperties> parse_meta_properties(std::string_view text) {
  auto pairs = parse_pairs(text, '=');
  if (pairs["version"] != "1") return bad_value("version", pairs["version"]);
  MetaProperties properties;
  properties.cluster_id = pairs["cluster.id"];
  if (properties.cluster_id.empty()) return bad_value("cluster.id", "");
  const std::string& node = pairs["node.id"];
  std::int32_t id = 0;
  const auto [end, failure] = std::from_chars(node.data(), node.data() + node.size(), id);
  if (failure != std::errc() || end != node.data() + node.size() || id < 0) {
    return bad_value("node.id", node);
  }
  properties.node = NodeId(id);
  // Absent in directories that were formatted before KIP-858.
  const std::string& directory = pairs["directory.id"];
  if (!directory.empty() && !Uuid::parse(directory, &properties.directory_id)) {
    return bad_value("directory.id", directory);
  }
  return properties;
}

Result<std::optional<MetaProperties>> read_meta_properties(env::Disk& disk) {
  KTRY_ASSIGN(const auto text, read_whole_file(disk, kMetaProperties));
  if (!text) return std::optional<MetaProperties>();
  Result<MetaProperties> parsed = parse_meta_properties(*text);
  if (!parsed.ok()) return in_file(kMetaProperties, parsed.error());
  return std::optional(std::move(parsed).value());
}

Result<void> write_meta_properties(env::Disk& disk, const MetaProperties& properties) {
  return write_file_atomically(disk, kMetaProperties, to_text(properties));
}

std::string partition_metadata_text(const Uuid& topic_id) {
  return fmt::format("version: 0\ntopic_id: {}", topic_id.str());
}

Result<Uuid> parse_partition_metadata(std::string_view text) {
  auto pairs = parse_pairs(text, ':');
  if (pairs["version"] != "0") return bad_value("version", pairs["version"]);
  Uuid topic_id;
  const std::string& value = pairs["topic_id"];
  if (!Uuid::parse(value, &topic_id) || topic_id.is_zero()) return bad_value("topic_id", value);
  return topic_id;
}

Result<std::optional<Uuid>> read_partition_metadata(env::Disk& disk, std::string_view directory) {
  const std::string path = env::join_path(directory, kPartitionMetadata);
  KTRY_ASSIGN(const auto text, read_whole_file(disk, path));
  if (!text) return std::optional<Uuid>();
  Result<Uuid> parsed = parse_partition_metadata(*text);
  if (!parsed.ok()) return in_file(path, parsed.error());
  return std::optional(parsed.value());
}

Result<void> write_partition_metadata(env::Disk& disk, std::string_view directory,
                                      const Uuid& topic_id) {
  return write_file_atomically(disk, env::join_path(directory, kPartitionMetadata),
                               partition_metadata_text(topic_id));
}

}  // namespace kscope::storage
