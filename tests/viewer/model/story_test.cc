// Goal: feed, causes, inspector, actions and timeline tell what happened, and nothing that did not.
// Method: the hand-made failover; every sentence comes from its events.
#include <filesystem>

#include "tests/catch.h"
#include "tests/viewer/fake_machine.h"
#include "tests/viewer/log_clusters.h"
#include "viewer/model/actions.h"
#include "viewer/model/explain.h"
#include "viewer/model/feed.h"
#include "viewer/model/inspector.h"
#include "viewer/model/timeline.h"
#include "viewer/model/words.h"
#include "viewer/session/session.h"

namespace kscope::viewer {

namespace {

const TopicPartition kOrders0{"orders", 0};

const Action* find(const std::vector<Action>& actions, const std::string& label) {
  for (const Action& action : actions) {
    if (action.label == label) return &action;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("the feed tells the newest first, in words, and leaves traffic out") {
  Session session(testing::failover_machine());
  Machine& m = session.machine();
  const auto feed = build_feed(m, session.index(), m.present(), 50);
  REQUIRE_FALSE(feed.empty());
  CHECK(feed[0].text == "broker 3 cuts orders-0 from LEO 8 back to 6 (diverging epoch)");
  for (const FeedLine& line : feed) CHECK(line.weight != event::Weight::Detail);
  const auto details = build_feed(m, session.index(), m.present(), 50, {true});
  CHECK(details[0].weight == event::Weight::Detail);
}

TEST_CASE("the feed ends at the present even if the future is recorded") {
  Session session(testing::failover_machine());
  session.to_start();
  Machine& m = session.machine();
  CHECK(build_feed(m, session.index(), m.present(), 50).empty());
}

TEST_CASE("why a broker leads is answered back to the crash that began it") {
  Session session(testing::failover_machine());
  Machine& m = session.machine();
  const Target role = Target::of_value(2, kOrders0, ValueName::Role);
  const auto why = why_chain(m, event_behind(m, role));
  REQUIRE(why.size() == 4);
  CHECK(why[0].text == "broker 2 leads orders-0 from epoch 2, LEO 6");
  CHECK(why[3].text.find("crashes") != std::string::npos);
}

TEST_CASE("a value that nothing has set has no cause") {
  Session session(testing::failover_machine());
  Machine& m = session.machine();
  CHECK(event_behind(m, Target::of_value(7, kOrders0, ValueName::Role)) == EventSeq());
  CHECK(why_chain(m, EventSeq()).empty());
}

TEST_CASE("inspecting a frame gives its fields, its bytes and its meaning") {
  Session session(testing::failover_machine());
  const Inspection i = inspect(session.machine(), Target::of_frame(FrameId(1)));
  CHECK(i.title == "Fetch request v12");
  CHECK(i.subtitle.find("broker 3 → broker 2") == 0);
  CHECK(i.dissection.fields.size() == 12);
  CHECK(i.dissection.bytes.size() == 82);
  CHECK_FALSE(i.why.empty());
  CHECK(std::string(i.explanation.text).find("next offset") != std::string::npos);
}

TEST_CASE("inspecting what does not exist at this moment says so") {
  Session session(testing::failover_machine());
  Machine& m = session.machine();
  CHECK_FALSE(inspect(m, Target::of_frame(FrameId(999))).gone.empty());
  CHECK_FALSE(inspect(m, Target::replica(9, kOrders0)).gone.empty());
  CHECK_FALSE(inspect(m, Target::of_event(EventSeq(1'000'000))).gone.empty());
  CHECK_FALSE(inspect(m, Target::client(77)).gone.empty());
  CHECK_FALSE(inspect(m, Target::broker(77)).gone.empty());
}

TEST_CASE("what cannot be done now is listed with the reason") {
  Session session(testing::failover_machine());
  const auto actions = actions_for(Target::broker(1), session.snapshot());
  const Action* crash = find(actions, "Crash (page cache survives)");
  const Action* start = find(actions, "Start");
  REQUIRE(crash != nullptr);
  REQUIRE(start != nullptr);
  CHECK(crash->why_not == "broker 1 is not running");
  CHECK(start->why_not.empty());
  CHECK(start->commands == std::vector<std::string>{"start 1"});
}

TEST_CASE("a frame under way can be dropped or delayed; one that arrived cannot") {
  Session session(testing::failover_machine());
  const auto flying = actions_for(Target::of_frame(FrameId(1)), session.snapshot());
  CHECK(find(flying, "Drop")->why_not.empty());
  CHECK(find(flying, "Drop")->commands[0] == "lose 1");
  const auto gone = actions_for(Target::of_frame(FrameId(77)), session.snapshot());
  CHECK_FALSE(find(gone, "Drop")->why_not.empty());
}

TEST_CASE("a fault button offers what it can be done to, the selected thing first") {
  Session session(testing::failover_machine());
  const auto list = faults(session.snapshot(), Target::broker(3));
  REQUIRE(list[0].label == "Crash broker");
  REQUIRE(list[0].choices.size() == 2);  // broker 1 is down already
  CHECK(list[0].choices[0].label == "broker 3");
}

TEST_CASE("the timeline paints epochs and sets, and flags the dramas") {
  Session session(testing::failover_machine());
  TimelineModel model;
  const TimelineView& view =
      model.build(session.machine(), session.index(), {0, 20'000'000}, 500, kOrders0);
  REQUIRE(view.lanes.size() == 1 + 2 + 3 + 2);
  CHECK(view.lanes[1].kind == LaneKind::PartitionLeader);
  REQUIRE(view.lanes[1].stretches->size() == 2);
  CHECK(view.lanes[1].stretches->at(0).until_us == 12'210'000);
  bool crash = false;
  for (const Flag& flag : *view.flags) crash = crash || flag.text == "crash broker 1";
  CHECK(crash);
}

TEST_CASE("bins count every mark in the window once, also after zooming") {
  Session session(testing::failover_machine());
  const auto total = [&](const TimeWindow& window) {
    TimelineModel model;
    model.build(session.machine(), session.index(), window, 300, {});
    int n = 0;
    for (const Bin& bin :
         *model.build(session.machine(), session.index(), window, 300, {}).lanes[1].bins) {
      n += bin.details + bin.changes;  // dramas are changes, too
    }
    return n;
  };
  int marks = 0;
  for (const Mark& mark : session.index().marks().at(1)) marks += mark.at_us < 20'000'000 ? 1 : 0;
  CHECK(total({0, 20'000'000}) == marks);
  CHECK(total({0, 2'000'000}) < marks);
}

TEST_CASE("zooming keeps the point under the mouse where it is") {
  const TimeWindow before{1'000'000, 11'000'000};
  const TimeWindow after = zoom(before, 0.5, 0.3);
  CHECK(after.position(4'000'000) == Approx(0.3).margin(0.001));
  CHECK(zoom({0, 1000}, 10, 0.9).from_us == 0);
  CHECK(axis_step({0, 10'000'000}, 10) == 1'000'000);
}

TEST_CASE("forgetting the future reopens what it had closed") {
  auto machine = testing::failover_machine();
  EventIndex index;
  index.update(*machine);
  const auto crash = std::find_if(index.dramas().begin(), index.dramas().end(), [&](EventSeq seq) {
    return std::holds_alternative<event::NodeCrashed>(machine->event(seq).body);
  });
  REQUIRE(crash != index.dramas().end());
  CHECK(index.outage(1, machine->recorded_end()) != nullptr);
  index.forget_after(EventSeq(crash->value() - 1));
  CHECK(index.outage(1, machine->recorded_end()) == nullptr);
  CHECK(index.quorum_epochs().back().until == EventSeq());
  CHECK(index.consumed() < *crash);
}

TEST_CASE("every place that an explanation points at exists") {
  for (const Explanation& e : all_explanations()) {
    CHECK(std::string(e.text).size() > 20);
    for (const char* path : {e.source, e.chapter}) {
      INFO(path);
      CHECK(
          (*path == '\0' || std::filesystem::exists(std::string(KSCOPE_SOURCE_DIR) + "/" + path)));
    }
  }
}

TEST_CASE("digits are grouped in threes") {
  CHECK(group_digits(5) == "5");
  CHECK(group_digits(4812) == "4 812");
  CHECK(group_digits(1234567) == "1 234 567");
}

TEST_CASE("a leader that was cut off steps back, and the epoch of its successor goes on") {
  Session session(testing::played(R"(# The minority's leader resigns after the majority has elected
cluster brokers=3 controllers=3 seed=32
until controller active == 2 within 10s
cut controller 2 controller 1
run 1500ms
cut controller 2 controller 3
until event RaftLeaderResigned node=2 within 10s
)"));
  const auto& epochs = session.index().quorum_epochs();
  REQUIRE(epochs.size() >= 2);
  CHECK(epochs.back().node != 2);
  CHECK_FALSE(epochs.back().until_us);
}

}  // namespace kscope::viewer
