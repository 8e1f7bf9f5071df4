// Goal: a member starts where its group was, and what it commits and when decides what a crash
// costs. Method: a scripted coordinator (ConsumerCoordinatorTest, KafkaConsumerTest).
#include "tests/unit/client/group_fixture.h"

using namespace kscope;
using namespace kscope::test;

TEST_CASE("a member starts where the group has committed, else where auto.offset.reset says") {
  GroupFixture f;
  f.be_stable({f.orders0}, 42);
  CHECK(f.fetch_offset(f.next_fetch()) == 42);
  CHECK(f.count_waiting(ApiKey::ListOffsets) == 0);
  CHECK(f.client.committed().at(f.orders0) == Offset(42));

  GroupFixture fresh;
  fresh.be_stable({fresh.orders0}, -1);
  CHECK(fresh.answer_list_offsets(fresh.take_waiting(ApiKey::ListOffsets), 7) == -2);
  CHECK(fresh.fetch_offset(fresh.next_fetch()) == 7);
}

TEST_CASE("nobody is reset while the coordinator has not answered") {
  GroupFixture f;
  f.find_coordinator();
  f.answer_join(1, "c-1");
  f.answer_sync({f.orders0});
  f.answer_committed(0, ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
  f.run_for(millis(50));
  CHECK(f.count_waiting(ApiKey::ListOffsets) == 0);
  f.run_for(millis(100));
  f.answer_committed(9);
  f.run_for(millis(1));
  CHECK(f.fetch_offset(f.next_fetch()) == 9);
}

TEST_CASE("a committed epoch is validated before anything is fetched (KIP-320)") {
  GroupFixture f;
  f.leaders[f.orders0] = {1, 3};
  f.be_stable({f.orders0}, 42, 0);
  CHECK(f.state() == client::FetchState::AwaitValidation);
  f.answer_epoch(f.take_waiting(ApiKey::OffsetForLeaderEpoch), 0, 50);
  CHECK(f.fetch_offset(f.next_fetch()) == 42);
}

TEST_CASE("auto-commit commits what was handed out, every interval, from inside poll()") {
  GroupFixture f;
  f.be_stable({f.orders0});
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a", "b", "c"}), 3});
  f.run_for(seconds(6));
  CHECK(f.answer_commit().at(f.orders0).offset == Offset(3));
  CHECK(f.last_commit.generation_id_or_member_epoch == 1);
  CHECK(f.last_commit.member_id == "c-1");
  CHECK(f.t.last<event::CommitSucceeded>()->offset == Offset(3));
}

TEST_CASE("commit=before commits, and only then works; commit=after the other way round") {
  GroupFixture before(Settings{{"commit", "before"}, {"processing", "1s"}});
  before.be_stable({before.orders0});
  before.answer_fetch(before.next_fetch(), {stored_batch(0, {"a", "b"}), 2});
  before.run_for(seconds(5));
  CHECK(before.client.application().processed() == 0);
  CHECK(before.answer_commit().at(before.orders0).offset == Offset(2));
  before.run_for(millis(1500));
  CHECK(before.client.application().processed() == 1);

  GroupFixture after(Settings{{"commit", "after"}, {"processing", "1s"}});
  after.be_stable({after.orders0});
  after.answer_fetch(after.next_fetch(), {stored_batch(0, {"a", "b"}), 2});
  after.run_for(millis(1500));
  CHECK(after.client.application().processed() == 1);
  CHECK(after.count_waiting(ApiKey::OffsetCommit) == 0);
  after.run_for(seconds(1));
  CHECK(after.client.application().processed() == 2);
  CHECK(after.answer_commit().at(after.orders0).offset == Offset(2));
}

TEST_CASE("commit-every commits in the middle of what one poll returned") {
  GroupFixture f(Settings{{"commit", "after"}, {"commit-every", "2"}});
  f.be_stable({f.orders0});
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a", "b", "c", "d", "e"}), 5});
  CHECK(f.answer_commit().at(f.orders0).offset == Offset(2));
  CHECK(f.answer_commit().at(f.orders0).offset == Offset(4));
  CHECK(f.client.application().processed() == 5);
  CHECK(f.count_waiting(ApiKey::OffsetCommit) == 0);
}

TEST_CASE("crash-after: the application dies when it has worked and not committed") {
  GroupFixture f(Settings{{"commit", "after"}, {"crash-after", "3"}});
  f.be_stable({f.orders0});
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a", "b", "c", "d"}), 4});
  CHECK(f.client.died());
  CHECK(f.client.application().processed() == 3);
  CHECK(f.count_waiting(ApiKey::OffsetCommit) == 0);
}

TEST_CASE("commitSync is tried again, commitAsync is not") {
  GroupFixture f(Settings{{"enable.auto.commit", "false"}});
  f.be_stable({f.orders0}, 5);
  REQUIRE(f.client.commit(f.env(), false).ok());
  f.run_for(millis(1));
  f.answer_commit(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
  CHECK(f.t.last<event::CommitFailed>()->error == ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
  f.run_for(seconds(1));
  CHECK(f.count_waiting(ApiKey::OffsetCommit) == 0);
  REQUIRE(f.client.commit(f.env(), true).ok());
  f.run_for(millis(1));
  f.answer_commit(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
  f.run_for(seconds(1));
  CHECK(f.answer_commit().size() == 1);
  CHECK(f.t.count<event::CommitFailed>() == 1);
  CHECK(f.t.count<event::CommitSucceeded>() == 1);
}

TEST_CASE("a zombie's commit is refused, and it learns that it is none of the group any more") {
  GroupFixture f(Settings{{"enable.auto.commit", "false"}});
  f.be_stable({f.orders0}, 5);
  REQUIRE(f.client.commit(f.env(), true).ok());
  f.run_for(millis(1));
  f.answer_commit(ErrorCode::ILLEGAL_GENERATION);
  CHECK(f.t.last<event::CommitFailed>()->error == ErrorCode::ILLEGAL_GENERATION);
  f.run_for(millis(1));
  CHECK(f.revoked(true) == 1);
  CHECK(f.count_waiting(ApiKey::JoinGroup) == 1);
}

TEST_CASE("who is outside the group does not even send its commit") {
  GroupFixture f(
      Settings{{"max.poll.interval.ms", "2000"}, {"commit", "after"}, {"processing", "10s"}});
  f.be_stable({f.orders0});
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a"}), 1});
  f.run_for(seconds(11));
  CHECK(f.t.count<event::PollIntervalExceeded>() == 1);
  CHECK(f.count_waiting(ApiKey::OffsetCommit) == 0);
  CHECK(f.t.last<event::CommitFailed>()->error == ErrorCode::UNKNOWN_MEMBER_ID);
}

TEST_CASE("partitions by hand are committed in nobody's name") {
  GroupFixture f(Settings{{"enable.auto.commit", "false"}});
  REQUIRE(f.client.assign(f.env(), {f.orders0}).ok());
  f.run_for(millis(1));
  f.answer_coordinator(2);
  f.run_for(millis(1));
  f.answer_committed(11);
  CHECK(f.count_waiting(ApiKey::JoinGroup) == 0);
  REQUIRE(f.client.commit(f.env(), true).ok());
  f.run_for(millis(1));
  CHECK(f.answer_commit().at(f.orders0).offset == Offset(11));
  CHECK(f.last_commit.generation_id_or_member_epoch == -1);
  CHECK(f.last_commit.member_id.empty());
}

TEST_CASE("paused partitions are not fetched and not handed out, and go on where they were") {
  GroupFixture f(Settings{
      {"enable.auto.commit", "false"}, {"max.poll.records", "1"}, {"processing.ms", "100"}});
  f.be_stable({f.orders0});
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a", "b"}), 2});
  CHECK(f.client.records_consumed() == 1);
  REQUIRE(f.client.pause(f.env(), f.orders0, true));
  f.run_for(seconds(1));
  CHECK(f.client.records_consumed() == 1);
  REQUIRE(f.client.pause(f.env(), f.orders0, false));
  f.run_for(millis(150));
  CHECK(f.client.records_consumed() == 2);
}

TEST_CASE("seeking to a time finds the first record that is young enough, or the end") {
  ConsumerFixture f;
  f.assign_at(3);
  const Received first = f.next_fetch();  // first in line on that connection
  REQUIRE(f.client.seek_to_time(f.env(), f.orders0, 5'000));
  f.run_for(millis(1));
  f.answer_fetch(first, {});
  CHECK(f.answer_list_offsets(f.take_waiting(ApiKey::ListOffsets), 8) == 5'000);
  CHECK(f.position() == 8);
  const Received second = f.next_fetch();
  REQUIRE(f.client.seek_to_time(f.env(), f.orders0, 90'000));
  f.run_for(millis(1));
  f.answer_fetch(second, {});
  f.answer_list_offsets(f.take_waiting(ApiKey::ListOffsets), -1);
  CHECK(f.answer_list_offsets(f.take_waiting(ApiKey::ListOffsets), 20) == -1);
  CHECK(f.position() == 20);
}
