// Records with keys, and what a reader sees of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/storage/storage_fixture.h"

namespace kscope::storage {

struct KeyValue {
  std::string key;
  std::optional<std::string> value;  ///< nothing: a tombstone
  std::int64_t timestamp_ms = kNowMs;
};

struct KeyedBatch {
  std::vector<KeyValue> records;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  std::int32_t base_sequence = -1;
  bool transactional = false;
  record::Codec codec = record::Codec::None;
};

inline Bytes keyed_batch(const KeyedBatch& spec) {
  record::BatchOptions options;
  options.producer_id = spec.producer_id;
  options.producer_epoch = spec.producer_epoch;
  options.base_sequence = spec.base_sequence;
  options.transactional = spec.transactional;
  options.codec = spec.codec;
  std::vector<record::Record> records;
  for (const KeyValue& each : spec.records) {
    record::Record r;
    r.offset = static_cast<std::int64_t>(records.size());
    r.timestamp_ms = each.timestamp_ms;
    r.key = to_bytes(each.key);
    if (each.value) r.value = to_bytes(*each.value);
    records.push_back(std::move(r));
  }
  return record::build_batch(options, records);
}

inline AppendInfo append_keyed(Node& node, UnifiedLog& log, const KeyedBatch& spec,
                               LeaderEpoch epoch = LeaderEpoch(0)) {
  const auto outcome = log.append_as_leader(node.env(), keyed_batch(spec), epoch);
  REQUIRE(outcome.ok());
  if (outcome->refused) INFO(outcome->refused->reason);
  REQUIRE(outcome->info.has_value());
  return *outcome->info;
}

inline AppendInfo put(Node& node, UnifiedLog& log, const std::string& key,
                      std::optional<std::string> value, std::int64_t timestamp_ms = kNowMs) {
  return append_keyed(node, log, {.records = {{key, std::move(value), timestamp_ms}}});
}

/// A marker as the transaction coordinator writes it.
inline void append_marker(Node& node, UnifiedLog& log, std::int64_t producer_id,
                          std::int16_t producer_epoch, bool commit,
                          std::int64_t timestamp_ms = kNowMs) {
  record::BatchOptions options;
  options.producer_id = producer_id;
  options.producer_epoch = producer_epoch;
  options.transactional = options.control = true;
  record::Record marker;
  marker.timestamp_ms = timestamp_ms;
  marker.key = Bytes{0, 0, 0, static_cast<std::uint8_t>(commit ? 1 : 0)};
  marker.value = Bytes{0, 0, 0, 0, 0, 0};
  const Bytes batch = record::build_batch(options, {marker});
  const auto outcome = log.append_as_leader(node.env(), batch, LeaderEpoch(0),
                                            AppendOrigin::Coordinator);
  REQUIRE(outcome.ok());
  REQUIRE(outcome->info.has_value());
}

/// "0 k=v" for each record that is there, in order; control records as "3 marker".
inline std::vector<std::string> contents_of(Node& node, const UnifiedLog& log) {
  std::vector<std::string> lines;
  Offset from = log.log_start();
  while (from < log.log_end()) {
    const auto read = log.read(node.env(), from, everything());
    REQUIRE(read.ok());
    ByteView rest = read->records;
    if (rest.empty()) break;
    while (!rest.empty()) {
      const auto header = record::parse_header(rest);
      REQUIRE(header.ok());
      const ByteView batch = rest.first(header->size_in_bytes());
      REQUIRE(record::crc_is_valid(batch));
      const auto records = record::read_records(batch);
      REQUIRE(records.ok());
      for (const record::Record& r : *records) {
        if (header->is_control()) {
          lines.push_back(std::to_string(r.offset) + " marker");
          continue;
        }
        const std::string key = r.key ? std::string(text_of(*r.key)) : "null";
        const std::string value = r.value ? std::string(text_of(*r.value)) : "null";
        lines.push_back(std::to_string(r.offset) + " " + key + "=" + value);
      }
      from = Offset(header->next_offset());
      rest = rest.subspan(batch.size());
    }
  }
  return lines;
}

/// Files of the log's directory, names only.
inline std::vector<std::string> file_names(Node& node, const std::string& directory = "orders-0") {
  const auto entries = node.disk.list(directory);
  REQUIRE(entries.ok());
  std::vector<std::string> names;
  for (const env::DirEntry& entry : *entries) names.push_back(entry.name);
  return names;
}

inline std::size_t count_suffix(const std::vector<std::string>& names, std::string_view suffix) {
  std::size_t count = 0;
  for (const std::string& name : names) count += name.ends_with(suffix) ? 1 : 0;
  return count;
}

inline LogConfig compacted(std::int64_t segment_bytes = 100) {
  LogConfig config;
  config.cleanup_compact = true;
  config.cleanup_delete = false;
  config.segment_bytes = segment_bytes;
  return config;
}

}  // namespace kscope::storage
