// Goal: what the cards say about retention and cleaning comes true. Method: real clusters; each
// forecast is held against what the engine does when its time has come.
#include "viewer/model/upkeep_view.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/viewer/log_clusters.h"
#include "viewer/model/timeline.h"

namespace kscope::viewer {

using testing::played;

namespace {

const TopicPartition kOrders{"orders", 0};
const TopicPartition kPrices{"prices", 0};

UpkeepView view_of(Machine& machine, const TopicPartition& partition, EventIndex* keep = nullptr) {
  EventIndex index;
  index.update(machine);
  const UpkeepView view = build_upkeep(machine, build_log_view(machine, index, 1, partition));
  if (keep != nullptr) *keep = index;
  return view;
}

const UpkeepCard& card(const UpkeepView& view, const std::string& title) {
  const auto it = std::find_if(view.cards.begin(), view.cards.end(),
                               [&](const UpkeepCard& c) { return c.title == title; });
  REQUIRE(it != view.cards.end());
  return *it;
}

const UpkeepGauge& gauge(const UpkeepCard& c, const std::string& name) {
  const auto it = std::find_if(c.gauges.begin(), c.gauges.end(),
                               [&](const UpkeepGauge& g) { return g.name == name; });
  REQUIRE(it != c.gauges.end());
  return *it;
}

/// Every deletion of broker 1 with its time.
std::vector<const event::Event*> deletions(const Machine& machine) {
  std::vector<const event::Event*> found;
  for (std::uint64_t seq = 1; seq <= machine.recorded_end().value(); ++seq) {
    const event::Event& e = machine.event(EventSeq(seq));
    if (e.node == NodeId(1) && std::get_if<event::SegmentDeleted>(&e.body)) found.push_back(&e);
  }
  return found;
}

}  // namespace

TEST_CASE("the segments that the next check would take are those that it takes, when it comes") {
  const auto machine = played(testing::kLogThatShrinks);
  const auto gone = deletions(*machine);
  REQUIRE(!gone.empty());
  const event::Event& first = *gone.front();
  machine->seek(first.at - millis(1));
  const auto upkeep = machine->log_upkeep(1, kOrders);
  REQUIRE(upkeep);
  REQUIRE(upkeep->next_check == first.at);
  CHECK(upkeep->check_interval == seconds(2));
  std::size_t due = 0, went = 0;
  for (const cluster::SegmentUpkeep& s : upkeep->segments) due += s.goes ? 1 : 0;
  for (const event::Event* e : gone) {
    if (e->at != first.at) continue;
    const auto& body = std::get<event::SegmentDeleted>(e->body);
    REQUIRE(went < upkeep->segments.size());
    CHECK(upkeep->segments[went].base == body.base.value());
    CHECK(upkeep->segments[went].bytes == body.bytes);
    CHECK(upkeep->segments[went].goes == body.reason);
    ++went;
  }
  CHECK(due == went);
  const UpkeepView view = view_of(*machine, kOrders);
  const UpkeepCard& retention = card(view, "RETENTION");
  CHECK(retention.acts);
  CHECK(retention.policy == "cleanup.policy=delete");
  const std::string takes =
      "and takes " + std::to_string(due) + (due == 1 ? " segment (0" : " segments (0");
  INFO(retention.verdict);
  CHECK(retention.verdict.find(takes) != std::string::npos);
  CHECK(retention.verdict.find("by retention.bytes") != std::string::npos);
  CHECK(gauge(retention, "retention.bytes").over);
  CHECK(card(view, "CLEANER").verdict.find("does not say compact") != std::string::npos);
}

TEST_CASE("a log that is full of young records loses nothing, and the forecast names the check") {
  const auto machine = played(
      "cluster brokers=1 controllers=1 seed=7 log.retention.check.interval.ms=4000\n"
      "until broker 1 lifecycle == Running within 15s\n"
      "topic orders assignment=1 segment.bytes=1024 retention.ms=10000 file.delete.delay.ms=9000\n"
      "until partition orders-0 leader == 1 within 5s\n"
      "producer p acks=all batch.size=300\n"
      "send p orders-0 count=40 size=100 every=10ms\n"
      "until producer p acked == 40 within 10s\n"
      "run 20s\n");
  const auto gone = deletions(*machine);
  REQUIRE(!gone.empty());
  machine->seek(gone.front()->at - seconds(6));
  const UpkeepView before = view_of(*machine, kOrders);
  const UpkeepCard& retention = card(before, "RETENTION");
  CHECK_FALSE(retention.acts);
  CHECK(retention.verdict.find("takes nothing") != std::string::npos);
  const std::string said = "segment 0 goes at " + format_instant(gone.front()->at);
  INFO(retention.verdict);
  CHECK(retention.verdict.find(said) != std::string::npos);
  CHECK_FALSE(gauge(retention, "retention.ms").over);
  // Afterwards the files lie there, renamed, until their delay is over.
  machine->seek(gone.front()->at + millis(1));
  const UpkeepView after = view_of(*machine, kOrders);
  const auto& facts = card(after, "RETENTION").facts;
  CHECK(std::any_of(facts.begin(), facts.end(), [](const UpkeepFact& f) {
    return f.name == "file.delete.delay.ms" && f.value.find(".deleted") != std::string::npos;
  }));
}

TEST_CASE("a compacted log is called dirty as far as it is, and the last cleaning is told") {
  const auto machine = played(testing::kLogOfPrices);
  const event::Event* started = nullptr;
  const event::Event* finished = nullptr;
  for (std::uint64_t seq = 1; seq <= machine->recorded_end().value(); ++seq) {
    const event::Event& e = machine->event(EventSeq(seq));
    if (e.node != NodeId(1)) continue;
    if (!started && std::get_if<event::CleanStarted>(&e.body)) started = &e;
    if (!finished && std::get_if<event::CleanFinished>(&e.body)) finished = &e;
  }
  REQUIRE((started && finished));
  const auto& body = std::get<event::CleanStarted>(started->body);
  machine->seek(started->at - millis(1));
  const auto upkeep = machine->log_upkeep(1, kPrices);
  REQUIRE(upkeep);
  CHECK(upkeep->dirty_bytes == body.dirty_bytes);
  CHECK(upkeep->clean_bytes == body.clean_bytes);
  CHECK(upkeep->first_dirty == body.first_dirty.value());
  CHECK(upkeep->next_check == started->at);
  const UpkeepView before = view_of(*machine, kPrices);
  CHECK(card(before, "CLEANER").acts);
  CHECK(gauge(card(before, "CLEANER"), "min.cleanable.dirty.ratio").mark == 0.1);
  CHECK(card(before, "RETENTION").verdict.find("Deletes nothing") == 0);

  machine->seek(finished->at + millis(1));
  const UpkeepView after = view_of(*machine, kPrices);
  const auto& result = std::get<event::CleanFinished>(finished->body);
  const auto& facts = card(after, "CLEANER").facts;
  const auto records = std::find_if(facts.begin(), facts.end(),
                                    [](const UpkeepFact& f) { return f.name == "records"; });
  REQUIRE(records != facts.end());
  CHECK(records->value == std::to_string(result.records_before) + " before, " +
                              std::to_string(result.records_after) + " after");
}

TEST_CASE("a log that is not online has no cards but a reason") {
  const auto machine = played(testing::kLogOfPrices);
  REQUIRE(machine->act("crash broker 1").ok());
  const UpkeepView view = view_of(*machine, kPrices);
  CHECK(view.cards.empty());
  CHECK(view.problem.find("not online") != std::string::npos);
}

TEST_CASE("settings in milliseconds are said in the unit that fits") {
  CHECK(setting_ms(250) == "250 ms");
  CHECK(setting_ms(30'000) == "30 s");
  CHECK(setting_ms(12'340) == "12.3 s");
  CHECK(setting_ms(604'800'000) == "7 d");
  CHECK(setting_ms(-1) == "no limit");
  CHECK(setting_ms(INT64_MAX) == "no limit");
}

TEST_CASE("the timeline has a lane with every roll, deletion and cleaning of the log it is about") {
  const auto machine = played(testing::kLogThatShrinks);
  EventIndex index;
  index.update(*machine);
  TimelineModel model;
  const TimelineView& view =
      model.build(*machine, index, {0, 30'000'000}, 400, kOrders, {1, kOrders});
  REQUIRE(view.lanes.size() > 2);
  REQUIRE(view.lanes[0].kind == LaneKind::Segments);
  REQUIRE(view.lanes[1].kind == LaneKind::IndexEntries);
  std::size_t rolled = 0, deleted = 0;
  for (const SegmentMark& m : *view.lanes[0].deeds) {
    rolled += m.deed == SegmentDeed::Rolled ? 1 : 0;
    deleted += m.deed == SegmentDeed::Deleted ? 1 : 0;
    CHECK(machine->event(m.event).node == NodeId(1));
  }
  CHECK(rolled >= 3);
  CHECK(deleted == deletions(*machine).size());
  int entries = 0;
  for (const Bin& bin : *view.lanes[1].bins) entries += bin.details;
  CHECK(entries > 5);
  // A fork before the first deletion: the lane forgets what never happened.
  const EventSeq before(deletions(*machine).front()->seq.value() - 1);
  index.forget_after(before);
  const LogMarks* marks = nullptr;
  for (const auto& [ref, stretches] : index.partitions()) {
    if (machine->names().name(ref) == kOrders) marks = index.log_marks(1, ref);
  }
  REQUIRE(marks != nullptr);
  for (const SegmentMark& m : marks->segments) CHECK(m.deed == SegmentDeed::Rolled);
}

}  // namespace kscope::viewer
