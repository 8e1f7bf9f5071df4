// Batches of idempotent and transactional producers, and the state that a log's batches lead to.
#pragma once

#include <map>
#include <string>

#include "engine/storage/end_txn_marker.h"
#include "tests/unit/storage/storage_fixture.h"

namespace kscope::storage {

struct ProducerBatch {
  std::int64_t producer = 7;
  std::int16_t epoch = 0;
  std::int32_t sequence = 0;
  int records = 1;
  bool transactional = false;
  std::int64_t timestamp_ms = kNowMs;
};

inline Bytes producer_batch(const ProducerBatch& spec) {
  record::BatchOptions options;
  options.producer_id = spec.producer;
  options.producer_epoch = spec.epoch;
  options.base_sequence = spec.sequence;
  options.transactional = spec.transactional;
  std::vector<record::Record> records;
  for (int i = 0; i < spec.records; ++i) {
    record::Record r;
    r.offset = i;
    r.timestamp_ms = spec.timestamp_ms;
    r.value = to_bytes("value");
    records.push_back(std::move(r));
  }
  return record::build_batch(options, records);
}

inline Bytes make_marker(std::int64_t producer, std::int16_t epoch, ControlType type,
                         std::int32_t coordinator_epoch = 0) {
  record::BatchOptions options;
  options.producer_id = producer;
  options.producer_epoch = epoch;
  options.transactional = options.control = true;
  return record::build_batch(options, {make_end_txn_record({type, coordinator_epoch}, kNowMs)});
}

inline UnifiedLog::LeaderAppend offer(Node& node, UnifiedLog& log, const Bytes& batch,
                                      AppendOrigin origin = AppendOrigin::Client) {
  auto outcome = log.append_as_leader(node.env(), batch, LeaderEpoch(0), origin);
  REQUIRE(outcome.ok());
  return std::move(outcome).value();
}

inline ErrorCode refusal(const UnifiedLog::LeaderAppend& outcome) {
  return outcome.refused ? outcome.refused->error : ErrorCode::NONE;
}

/// What is known of each producer, without the batches before its last one (snapshots leave them
/// out), and the transactions that are open.
inline std::string summary(const ProducerStateManager& state) {
  std::string text;
  for (const auto& [id, entry] : state.producers()) {
    const Offset last = entry.batches.empty() ? Offset(-1) : entry.batches.back().last_offset;
    text += "producer " + std::to_string(id) + " epoch " + std::to_string(entry.producer_epoch) +
            " sequence " + std::to_string(entry.last_sequence()) + " offset " +
            std::to_string(last.value()) + " coordinator " +
            std::to_string(entry.coordinator_epoch) + " txn " +
            std::to_string(entry.current_txn_first.value_or(Offset(-1)).value()) + "\n";
  }
  const auto open = state.first_undecided();
  return text + "undecided " + std::to_string(open.value_or(Offset(-1)).value());
}

/// The state that reading the whole log from its first batch on leads to; the oracle.
inline ProducerStateManager folded(Node& node, const UnifiedLog& log) {
  ProducerStateManager state("nowhere");
  for (const LogSegment& segment : log.segments()) {
    const Bytes bytes = segment.read(node.disk, 0, segment.size()).value();
    std::size_t position = 0;
    const auto headers = record::split_batches(bytes).value();
    for (const record::BatchHeader& header : headers) {
      const ByteView batch = ByteView(bytes).subspan(position, header.size_in_bytes());
      position += batch.size();
      if (!header.has_producer_id()) continue;
      const auto marker = header.is_control() ? end_txn_marker_of(batch) : std::nullopt;
      if (const auto ended = state.replay(header, marker)) state.complete(*ended);
    }
  }
  return state;
}

/// Several producers, idempotent and transactional, appending at random.
struct RandomProducers {
  explicit RandomProducers(std::uint64_t seed) : random(seed) {}
  void append_one(Node& node, UnifiedLog& log) {
    const auto id = static_cast<std::int64_t>(random.below(4));
    One& p = all[id];
    const bool transactional = id >= 2;
    if (transactional && p.open && random.chance(1, 3)) {
      const auto type = random.chance(1, 2) ? ControlType::Abort : ControlType::Commit;
      const Bytes marker = make_marker(id, p.epoch, type, p.coordinator_epoch);
      REQUIRE(offer(node, log, marker, AppendOrigin::Coordinator).info.has_value());
      p.open = false;
      return;
    }
    if (!p.open && random.chance(1, 9)) ++p.epoch, p.next = 0;
    if (!p.open && random.chance(1, 9)) ++p.coordinator_epoch;
    const int records = static_cast<int>(random.between(std::int64_t{1}, std::int64_t{4}));
    const auto outcome =
        offer(node, log, producer_batch({id, p.epoch, p.next, records, transactional}));
    REQUIRE(refusal(outcome) == ErrorCode::NONE);
    p.next += records;
    p.open = transactional;
  }
  struct One {
    std::int16_t epoch = 0;
    std::int32_t next = 0;
    std::int32_t coordinator_epoch = 0;
    bool open = false;
  };
  env::Random random;
  std::map<std::int64_t, One> all;
};

}  // namespace kscope::storage
