// Goal: the Partition screen says who leads, how far everybody is and what is committed, and its
// forecast of the next leader is what the engine then does.
// Method: hand-made moments for the words; short scenarios on the real engine for everything that
// is read off its fine print.
#include "viewer/model/partition_view.h"

#include "tests/catch.h"
#include "tests/viewer/fake_machine.h"
#include "tests/viewer/log_clusters.h"
#include "viewer/model/why.h"
#include "viewer/session/session.h"

namespace kscope::viewer {

namespace {

const TopicPartition kShown{"orders", 0};

PartitionPicture picture_of(Session& session, const TopicPartition& partition = kShown) {
  Machine& machine = session.machine();
  PartitionHistory history;
  history.update(machine, session.index(), partition);
  const ClusterView cluster = build_cluster_view(
      session.snapshot(), session.index(), machine.names(),
      [&](std::int32_t node, EventSeq event) { return machine.replicas_before(node, event); });
  return build_partition_picture(session.snapshot(), cluster, session.index(), history);
}

/// Broker 1 is the controller; orders-0 is on 2, 3 and 4 with ten records.
const char* const kThreeReplicas = R"(# Three replicas, and a controller that is none of them
cluster brokers=4 controllers=1 seed=31 replica.lag.time.max.ms=10000 broker.session.timeout.ms=9000
until broker 1 lifecycle == Running within 15s
until broker 2 lifecycle == Running within 15s
until broker 3 lifecycle == Running within 15s
until broker 4 lifecycle == Running within 15s
topic orders assignment=2:3:4
until partition orders-0 isr == {2,3,4} within 5s
producer p acks=all linger.ms=5
send p orders-0 count=10
until replica 4 orders-0 hw == 10 within 5s
until replica 3 orders-0 hw == 10 within 5s
)";

/// The same with little patience: a follower is out of sync before its leader's session is over.
const char* const kLittlePatience =
    R"(# Three replicas, and three seconds for a follower that is late
cluster brokers=4 controllers=1 seed=31 replica.lag.time.max.ms=3000 broker.session.timeout.ms=9000
until broker 1 lifecycle == Running within 15s
until broker 2 lifecycle == Running within 15s
until broker 3 lifecycle == Running within 15s
until broker 4 lifecycle == Running within 15s
topic orders assignment=2:3:4
until partition orders-0 isr == {2,3,4} within 5s
producer p acks=all linger.ms=5
send p orders-0 count=10
until replica 4 orders-0 hw == 10 within 5s
)";

Session three_replicas() { return Session(testing::played(kThreeReplicas)); }

void act(Session& session, const std::string& command) { REQUIRE(session.act(command).ok()); }

void run(Session& session, Duration time) {
  session.machine().run_until(session.machine().now() + time);
  session.refresh();
}

/// Lets time pass until `done` says so; at most a minute.
template <class Done>
void run_until(Session& session, const Done& done) {
  for (int i = 0; i < 6000 && !done(); ++i) run(session, millis(10));
  REQUIRE(done());
}

const ReplicaLine& line_of(const PartitionPicture& picture, std::int32_t broker) {
  for (const ReplicaLine& line : picture.lines) {
    if (line.broker == broker) return line;
  }
  FAIL("no such replica");
  return picture.lines.front();
}

}  // namespace

TEST_CASE("who leads, what is committed and the three sets are words") {
  Session session(testing::failover_machine());
  const PartitionPicture p = picture_of(session);
  REQUIRE(p.exists);
  CHECK(p.lead.text == "broker 2");
  CHECK(p.leader_epoch == 2);
  CHECK(p.committed == "below 6");
  CHECK(p.waiting == "2 more wait");
  REQUIRE(p.sets.size() == 3);
  CHECK(p.sets[0].name == "AR");
  CHECK(p.sets[0].members == std::vector<std::int32_t>{1, 2, 3});
  CHECK(p.sets[1].name == "ISR");
  CHECK(p.sets[1].members == std::vector<std::int32_t>{2, 3});
  CHECK(p.sets[2].name == "OSR");
  CHECK(p.sets[2].members == std::vector<std::int32_t>{1});
  CHECK(p.sentence.find("HW 6 waits for broker 3") != std::string::npos);
  CHECK(p.min_isr.find("min.insync.replicas 2") == 0);
}

TEST_CASE("the replicas stand in the order of their assignment, the dead among them") {
  Session session(testing::failover_machine());
  const PartitionPicture p = picture_of(session, {"orders", 1});
  REQUIRE(p.lines.size() == 3);
  CHECK(p.lines[0].broker == 3);
  CHECK(p.lines[0].leads);
  CHECK(p.lines[1].broker == 1);
  CHECK(p.lines[1].down);
  CHECK(p.lines[1].role.text == "crashed");
  CHECK(p.lines[1].state.text == "no process");
  CHECK(p.lines[2].broker == 2);
}

TEST_CASE("a partition that does not exist is no picture, and no crash") {
  Session session(testing::failover_machine());
  CHECK_FALSE(picture_of(session, {"nowhere", 7}).exists);
  Session before(testing::election_machine());
  CHECK_FALSE(picture_of(before).exists);
}

TEST_CASE("followers that have everything are fetching, lack nothing, and no time runs") {
  Session session = three_replicas();
  const PartitionPicture p = picture_of(session);
  CHECK(p.waiting_tone == Tone::Good);
  CHECK(line_of(p, 2).state.text == "takes writes");
  CHECK(line_of(p, 2).lag == "HW = LEO: all of it is committed");
  for (const std::int32_t follower : {3, 4}) {
    const ReplicaLine& line = line_of(p, follower);
    CHECK(line.state.text == "fetching");
    CHECK(line.detail == "next fetch: offset 10, epoch 0");
    CHECK(line.lag == "lacks nothing · lag 0 ms");
    CHECK(line.timer == 1.0f);
    CHECK(line.timer_text == "10 s");
    CHECK(line.known_end == 10);
    CHECK(line.last_stable_offset == 10);
  }
  CHECK_FALSE(p.pending.under_way);
  CHECK(p.pending.maximal == std::vector<std::int32_t>{2, 3, 4});
}

TEST_CASE("a follower that hears nothing falls behind, and its arc is the time that is left") {
  Session session = three_replicas();
  act(session, "cut 2 4");
  act(session, "send p orders-0 count=3");
  run(session, seconds(4));
  const PartitionPicture p = picture_of(session);
  const ReplicaLine& late = line_of(p, 4);
  CHECK(late.state.text == "link is cut");
  CHECK(late.lag.find("lacks 3 records") == 0);
  REQUIRE(late.timer.has_value());
  CHECK(*late.timer > 0.5f);
  CHECK(*late.timer < 0.65f);
  CHECK(late.patience == "left of 10 s, then out of sync");
  CHECK(line_of(p, 2).lag == "HW 10 waits for broker 4");
  CHECK(p.lowest == 10);
  CHECK(p.longest == 13);
  // The leader knows exactly what the fine print says, not what is really there.
  CHECK(late.known_end == 10);
}

TEST_CASE("an AlterPartition without an answer shows the maximal ISR; the answer ends it") {
  Session session(testing::played(kLittlePatience));
  act(session, "cut 2 4");
  act(session, "cut 1 2");
  act(session, "send p orders-0 count=1");
  run_until(session, [&] { return picture_of(session).pending.under_way; });
  const PartitionPicture p = picture_of(session);
  CHECK(p.pending.committed == std::vector<std::int32_t>{2, 3, 4});
  CHECK(p.pending.maximal == std::vector<std::int32_t>{2, 3, 4});
  CHECK(p.pending.text.find("AlterPartition {2,3,4} → {2,3}, asked ") == 0);
  CHECK(p.sentence.find(p.pending.text) == 0);
}

TEST_CASE("out of the ISR is said with what it takes to come back") {
  Session session = three_replicas();
  act(session, "cut 2 4");
  act(session, "send p orders-0 count=1");
  run_until(session, [&] { return picture_of(session).sets[2].members.size() == 1; });
  run(session, millis(200));
  const PartitionPicture p = picture_of(session);
  const ReplicaLine& line = line_of(p, 4);
  CHECK(line.isr.text == "out of ISR");
  CHECK(line.timer == 0.0f);
  CHECK(line.timer_text == "out");
  CHECK(line.patience == "may join at HW 11");
  CHECK(p.sentence.find("Broker 4 is not in the ISR") != std::string::npos);
}

TEST_CASE("the forecast of the next leader is what the engine elects") {
  Session session = three_replicas();
  // Broker 3 leaves the ISR first, so that the walk has something to pass by.
  act(session, "cut 2 3");
  act(session, "send p orders-0 count=1");
  run_until(session, [&] { return picture_of(session).sets[1].members.size() == 2; });
  const Succession forecast = picture_of(session).succession;
  CHECK(forecast.question == "If broker 2 dies now");
  REQUIRE(forecast.elected == 4);
  act(session, "crash 2");
  run_until(session, [&] { return session.snapshot().partition(kShown)->leader != 2; });
  CHECK(session.snapshot().partition(kShown)->leader == forecast.elected);
  CHECK(forecast.verdict.find("nothing would be lost") != std::string::npos);
}

TEST_CASE("with nobody left in the ISR the forecast is nobody, and so is the leader") {
  Session session = three_replicas();
  act(session, "crash 3");
  act(session, "crash 4");
  run_until(session, [&] { return picture_of(session).sets[1].members.size() == 1; });
  const PartitionPicture alone = picture_of(session);
  CHECK(alone.succession.elected == -1);
  CHECK(alone.succession.verdict_tone == Tone::Bad);
  CHECK(alone.succession.unclean.find("nobody is alive") != std::string::npos);
  act(session, "crash 2");
  run_until(session, [&] { return session.snapshot().partition(kShown)->leader < 0; });
  act(session, "start 3");
  run_until(session,
            [&] { return picture_of(session).succession.steps[1].text.find("alive") == 0; });
  const PartitionPicture p = picture_of(session);
  CHECK(p.succession.question == "Nobody leads: the walk as it stands");
  CHECK(p.succession.elected == -1);
  CHECK(p.succession.unclean.find("With true, broker 3 would lead") != std::string::npos);
  CHECK(p.lead.text == "nobody");
  CHECK(p.sentence_tone == Tone::Bad);
}

TEST_CASE("a walk says of each replica why, and what an election would cost") {
  SuccessionFacts facts;
  facts.leader = 1;
  facts.leader_epoch = 4;
  facts.leader_end = 10;
  facts.high_watermark = 8;
  facts.heirs = {{1, true, true, true, 10}, {2, false, true, true, 5}, {3, true, true, true, 8}};
  Succession s = build_succession(facts);
  CHECK(s.steps[0].text == "the one that would be gone");
  CHECK(s.steps[1].text == "alive, but not in the ISR: may lack committed records");
  CHECK(s.steps[2].text == "in the ISR and alive: elected, epoch 5");
  CHECK(s.steps[2].chosen);
  CHECK(s.verdict.find("offsets 8 to 9 would be cut: beyond the HW") == 0);
  facts.heirs[2].alive = false;
  s = build_succession(facts);
  CHECK(s.elected == -1);
  CHECK(s.unclean.find("With true, broker 2 would lead; offsets 5 to 9 would be lost") !=
        std::string::npos);
  facts.unclean_enabled = true;
  s = build_succession(facts);
  CHECK(s.unclean_tone == Tone::Bad);
  CHECK(s.unclean.find("broker 2 may lead all the same") != std::string::npos);
}

TEST_CASE("a high watermark that stands still is remembered with its length") {
  Session session = three_replicas();
  const std::size_t before = picture_of(session).band.stalls.size();
  act(session, "pause 4");
  act(session, "send p orders-0 count=1");
  run(session, seconds(3));
  CHECK(picture_of(session).band.stalls.size() == before + 1);
  act(session, "resume 4");
  run(session, seconds(1));
  const PartitionPicture p = picture_of(session);
  REQUIRE(p.band.stalls.size() == before + 1);
  const Stall& stall = p.band.stalls.back();
  CHECK(stall.high_watermark == 10);
  REQUIRE(stall.until_us.has_value());
  CHECK(*stall.until_us - stall.from_us > 2'500'000);
  CHECK(*stall.until_us - stall.from_us < 3'900'000);
}

TEST_CASE("the ISR over time has a piece for every stretch of membership") {
  std::vector<Stretch> list(3);
  for (std::size_t i = 0; i < list.size(); ++i) {
    list[i].from = EventSeq(i + 1);
    list[i].from_us = static_cast<std::int64_t>(i) * 100;
    list[i].until_us = list[i].from_us + 100;
    list[i].node = 1;
    list[i].replicas = NodeList(std::vector<std::int32_t>{1, 2});
    list[i].isr = NodeList(std::vector<std::int32_t>{1, 2});
  }
  list[2].isr = NodeList(std::vector<std::int32_t>{1});
  const auto leader = membership_of(list, 1), follower = membership_of(list, 2);
  REQUIRE(leader.size() == 1);
  CHECK(leader[0].membership == Membership::Leads);
  CHECK(leader[0].until_us == 300);
  REQUIRE(follower.size() == 2);
  CHECK(follower[0].membership == Membership::In);
  CHECK(follower[0].until_us == 200);
  CHECK(follower[1].membership == Membership::Out);
  CHECK(membership_of(list, 9).front().membership == Membership::None);
}

TEST_CASE("the axis gives every offset a cell while they fit, and becomes a scale when not") {
  const OffsetAxis near = choose_axis(90, 100, 20);
  CHECK(near.cells);
  CHECK(near.window.start <= 89);
  CHECK(near.window.end() >= 101);
  const OffsetAxis small = choose_axis(0, 5, 20);
  CHECK(small.window.start == 0);
  const OffsetAxis far = choose_axis(0, 5000, 20);
  CHECK_FALSE(far.cells);
  CHECK(far.position(0) < far.position(2500));
  CHECK(far.position(5000) < 1.0);
  CHECK(far.position(99'999) == 1.0);
}

TEST_CASE("labels on a line are pushed apart and stay on it") {
  const std::vector<WantedLabel> wanted{{100, 40}, {100, 40}, {98, 40}, {195, 40}, {2, 40}};
  const std::vector<float> at = spread_labels(wanted, 0, 220, 4);
  for (std::size_t i = 0; i < at.size(); ++i) {
    CHECK(at[i] >= 0);
    CHECK(at[i] + 40 <= 220);
    for (std::size_t j = 0; j < i; ++j) CHECK(std::abs(at[i] - at[j]) >= 43.9f);
  }
}

TEST_CASE("the values of this screen answer why") {
  Session session = three_replicas();
  act(session, "cut 2 4");
  act(session, "send p orders-0 count=1");
  run_until(session, [&] { return picture_of(session).sets[2].members.size() == 1; });
  Machine& machine = session.machine();
  const auto why = [&](std::int32_t node, ValueName value) {
    return event_behind(machine, Target::of_value(node, kShown, value));
  };
  const auto name = [&](EventSeq seq) {
    return std::string(event::info_of(machine.event(seq).body).name);
  };
  CHECK(name(why(3, ValueName::FollowerProgress)) == "FollowerProgressed");
  CHECK(name(why(2, ValueName::EpochCache)) == "LeaderEpochStarted");
  const std::string fetch = name(why(3, ValueName::FetchState));
  CHECK((fetch == "BecameFollower" || fetch == "FetcherFailed"));
  CHECK(why(2, ValueName::PendingIsr) != EventSeq());
  CHECK(name(why(2, ValueName::LastStableOffset)) == "HighWatermarkAdvanced");
}

TEST_CASE("a fork begins the history anew") {
  Session session = three_replicas();
  run(session, seconds(2));
  PartitionHistory history;
  history.update(session.machine(), session.index(), kShown);
  const std::size_t before = history.stalls().size();
  act(session, "pause 4");
  act(session, "send p orders-0 count=1");
  const Instant paused = session.machine().now();
  run(session, seconds(3));
  history.update(session.machine(), session.index(), kShown);
  REQUIRE(history.stalls().size() == before + 1);
  session.seek(paused - seconds(1));
  act(session, "send p orders-0 count=1");
  run(session, seconds(3));
  history.update(session.machine(), session.index(), kShown);
  CHECK(history.stalls().size() == before);
}

}  // namespace kscope::viewer
