#include "engine/storage/dump_log.h"

#include <fmt/core.h>

#include "engine/env/disk_path.h"
#include "engine/storage/checkpoint_file.h"
#include "engine/storage/dump_parts.h"
#include "engine/storage/file_names.h"
#include "engine/storage/leader_epoch_cache.h"
#include "engine/storage/properties.h"
#include "engine/storage/remote_log.h"

namespace kscope::storage {

namespace {

// A text file is shown as it is; `checked` says what is wrong with it.
template <class T>
Dump dump_text(std::string_view text, const Result<T>& checked) {
  Dump dump;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    const bool is_line = text[end] == '\n';
    dump_line(dump, "{}", printable(text.substr(0, end + (is_line ? 0 : 1))));
    text.remove_prefix(end + 1);
  }
  if (!checked.ok()) dump.problems.push_back(checked.error().message);
  return dump;
}

Dump dump_segment(ByteView bytes, Offset base, const DumpOptions& options) {
  Dump dump = dump_batches(bytes, options);
  dump.text = fmt::format("Log starting offset: {}\n", base.value()) + dump.text;
  return dump;
}

// "00000000000000000123-0000000005.checkpoint": end offset and epoch of a snapshot.
Dump dump_snapshot(std::string_view name, ByteView bytes, const DumpOptions& options) {
  Dump dump = dump_batches(bytes, options);
  const std::string_view stem =
      name.substr(0, name.size() - std::string_view(".checkpoint").size());
  std::string line(stem);
  std::replace(line.begin(), line.end(), '-', ' ');
  if (const auto numbers = parse_numbers(line, 2)) {
    dump.text = fmt::format("Snapshot end offset: {}, epoch: {}\n", (*numbers)[0], (*numbers)[1]) +
                dump.text;
  } else if (name == "bootstrap.checkpoint") {
    dump.text = "KRaft bootstrap snapshot\n" + dump.text;
  }
  return dump;
}

// Files on their way out or in are what they were.
std::string_view without_suffix(std::string_view name) {
  for (const std::string_view suffix :
       {kDeletedSuffix, kCleanedSuffix, std::string_view(".swap")}) {
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  }
  return name;
}

std::optional<Dump> dump_binary(std::string_view name, ByteView bytes, const DumpOptions& options,
                                const DumpNeighbours& neighbours) {
  if (const auto base = parse_segment_file(name, kLogSuffix)) {
    return dump_segment(bytes, *base, options);
  }
  if (const auto base = parse_segment_file(name, kIndexSuffix)) {
    return dump_offset_index(bytes, *base, options, neighbours);
  }
  if (const auto base = parse_segment_file(name, kTimeIndexSuffix)) {
    return dump_time_index(bytes, *base, options, neighbours);
  }
  if (const auto base = parse_segment_file(name, kTxnIndexSuffix)) {
    return dump_txn_index(bytes, *base);
  }
  if (parse_segment_file(name, kProducerSnapshotSuffix)) return dump_producer_snapshot(bytes);
  if (name.ends_with(".checkpoint")) return dump_snapshot(name, bytes, options);
  return std::nullopt;
}

std::optional<Dump> dump_text_file(std::string_view name, std::string_view text) {
  if (name == kLeaderEpochCheckpoint) {
    return dump_text(text, LeaderEpochCache::from_checkpoint(text));
  }
  if (name.ends_with("-offset-checkpoint")) return dump_text(text, parse_offset_checkpoint(text));
  if (name == kRemoteLogMetadata) return dump_text(text, parse_remote_metadata(text));
  if (name == kPartitionMetadata) return dump_text(text, parse_partition_metadata(text));
  if (name == kMetaProperties) return dump_text(text, parse_meta_properties(text));
  if (name == "quorum-state" || name == kCleanShutdownMarker)
    return dump_text(text, Result<void>());
  return std::nullopt;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') {
      shown += c;
    } else {
      shown += fmt::format("\\x{:02x}", byte);
    }
  }
  return shown;
}

NeighbourNames neighbours_of(std::string_view path) {
  const std::string_view name = without_suffix(env::name_in(path));
  const bool by_time = parse_segment_file(name, kTimeIndexSuffix).has_value();
  if (!by_time && !parse_segment_file(name, kIndexSuffix)) return {};
  const std::string stem(path.substr(0, path.find('.', path.size() - env::name_in(path).size())));
  return {stem + std::string(kLogSuffix), by_time ? stem + std::string(kIndexSuffix) : ""};
}

Result<Dump> dump_file(std::string_view path, ByteView bytes, const DumpOptions& options,
                       const DumpNeighbours& neighbours) {
  const std::string_view name = without_suffix(env::name_in(path));
  if (auto dump = dump_binary(name, bytes, options, neighbours)) {
    const bool checked = options.index_sanity_check && name.ends_with("index");
    if (checked && dump->problems.empty()) dump_line(*dump, "{} passed sanity check.", path);
    return std::move(*dump);
  }
  if (auto dump = dump_text_file(name, text_of(bytes))) return std::move(*dump);
  return Error{ErrorKind::Unsupported,
               fmt::format("{}: not a file of a log directory; understood are "
                           "<20 digits>.log .index .timeindex .txnindex .snapshot, .checkpoint, "
                           "*-offset-checkpoint, leader-epoch-checkpoint, partition.metadata, "
                           "meta.properties, quorum-state",
                           name)};
}

}  // namespace kscope::storage
