// Goal: the sequence diagram tells what happened, each frame once, routine folded, phases found.
// Method: real runs; rows are held against the recorded events.
#include "viewer/model/sequence.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/catch.h"
#include "tests/viewer/log_clusters.h"
#include "viewer/model/sequence_desk.h"
#include "viewer/model/sequence_export.h"

namespace kscope::viewer {

using testing::played;

namespace {

/// A leader dies and another broker leads in its place; the ISR shrinks.
constexpr const char* kFailover = R"(# The leader dies
cluster brokers=3 controllers=3 seed=11
until broker 1 lifecycle == Running within 15s
until broker 2 lifecycle == Running within 15s
until broker 3 lifecycle == Running within 15s
topic orders assignment=1:2:3
topic other assignment=2:3:1
until partition orders-0 leader == 1 within 5s
producer shop acks=all
send shop orders-0 count=5 every=50ms
until producer shop acked == 5 within 5s
crash broker 1
until partition orders-0 leader == 2 within 30s
run 2s
)";

struct Run {
  explicit Run(const char* scenario) : machine(played(scenario)) {
    index.update(*machine);
    phases.update(*machine, index);
  }
  SequenceView view(const SequenceQuery& query) {
    return build_sequence(*machine, index, phases, query);
  }
  /// Time of the first event of that name.
  Instant when(const std::string& name) const {
    for (std::uint64_t s = 1; s <= machine->recorded_end().value(); ++s) {
      const event::Event& e = machine->event(EventSeq(s));
      if (event::info_of(e.body).name == name) return e.at;
    }
    FAIL("there is no " + name);
    return {};
  }
  std::unique_ptr<TimeMachinePort> machine;
  EventIndex index;
  PhaseIndex phases;
};

SequenceQuery everything() {
  SequenceQuery q;
  q.most_messages = 1'000'000;
  return q;
}

std::size_t count(const SequenceView& view, RowKind kind) {
  return static_cast<std::size_t>(
      std::count_if(view.rows.begin(), view.rows.end(),
                    [&](const SequenceRow& row) { return row.kind == kind; }));
}

const PhaseBand* band(const SequenceView& view, PhaseKind kind) {
  const auto it = std::find_if(view.phases.begin(), view.phases.end(),
                               [&](const PhaseBand& b) { return b.phase.kind == kind; });
  return it == view.phases.end() ? nullptr : &*it;
}

}  // namespace

TEST_CASE("every frame that ended is in exactly one row, in the order of time") {
  Run run(kFailover);
  std::size_t ended = 0;
  for (std::uint64_t s = 1; s <= run.machine->recorded_end().value(); ++s) {
    const event::Body& body = run.machine->event(EventSeq(s)).body;
    ended += std::get_if<event::FrameDelivered>(&body) != nullptr ? 1 : 0;
    ended += std::get_if<event::FrameLost>(&body) != nullptr ? 1 : 0;
  }
  SequenceQuery q = everything();
  const SequenceView folded = run.view(q);
  q.fold = false;
  const SequenceView whole = run.view(q);
  std::size_t on_their_way = 0;
  for (const SequenceRow& row : whole.rows) {
    on_their_way += row.kind == RowKind::Message && row.fate == FrameFate::OnItsWay ? 1 : 0;
  }
  CHECK(whole.messages == ended + on_their_way);
  CHECK(whole.folded == 0);
  CHECK(folded.messages + folded.folded == whole.messages);
  CHECK(folded.rows.size() * 4 < whole.rows.size() * 3);
  CHECK(count(folded, RowKind::Fold) > 3);
  for (const SequenceView* view : {&folded, &whole}) {
    for (std::size_t i = 1; i < view->rows.size(); ++i) {
      CHECK(view->rows[i - 1].at <= view->rows[i].at);
    }
    for (const SequenceRow& row : view->rows) {
      CHECK(row.from >= 0);
      CHECK(row.to < static_cast<std::int32_t>(view->lanes.size()));
      CHECK_FALSE(row.text.empty());
    }
  }
}

TEST_CASE("only routine is folded: what was lost or led to something stands alone") {
  Run run(kFailover);
  const SequenceView view = run.view(everything());
  std::size_t lost = 0, telling = 0;
  for (const SequenceRow& row : view.rows) {
    if (row.kind == RowKind::Fold) {
      CHECK(row.text.find("… ") == 0);
      CHECK(row.count >= 1);
      continue;
    }
    if (row.kind != RowKind::Message) continue;
    lost += row.fate == FrameFate::Lost ? 1 : 0;
    telling += row.api == ApiKey::Fetch ? 1 : 0;
  }
  std::size_t all_lost = 0;
  for (std::uint64_t s = 1; s <= run.machine->recorded_end().value(); ++s) {
    all_lost += std::get_if<event::FrameLost>(&run.machine->event(EventSeq(s)).body) ? 1 : 0;
  }
  CHECK(lost == all_lost);
  CHECK(telling > 4);  // the fetches that moved the high watermark
}

TEST_CASE("controllers and brokers are lanes of their own, and requests go from lane to lane") {
  Run run(kFailover);
  const SequenceView view = run.view(everything());
  const auto lane = [&](const std::string& name) {
    const auto it = std::find_if(view.lanes.begin(), view.lanes.end(),
                                 [&](const SequenceLane& l) { return l.name == name; });
    REQUIRE(it != view.lanes.end());
    return static_cast<std::int32_t>(it - view.lanes.begin());
  };
  CHECK(lane("controller 1") < lane("broker 1"));
  CHECK(lane("broker 3") < lane("shop"));
  for (const SequenceRow& row : view.rows) {
    if (row.kind != RowKind::Message) continue;
    const auto& from = view.lanes[static_cast<std::size_t>(row.from)];
    const auto& to = view.lanes[static_cast<std::size_t>(row.to)];
    if (row.api == ApiKey::Vote) CHECK((from.controller && to.controller));
    if (row.api == ApiKey::BrokerHeartbeat) CHECK(from.controller != to.controller);
    if (row.api == ApiKey::Produce) CHECK_FALSE((from.controller || to.controller));
    if (row.api == ApiKey::Produce && !row.is_response) CHECK(from.name == "shop");
  }
}

TEST_CASE(
    "the election, the failover and the change of the ISR are phases with a beginning and end") {
  Run run(kFailover);
  const SequenceView view = run.view(everything());
  const PhaseBand* election = band(view, PhaseKind::Election);
  REQUIRE(election != nullptr);
  CHECK(election->phase.title.find("election, epoch 1") == 0);
  CHECK(election->phase.until == run.when("RaftLeaderElected"));
  const PhaseBand* failover = band(view, PhaseKind::Failover);
  REQUIRE(failover != nullptr);
  CHECK(failover->phase.from == run.when("NodeCrashed"));
  CHECK(failover->phase.title == "failover of orders-0: broker 1 to broker 2");
  REQUIRE(failover->phase.until);
  CHECK(*failover->phase.until >= run.when("PartitionLeaderChanged"));
  for (const PhaseBand& b : view.phases) {
    CHECK(view.rows[b.first_row].kind == RowKind::Phase);
    CHECK(view.rows[b.first_row].text.find(b.phase.title) == 0);
    CHECK(b.first_row < b.last_row);
    CHECK(b.last_row < view.rows.size());
    if (b.phase.until) CHECK(view.rows[b.last_row].at <= *b.phase.until);
  }
  // A fork before the crash: the failover never happened.
  run.index.forget_after(EventSeq(100));
  PhaseIndex fresh = run.phases;
  fresh.update(*run.machine, run.index);
  for (const SequencePhase& p : fresh.phases()) CHECK(p.kind != PhaseKind::Failover);
}

TEST_CASE("filters by API, node and partition leave only what they name") {
  Run run(kFailover);
  SequenceQuery q = everything();
  q.fold = false;
  q.apis = {"Produce"};
  SequenceView view = run.view(q);
  CHECK(view.messages == 10);
  for (const SequenceRow& row : view.rows) {
    if (row.kind == RowKind::Message) CHECK(row.api == ApiKey::Produce);
  }
  q.apis = {"Fetch"};
  q.partition = {"orders", 0};
  const std::size_t of_orders = run.view(q).messages;
  q.partition = {"other", 0};
  const std::size_t of_other = run.view(q).messages;
  q.partition = {};
  const std::size_t of_all = run.view(q).messages;
  CHECK(of_orders > 10);
  CHECK(of_other > 0);  // with fetch sessions, a quiet partition is hardly named
  CHECK(of_other < of_orders);
  CHECK(of_orders < of_all);
  q = everything();
  q.node = 2;
  view = run.view(q);
  for (const SequenceRow& row : view.rows) {
    if (row.kind != RowKind::Message) continue;
    const bool about = view.lanes[static_cast<std::size_t>(row.from)].node == 2 ||
                       view.lanes[static_cast<std::size_t>(row.to)].node == 2;
    CHECK(about);
  }
}

TEST_CASE("the window is in time, and a limit of messages says that there were more") {
  Run run(kFailover);
  SequenceQuery q;
  q.from = at_micros(3'000'000);
  q.until = at_micros(3'500'000);
  for (const SequenceRow& row : run.view(q).rows) {
    CHECK(row.at >= q.from);
    CHECK(row.at <= q.until);
  }
  q = everything();
  q.most_messages = 20;
  const SequenceView view = run.view(q);
  CHECK(view.cut_short);
  CHECK(view.messages + view.folded == 20);
}

TEST_CASE("the desk keeps the present in its window and the window where it is") {
  Run run(kFailover);
  SequenceDesk desk;
  run.machine->seek(run.when("NodeCrashed") + millis(300));
  desk.refresh(*run.machine, run.index, 1, false);
  REQUIRE(!desk.view().rows.empty());
  const Instant from = desk.view().query.from;
  CHECK(from <= run.machine->now());
  CHECK(desk.view().query.until >= run.machine->now());
  CHECK(desk.present_row(run.machine->now()) > 0);
  run.machine->seek(run.machine->now() - millis(100));
  desk.refresh(*run.machine, run.index, 2, false);
  CHECK(desk.view().query.from == from);
  run.machine->seek(run.machine->now() + seconds(1) + millis(200));
  desk.refresh(*run.machine, run.index, 3, false);
  CHECK(desk.view().query.from > from);
  const auto& apis = desk.known_apis();
  CHECK(std::find(apis.begin(), apis.end(), "Fetch") != apis.end());
  desk.toggle_api("Fetch");
  desk.toggle_node(2);
  CHECK(desk.filtered());
  desk.refresh(*run.machine, run.index, 3, false);
  CHECK(desk.view().query.apis.count("Fetch") == 1);
  desk.clear_filters();
  CHECK_FALSE(desk.filtered());
  // Sixty seconds hold more than anybody reads: the present is in it all the same.
  desk.length = SequenceDesk::kLengths.size() - 1;
  desk.fold = false;
  run.machine->seek(run.machine->recorded_until());
  desk.refresh(*run.machine, run.index, 4, false);
  CHECK(desk.view().messages <= 400);
  CHECK(desk.view().rows.back().at + seconds(1) > run.machine->now());
}

TEST_CASE("Mermaid and SVG say what the rows say, and are well-formed") {
  Run run(kFailover);
  SequenceQuery q;
  q.from = run.when("NodeCrashed") - millis(200);
  q.until = run.when("PartitionLeaderChanged") + millis(500);
  const SequenceView view = run.view(q);
  const std::string mermaid = to_mermaid(view);
  CHECK(mermaid.find("sequenceDiagram\n  participant c") == 0);
  CHECK(mermaid.find("participant n2 as broker 2") != std::string::npos);
  CHECK(mermaid.find("failover of orders-0") != std::string::npos);
  const auto lines = static_cast<std::size_t>(std::count(mermaid.begin(), mermaid.end(), '\n'));
  CHECK(lines == 1 + view.lanes.size() + view.rows.size());
  CHECK(mermaid.find(';') == std::string::npos);
  const std::string svg = to_svg(view, "crash <of> \"1\" & more");
  CHECK(svg.find("crash &lt;of&gt; &quot;1&quot; &amp; more") != std::string::npos);
  CHECK(svg.rfind("</svg>\n") == svg.size() - 7);
  // Tags are balanced: every "<" begins one, every text element ends.
  std::size_t texts = 0, ends = 0;
  for (std::size_t at = svg.find("<text"); at != std::string::npos;
       at = svg.find("<text", at + 1)) {
    ++texts;
  }
  for (std::size_t at = svg.find("</text>"); at != std::string::npos;
       at = svg.find("</text>", at + 1)) {
    ++ends;
  }
  CHECK(texts == ends);
  CHECK(texts > view.rows.size());
}

TEST_CASE("a diagram is written in the format that the name ends in, and a bad name is told") {
  Run run(kFailover);
  SequenceQuery q;
  q.until = at_micros(1'500'000);
  const SequenceView view = run.view(q);
  const std::string folder = KSCOPE_BINARY_DIR "/sequence_test";
  std::filesystem::create_directories(folder);
  REQUIRE(write_sequence(view, "t", folder + "/a.mmd", {}).ok());
  std::stringstream text;
  text << std::ifstream(folder + "/a.mmd").rdbuf();
  CHECK(text.str() == to_mermaid(view));
  const auto bad = write_sequence(view, "t", folder + "/a.gif", {});
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.error().message.find("a.gif") != std::string::npos);
  CHECK(bad.error().message.find(".svg") != std::string::npos);
  const auto nowhere = write_sequence(view, "t", folder + "/none/a.svg", {});
  REQUIRE_FALSE(nowhere.ok());
  CHECK(nowhere.error().message.find("/none/a.svg") != std::string::npos);
  CHECK_FALSE(write_sequence(view, "t", folder + "/a.png", {}).ok());  // no viewer here
}

}  // namespace kscope::viewer
