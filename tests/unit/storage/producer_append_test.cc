// Goal: a log takes each batch of an idempotent producer once and in order, and fences zombies.
// Kafka: ProducerAppendInfo, ProducerStateManagerTest; KIP-98, KIP-360.
#include <limits>

#include "tests/unit/storage/producer_fixture.h"

using namespace kscope;
using namespace kscope::storage;

TEST_CASE("sequence numbers wrap from 2^31 - 1 to 0") {
  constexpr std::int32_t last = std::numeric_limits<std::int32_t>::max();
  CHECK(increment_sequence(last, 1) == 0);
  CHECK(increment_sequence(last - 2, 5) == 2);
  CHECK(increment_sequence(0, 7) == 7);
  CHECK(decrement_sequence(0, 1) == last);
  CHECK(decrement_sequence(2, 5) == last - 2);
  CHECK(decrement_sequence(7, 7) == 0);
}

TEST_CASE("a batch that is sent again is answered with the offsets it has, and not appended") {
  Node node;
  UnifiedLog log = open_log(node);
  for (int i = 0; i < 6; ++i) {
    CHECK(offer(node, log, producer_batch({.sequence = 3 * i, .records = 3})).info->first ==
          Offset(3 * i));
  }
  const Offset end = log.log_end();
  for (int i = 1; i < 6; ++i) {  // the last five
    const auto again = offer(node, log, producer_batch({.sequence = 3 * i, .records = 3}));
    REQUIRE(again.info.has_value());
    CHECK(again.info->duplicate);
    CHECK(again.info->first == Offset(3 * i));
    CHECK(again.info->last == Offset(3 * i + 2));
  }
  CHECK(log.log_end() == end);
  CHECK(node.events<event::DuplicateBatchFound>().size() == 5);
  // One that is longer ago is not recognised any more, and neither is one of another length.
  CHECK(refusal(offer(node, log, producer_batch({.sequence = 0, .records = 3}))) ==
        ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
  CHECK(refusal(offer(node, log, producer_batch({.sequence = 15, .records = 2}))) ==
        ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
  CHECK(log.log_end() == end);
}

TEST_CASE("a gap in the sequence is refused, and what comes in order after it is taken") {
  Node node;
  UnifiedLog log = open_log(node);
  offer(node, log, producer_batch({.sequence = 0, .records = 2}));
  const auto gap = offer(node, log, producer_batch({.sequence = 3}));
  CHECK(refusal(gap) == ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
  CHECK(gap.refused->reason == "producer 7 sends sequence 3 after 1");
  CHECK(log.log_end() == Offset(2));
  CHECK(offer(node, log, producer_batch({.sequence = 2})).info.has_value());
  CHECK(offer(node, log, producer_batch({.producer = 8, .sequence = 40})).info.has_value());
}

TEST_CASE("sequence numbers are continued at the wrap") {
  constexpr std::int32_t last = std::numeric_limits<std::int32_t>::max();
  Node node;
  UnifiedLog log = open_log(node);
  CHECK(offer(node, log, producer_batch({.sequence = last - 1, .records = 4})).info.has_value());
  CHECK(log.producers().find(7)->last_sequence() == 1);
  CHECK(offer(node, log, producer_batch({.sequence = last - 1, .records = 4})).info->duplicate);
  CHECK(offer(node, log, producer_batch({.sequence = 2})).info.has_value());
}

TEST_CASE("a new epoch begins at 0 and fences the old one") {
  Node node;
  UnifiedLog log = open_log(node);
  offer(node, log, producer_batch({.epoch = 3, .sequence = 0}));
  CHECK(refusal(offer(node, log, producer_batch({.epoch = 4, .sequence = 1}))) ==
        ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
  CHECK(offer(node, log, producer_batch({.epoch = 4, .sequence = 0})).info.has_value());
  const auto zombie = offer(node, log, producer_batch({.epoch = 3, .sequence = 1}));
  CHECK(refusal(zombie) == ErrorCode::INVALID_PRODUCER_EPOCH);
  CHECK(zombie.refused->reason == "producer 7 comes with epoch 3, but epoch 4 has been seen");
  CHECK(log.log_end() == Offset(2));
}

TEST_CASE("markers are fenced by the epochs of producer and coordinator") {
  Node node;
  UnifiedLog log = open_log(node);
  const auto mark = [&](std::int16_t epoch, std::int32_t coordinator) {
    return refusal(offer(node, log, make_marker(7, epoch, ControlType::Abort, coordinator),
                         AppendOrigin::Coordinator));
  };
  offer(node, log, producer_batch({.epoch = 2, .sequence = 0, .transactional = true}));
  CHECK(mark(1, 5) == ErrorCode::INVALID_PRODUCER_EPOCH);
  CHECK(mark(2, 5) == ErrorCode::NONE);
  offer(node, log, producer_batch({.epoch = 2, .sequence = 1, .transactional = true}));
  CHECK(mark(2, 4) == ErrorCode::TRANSACTION_COORDINATOR_FENCED);
  CHECK(mark(2, 6) == ErrorCode::NONE);
  CHECK(log.segments()[0].txn_index().entries().size() == 2);
}

TEST_CASE("a producer with an open transaction cannot write outside of it") {
  Node node;
  UnifiedLog log = open_log(node);
  offer(node, log, producer_batch({.sequence = 0, .transactional = true}));
  CHECK(refusal(offer(node, log, producer_batch({.sequence = 1}))) == ErrorCode::INVALID_TXN_STATE);
  CHECK(offer(node, log, producer_batch({.sequence = 1, .transactional = true})).info.has_value());
}

TEST_CASE("what is not yet decided and replicated is not stable") {
  Node node;
  UnifiedLog log = open_log(node);
  const auto& producers = log.producers();
  offer(node, log, producer_batch({.producer = 1, .sequence = 0}));
  CHECK_FALSE(producers.first_unstable(Offset(0)).has_value());
  offer(node, log, producer_batch({.producer = 1, .sequence = 1, .transactional = true}));  // at 1
  offer(node, log, producer_batch({.producer = 2, .sequence = 0, .transactional = true}));  // at 2
  CHECK(producers.first_unstable(Offset(3)) == Offset(1));
  offer(node, log, make_marker(1, 0, ControlType::Abort), AppendOrigin::Coordinator);  // at 3
  CHECK(producers.first_unstable(Offset(3)) == Offset(1));  // the marker is not yet committed
  CHECK(producers.first_unstable(Offset(4)) == Offset(2));
  offer(node, log, make_marker(2, 0, ControlType::Commit), AppendOrigin::Coordinator);  // at 4
  CHECK(producers.first_unstable(Offset(4)) == Offset(2));
  CHECK_FALSE(producers.first_unstable(Offset(5)).has_value());
  log.on_high_watermark(Offset(5));
  CHECK_FALSE(producers.first_unstable(Offset(0)).has_value());
  CHECK(log.aborted_in(Offset(0), Offset(9)) ==
        std::vector<AbortedTxn>{{1, Offset(1), Offset(3), Offset(2)}});
  CHECK(log.aborted_in(Offset(4), Offset(9)).empty());
  CHECK(log.aborted_in(Offset(0), Offset(1)).empty());
  CHECK(node.events<event::TransactionStarted>().size() == 2);
  CHECK(node.events<event::TransactionEnded>().size() == 2);
}

TEST_CASE("a follower takes what its leader took, and knows the same of the producers") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Node leader, follower;
    UnifiedLog log = open_log(leader), copy = open_log(follower);
    RandomProducers producers(seed);
    for (int i = 0; i < 60; ++i) producers.append_one(leader, log);
    while (copy.log_end() < log.log_end()) {
      const auto read = log.read(leader.env(), copy.log_end(), everything());
      REQUIRE(copy.append_as_follower(follower.env(), read.value().records).ok());
    }
    REQUIRE(summary(copy.producers()) == summary(log.producers()));
    REQUIRE(copy.aborted_in(Offset(0), copy.log_end()) == log.aborted_in(Offset(0), log.log_end()));
  }
}

TEST_CASE("a silent producer is forgotten, but not while its transaction is open") {
  Node node;
  UnifiedLog log = open_log(node);
  offer(node, log, producer_batch({.producer = 1, .sequence = 0}));
  offer(node, log, producer_batch({.producer = 2, .sequence = 0, .transactional = true}));
  node.clock_at_ms(kNowMs + 86'400'000 - 1);
  log.remove_expired_producers(node.env());
  CHECK(log.producers().producers().size() == 2);
  node.clock_at_ms(kNowMs + 86'400'000);
  log.remove_expired_producers(node.env());
  CHECK(log.producers().find(1) == nullptr);
  CHECK(log.producers().find(2) != nullptr);
}
