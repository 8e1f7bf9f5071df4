// Goal: a consumer starts where auto.offset.reset says, follows leaders, and notices when the log
// was cut back behind it. Method: scripted brokers (OffsetFetcherTest, SubscriptionState; KIP-320).
#include "tests/unit/client/consumer_fixture.h"

using namespace kscope;
using namespace kscope::test;
using client::FetchState;

TEST_CASE("earliest and latest ask the leader for the two ends of the log") {
  ConsumerFixture earliest(Settings{{"auto.offset.reset", "earliest"}});
  REQUIRE(earliest.client.assign(earliest.env(), {earliest.orders0}).ok());
  earliest.run_for(millis(1));
  CHECK(earliest.answer_list_offsets(earliest.take_waiting(ApiKey::ListOffsets), 3) == -2);
  CHECK(earliest.position() == 3);
  CHECK(earliest.t.last<event::PositionChanged>()->to == Offset(3));

  ConsumerFixture latest(Settings{{"auto.offset.reset", "latest"}});
  REQUIRE(latest.client.assign(latest.env(), {latest.orders0}).ok());
  latest.run_for(millis(1));
  CHECK(latest.answer_list_offsets(latest.take_waiting(ApiKey::ListOffsets), 99) == -1);
  CHECK(latest.position() == 99);
}

TEST_CASE("with auto.offset.reset=none a partition without a position stands still until seek()") {
  ConsumerFixture f(Settings{{"auto.offset.reset", "none"}});
  REQUIRE(f.client.assign(f.env(), {f.orders0}).ok());
  f.run_for(seconds(2));
  CHECK(f.state() == FetchState::Halted);
  CHECK(f.waiting.empty());
  CHECK(f.t.count<event::FetchFailed>() == 1);
  f.client.seek(f.env(), f.orders0, Offset(8));
  f.run_for(millis(1));
  CHECK(f.fetch_offset(f.next_fetch()) == 8);
}

TEST_CASE("seek() right after assign() needs no ListOffsets") {
  ConsumerFixture f(Settings{{"auto.offset.reset", "none"}});
  REQUIRE(f.client.assign(f.env(), {f.orders0}).ok());
  f.client.seek(f.env(), f.orders0, Offset(5));
  f.run_for(millis(1));
  CHECK(f.t.count<event::FetchFailed>() == 0);
  CHECK(f.count_waiting(ApiKey::ListOffsets) == 0);
  CHECK(f.fetch_offset(f.next_fetch()) == 5);
}

TEST_CASE("OFFSET_OUT_OF_RANGE resets by the policy, or halts without one") {
  ConsumerFixture f;
  f.assign_at(10);
  f.answer_fetch(f.next_fetch(), {{}, 0, ErrorCode::OFFSET_OUT_OF_RANGE});
  CHECK(f.answer_list_offsets(f.take_waiting(ApiKey::ListOffsets), 4) == -2);
  CHECK(f.position() == 4);
  CHECK(f.client.last_error() == "OFFSET_OUT_OF_RANGE");

  ConsumerFixture none(Settings{{"auto.offset.reset", "none"}});
  REQUIRE(none.client.assign(none.env(), {none.orders0}).ok());
  none.client.seek(none.env(), none.orders0, Offset(10));
  none.run_for(millis(1));
  none.answer_fetch(none.next_fetch(), {{}, 0, ErrorCode::OFFSET_OUT_OF_RANGE});
  none.run_for(seconds(2));
  CHECK(none.state() == FetchState::Halted);
  CHECK(none.waiting.empty());
}

TEST_CASE("OFFSET_NOT_AVAILABLE is asked again later") {
  ConsumerFixture f;
  REQUIRE(f.client.assign(f.env(), {f.orders0}).ok());
  f.run_for(millis(1));
  f.answer_list_offsets(f.take_waiting(ApiKey::ListOffsets), -1, ErrorCode::OFFSET_NOT_AVAILABLE);
  CHECK(f.waiting.empty());
  f.run_for(millis(300));
  f.answer_list_offsets(f.take_waiting(ApiKey::ListOffsets), 6);
  CHECK(f.position() == 6);
}

TEST_CASE("NOT_LEADER_OR_FOLLOWER leads to the new leader, validated before the next fetch") {
  ConsumerFixture f;
  f.assign_at(0);
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a", "b"}, 0), 2});
  f.run_for(millis(200));
  f.leaders[f.orders0] = {2, 1};
  f.answer_fetch(f.next_fetch(), {{}, 0, ErrorCode::NOT_LEADER_OR_FOLLOWER});
  f.run_for(millis(200));
  CHECK(f.state() == FetchState::AwaitValidation);
  CHECK(f.count_waiting(ApiKey::Fetch) == 0);
  const Received ask = f.take_waiting(ApiKey::OffsetForLeaderEpoch);
  CHECK(ask.to() == NodeId(2));
  const auto body = ask.as<protocol::OffsetForLeaderEpochRequest>();
  const auto& question = body.topics.at(0).partitions.at(0);
  CHECK(question.leader_epoch == 0);
  CHECK(question.current_leader_epoch == 1);
  f.answer_epoch(ask, 0, 2);
  const Received fetch = f.next_fetch();
  CHECK(fetch.to() == NodeId(2));
  CHECK(f.fetch_offset(fetch) == 2);
}

TEST_CASE("a fetch answer that names the new leader saves the round trip for metadata") {
  ConsumerFixture f;
  f.assign_at(0);
  const int before = f.metadata_requests;
  f.answer_metadata = false;
  f.answer_fetch(f.next_fetch(), {{}, 0, ErrorCode::NOT_LEADER_OR_FOLLOWER, 3, 1});
  CHECK(f.next_fetch().to() == NodeId(3));
  CHECK(f.metadata_requests - before <= 1);
}

TEST_CASE("a log that was cut back behind us is noticed: the position goes to where it diverges") {
  ConsumerFixture f;
  f.assign_at(0);
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a", "b", "c", "d"}, 3), 4});
  f.leaders[f.orders0] = {2, 5};
  f.run_for(millis(200));
  f.answer_fetch(f.next_fetch(), {{}, 0, ErrorCode::FENCED_LEADER_EPOCH});
  f.run_for(millis(200));
  f.answer_epoch(f.take_waiting(ApiKey::OffsetForLeaderEpoch), 3, 2);  // epoch 3 ends at 2 there
  CHECK(f.position() == 2);
  const auto* told = f.t.last<event::TruncationDetected>();
  REQUIRE(told != nullptr);
  CHECK(told->offset == Offset(4));
  CHECK(told->epoch == LeaderEpoch(3));
  CHECK(told->end_offset == Offset(2));
  CHECK(f.t.last<event::PositionChanged>()->to == Offset(2));
  CHECK(f.fetch_offset(f.next_fetch()) == 2);
}

TEST_CASE("truncation without a reset policy halts instead of skipping") {
  ConsumerFixture f(Settings{{"auto.offset.reset", "none"}});
  REQUIRE(f.client.assign(f.env(), {f.orders0}).ok());
  f.client.seek(f.env(), f.orders0, Offset(0));
  f.run_for(millis(1));
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a", "b", "c", "d"}, 3), 4});
  f.leaders[f.orders0] = {2, 5};
  f.run_for(millis(200));
  f.answer_fetch(f.next_fetch(), {{}, 0, ErrorCode::FENCED_LEADER_EPOCH});
  f.run_for(millis(200));
  f.answer_epoch(f.take_waiting(ApiKey::OffsetForLeaderEpoch), 3, 2);
  CHECK(f.state() == FetchState::Halted);
  CHECK(f.client.last_error() == "LogTruncationException");
  CHECK(f.position() == 4);
  f.run_for(seconds(5));
  CHECK(f.waiting.empty());
}

TEST_CASE("a leader that knows nothing of our epoch resets the position by the policy") {
  ConsumerFixture f;
  f.assign_at(0);
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a"}, 3), 1});
  f.leaders[f.orders0] = {2, 5};
  f.run_for(millis(200));
  f.answer_fetch(f.next_fetch(), {{}, 0, ErrorCode::FENCED_LEADER_EPOCH});
  f.run_for(millis(200));
  f.answer_epoch(f.take_waiting(ApiKey::OffsetForLeaderEpoch), -1, -1);
  CHECK(f.state() == FetchState::AwaitReset);
  CHECK(f.answer_list_offsets(f.take_waiting(ApiKey::ListOffsets), 0) == -2);
  CHECK(f.position() == 0);
}

TEST_CASE("errors that pass are not asked about again before retry.backoff.ms") {
  ConsumerFixture f;
  f.assign_at(0);
  f.answer_fetch(f.next_fetch(), {{}, 0, ErrorCode::UNKNOWN_LEADER_EPOCH});
  CHECK(f.waiting.empty());
  f.run_for(millis(79));
  CHECK(f.waiting.empty());
  f.run_for(millis(42));
  CHECK(f.count_waiting(ApiKey::Fetch) == 1);
}

TEST_CASE("seek_to asks the leader again") {
  ConsumerFixture f;
  f.assign_at(7);
  CHECK(f.client.seek_to(f.env(), f.orders0, client::OffsetReset::Latest));
  f.run_for(millis(0));
  f.answer_fetch(f.next_fetch(), {stored_batch(7, {"not wanted any more"}), 8});
  CHECK(f.client.records_consumed() == 0);
  CHECK(f.answer_list_offsets(f.take_waiting(ApiKey::ListOffsets), 70) == -1);
  CHECK(f.position() == 70);
}
