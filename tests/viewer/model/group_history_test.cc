// Goal: what is said about a rebalance follows from the events: when it began, what moved, how long
// nobody read. Method: the hand-made groups, whose times are known to the millisecond.
#include <algorithm>

#include "tests/catch.h"
#include "tests/viewer/group_clusters.h"
#include "viewer/model/group_desk.h"

namespace kscope::viewer {

using testing::GroupMoment;

namespace {

/// A history of everything that the machine recorded, and the group in it.
struct ReadGroup {
  explicit ReadGroup(Machine& machine) {
    index.update(machine);
    history.update(machine, index);
    REQUIRE(history.groups().size() == 1);
    past = &history.groups().begin()->second;
  }
  EventIndex index;
  GroupHistory history;
  const GroupPast* past = nullptr;
};

Instant at_ms(std::int64_t n) { return Instant(millis(n)); }

}  // namespace

TEST_CASE("two rebalances are told apart, with their reasons and generations") {
  const auto machine = testing::rebalance_machine(3, 6, GroupMoment::After);
  const ReadGroup read(*machine);
  REQUIRE(read.past->rebalances.size() == 2);
  const Rebalance& first = read.past->rebalances[0];
  const Rebalance& second = read.past->rebalances[1];
  CHECK(first.began == at_ms(1112));
  CHECK(first.generation_before == 0);
  CHECK(first.generation == 1);
  CHECK(first.outcome == event::GroupState::Stable);
  CHECK(second.began == at_ms(7642));
  REQUIRE(second.joined.has_value());
  CHECK(*second.joined == at_ms(8200));
  REQUIRE(second.ended.has_value());
  CHECK(*second.ended == at_ms(8230));
  CHECK(second.generation_before == 1);
  CHECK(second.generation == 2);
  CHECK(second.reason == event::RebalanceReason::MemberJoined);
  CHECK(machine->names().name(second.member) == "consumer-3-5f3a2b");
}

TEST_CASE("what moved is what another member had before") {
  const auto machine = testing::rebalance_machine(3, 6, GroupMoment::After);
  const ReadGroup read(*machine);
  // Two members: 0 1 2 | 3 4 5. Three: 0 1 | 2 3 | 4 5. So 2, 4 and 5 change hands.
  CHECK(moved_between(*read.past, Instant{}, read.past->rebalances[0].began) == 0);
  CHECK(moved_between(*read.past, read.past->rebalances[1].began, Instant::max()) == 3);
}

TEST_CASE("a partition is unread from its revocation to its next assignment") {
  const auto machine = testing::rebalance_machine(3, 6, GroupMoment::After);
  const ReadGroup read(*machine);
  const PartitionRef orders0 = machine->ref({"orders", 0}), orders5 = machine->ref({"orders", 5});
  const auto gaps = unread_of(*read.past, orders0, at_ms(0), at_ms(8600));
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].from == at_ms(7710));
  CHECK(gaps[0].until == at_ms(8233));
  REQUIRE(gaps[0].before != nullptr);
  CHECK(gaps[0].before->end == ReadEnd::Revoked);
  REQUIRE(gaps[0].after != nullptr);
  CHECK(gaps[0].after->client == testing::kFirstMember);
  const auto others = unread_of(*read.past, orders5, at_ms(0), at_ms(8600));
  REQUIRE(others.size() == 1);
  CHECK(others[0].from == at_ms(7750));
  CHECK(others[0].after->client == testing::kFirstMember + 2);
  // A window cuts a gap; before anything was read there is none.
  CHECK(unread_of(*read.past, orders0, at_ms(8000), at_ms(8100)).front().from == at_ms(8000));
  CHECK(unread_of(*read.past, orders0, at_ms(0), at_ms(4000)).empty());
  const auto all = unread_between(*read.past, at_ms(0), at_ms(8600));
  CHECK(all.size() == 6);
}

TEST_CASE("a reader that stalls, pauses or dies does not read, whatever the coordinator believes") {
  auto machine = testing::rebalance_machine(3, 6, GroupMoment::After);
  const std::int32_t who = testing::kFirstMember;
  machine->emit(at_ms(9000), who, event::ApplicationStalled{true});
  machine->emit(at_ms(9500), who, event::ApplicationStalled{false});
  machine->emit(at_ms(9600), who, event::NodePaused{});
  machine->emit(at_ms(9700), who, event::NodeResumed{});
  machine->emit(at_ms(9800), who, event::NodeCrashed{event::CrashKind::Process, 0});
  const ReadGroup read(*machine);
  const auto gaps = unread_of(*read.past, machine->ref({"orders", 0}), at_ms(8600), at_ms(10'000));
  REQUIRE(gaps.size() == 3);
  CHECK(gaps[0].until - gaps[0].from == millis(500));
  CHECK(gaps[0].before->end == ReadEnd::Stalled);
  CHECK(gaps[1].until - gaps[1].from == millis(100));
  CHECK(gaps[1].before->end == ReadEnd::Paused);
  CHECK(gaps[2].until - gaps[2].from == millis(200));
  CHECK(gaps[2].before->end == ReadEnd::Gone);
  CHECK(gaps[2].after == nullptr);
}

TEST_CASE("records that a member is given again are counted once for each time") {
  auto machine = testing::rebalance_machine(3, 6, GroupMoment::After);
  const PartitionRef p = machine->ref({"orders", 3});
  const std::int32_t who = testing::kFirstMember + 1;
  machine->emit(at_ms(8700), who, event::RecordsConsumed{p, Offset(10), Offset(19)});
  machine->emit(at_ms(8800), who, event::RecordsConsumed{p, Offset(20), Offset(24)});
  machine->emit(at_ms(8900), who + 1, event::RecordsConsumed{p, Offset(18), Offset(30)});
  const ReadGroup read(*machine);
  REQUIRE(read.past->repeats.size() == 1);
  CHECK(read.past->repeats[0].from == 18);
  CHECK(read.past->repeats[0].count == 7);
  const GroupFigures figures = figures_of(*read.past, at_ms(7590), at_ms(9000));
  CHECK(figures.repeated == 7);
  CHECK(figures.moved == 3);
  CHECK(figures.rebalances == 1);
  CHECK(figures.stopped == 6);
  REQUIRE(figures.rest.has_value());
  CHECK(*figures.rest == millis(8233 - 7590));
}

TEST_CASE("with KIP-848 an epoch begins a rebalance, and only what moves stands still") {
  const auto machine = testing::consumer_protocol_machine();
  const ReadGroup read(*machine);
  REQUIRE(read.past->rebalances.size() == 2);
  const Rebalance& second = read.past->rebalances[1];
  CHECK(second.consumer_protocol);
  CHECK(second.generation_before == 1);
  CHECK(second.generation == 2);
  CHECK_FALSE(second.ended.has_value());
  const auto all = unread_between(*read.past, at_ms(5000), at_ms(8010));
  REQUIRE(all.size() == 1);
  CHECK(machine->names().name(all[0].partition).str() == "orders-5");
}

TEST_CASE("a fork makes the history forget") {
  auto machine = testing::rebalance_machine(3, 6, GroupMoment::After);
  EventIndex index;
  index.update(*machine);
  GroupHistory history;
  history.update(*machine, index);
  const std::uint64_t before = history.generation();
  machine->seek(at_ms(4200));
  const EventSeq last = machine->present();
  REQUIRE(machine->act("stop consumer-1").ok());
  index.forget_after(last);
  index.update(*machine);
  history.update(*machine, index);
  CHECK(history.generation() > before);
  REQUIRE(history.groups().size() == 1);
  CHECK(history.groups().begin()->second.rebalances.size() == 1);
}

TEST_CASE("a line that starts a consumer gets the other strategy, and nothing else does") {
  const GroupStrategy sticky{"cooperative-sticky", false}, modern{"uniform", true};
  CHECK(
      with_strategy("consumer c1 group=billing topics=orders assignor=range", "billing", sticky) ==
      "consumer c1 group=billing topics=orders assignor=cooperative-sticky");
  CHECK(with_strategy("consumer c1 group=billing topics=orders session.timeout.ms=6000", "billing",
                      modern) ==
        "consumer c1 group=billing topics=orders protocol=consumer group.remote.assignor=uniform");
  const std::string other = "consumer c1 group=audit topics=orders";
  CHECK(with_strategy(other, "billing", sticky) == other);
  const std::string fault = "crash broker 1";
  CHECK(with_strategy(fault, "billing", sticky) == fault);
}

}  // namespace kscope::viewer
