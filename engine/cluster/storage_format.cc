#include "engine/cluster/storage_format.h"

#include <fmt/format.h>

#include <charconv>
#include <map>

#include "engine/raft/raft_config.h"
#include "engine/raft/snapshot_file.h"

namespace kscope::cluster {
namespace {

constexpr const char* kFile = "meta.properties";
constexpr const char* kTemporary = "meta.properties.tmp";

std::map<std::string, std::string> properties_of(std::string_view text) {
  std::map<std::string, std::string> found;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto equals = line.find('=');
    if (line.starts_with('#') || equals == line.npos) continue;
    found[std::string(line.substr(0, equals))] = line.substr(equals + 1);
  }
  return found;
}

Error broken(const std::string& what) {
  return {ErrorKind::Corrupt, std::string(kFile) + ": " + what};
}

Result<void> write_whole(env::Env& env, const std::string& path, std::string_view text) {
  KTRY_ASSIGN(const env::FileHandle file, env.disk.open(path, true));
  Result<void> done = env.disk.truncate(file, 0);
  if (done.ok()) done = env.disk.append(file, view_of(text));
  if (done.ok()) done = env.disk.flush(file);
  env.disk.close(file);
  return done;
}

}  // namespace

std::string to_text(const MetaProperties& properties) {
  return fmt::format("#\ncluster.id={}\ndirectory.id={}\nnode.id={}\nversion=1\n",
                     properties.cluster_id, properties.directory.str(), properties.node.value());
}

Result<MetaProperties> parse_meta_properties(std::string_view text) {
  const auto found = properties_of(text);
  for (const char* key : {"version", "cluster.id", "node.id"}) {
    if (found.count(key) == 0) return broken(fmt::format("there is no line {}=", key));
  }
  if (found.at("version") != "1") {
    return broken(fmt::format("version={}: expected 1", found.at("version")));
  }
  MetaProperties properties;
  properties.cluster_id = found.at("cluster.id");
  const std::string& node = found.at("node.id");
  std::int32_t id = 0;
  const auto [end, error] = std::from_chars(node.data(), node.data() + node.size(), id);
  if (error != std::errc() || end != node.data() + node.size() || id < 0) {
    return broken(fmt::format("node.id={}: expected a number", node));
  }
  properties.node = NodeId(id);
  const auto directory = found.find("directory.id");
  if (directory != found.end() && !Uuid::parse(directory->second, &properties.directory)) {
    return broken(
        fmt::format("directory.id={}: expected 22 characters of base64", directory->second));
  }
  return properties;
}

Result<MetaProperties> read_meta_properties(env::Disk& disk) {
  if (!disk.exists(kFile)) {
    return Error{ErrorKind::NotFound,
                 "no meta.properties in the log directory: it was never formatted "
                 "(kafka-storage.sh format does that)"};
  }
  KTRY_ASSIGN(const env::FileHandle file, disk.open(kFile, false));
  const auto size = disk.size(file);
  const auto bytes = size.ok() ? disk.read(file, 0, *size) : Result<Bytes>(size.error());
  disk.close(file);
  if (!bytes.ok()) return bytes.error();
  return parse_meta_properties(text_of(*bytes));
}

bool is_blank(const env::Disk& disk) {
  const auto entries = disk.list("");
  if (!entries.ok()) return false;
  for (const env::DirEntry& entry : *entries) {
    // A formatting that was cut short leaves these behind, and nothing else.
    const bool ours = entry.name == kTemporary || entry.name == raft::metadata_partition().str();
    if (!ours) return false;
    if (entry.is_directory && disk.exists(raft::metadata_partition().str() + "/quorum-state")) {
      return false;
    }
  }
  return true;
}

Result<void> format_storage(env::Env& env, const FormatOptions& options) {
  NodeList voters;
  if (options.kraft_version > 0 && !options.first_voters.empty()) {
    raft::SnapshotContents contents;
    contents.last_timestamp_ms = env.clock.wall_ms();
    contents.kraft_version = options.kraft_version;
    raft::VoterSet set;
    for (const raft::Voter& voter : options.first_voters) set = set.with(voter);
    contents.voters = set;
    voters = NodeList(set.ids());
    KTRY(env.disk.make_directory(raft::metadata_partition().str()));
    const raft::SnapshotId first{Offset(0), 0};
    KTRY(raft::write_snapshot_file(env, first, raft::encode_snapshot(first, contents)));
  }
  KTRY(write_whole(env, kTemporary, to_text(options.properties)));
  KTRY(env.disk.rename(kTemporary, kFile));
  KTRY(env.disk.flush_directory(""));
  env.events.emit(env.node, event::StorageFormatted{options.kraft_version, voters});
  return {};
}

}  // namespace kscope::cluster
