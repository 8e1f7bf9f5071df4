// Goal: a person can use the viewer with mouse and keys alone: play, crash, go back, inspect.
// Method: scripted sessions through the real interface, on a real engine and on hand-made clusters.
#include "tests/catch.h"
#include "tests/viewer/fake_machine.h"
#include "tests/viewer/screen/driver.h"
#include "viewer/session/opening.h"

namespace kscope::viewer {

using testing::Driver;

TEST_CASE("a click inspects, and the inspector shows the field under the mouse in the bytes") {
  Driver driver(testing::failover_machine(), {1680, 1020});
  driver.frames(2);
  const Rect pill = driver.ui().draw.find(Target::of_frame(FrameId(1)));
  REQUIRE_FALSE(pill.empty());
  driver.click(pill);
  CHECK(driver.session().selection() == Target::of_frame(FrameId(1)));
  CHECK(driver.report().shows("Fetch request v12"));
  CHECK(driver.report().shows("correlation_id"));
}

TEST_CASE("a right click opens what can be done, and choosing it runs the command") {
  auto machine = testing::failover_machine();
  testing::FakeMachine* fake = machine.get();
  Driver driver(std::move(machine), {1680, 1020});
  driver.frames(2);
  driver.right_click(driver.ui().draw.find(Target::of_frame(FrameId(1))));
  REQUIRE(driver.report().shows("frame 1"));
  REQUIRE(driver.press("Drop"));
  REQUIRE(fake->commands.size() == 1);
  CHECK(fake->commands[0] == "lose 1");
}

TEST_CASE("a fault button asks to whom, and the choice is carried out") {
  auto machine = testing::failover_machine();
  testing::FakeMachine* fake = machine.get();
  Driver driver(std::move(machine), {1280, 800});
  driver.frames(2);
  REQUIRE(driver.press("Crash broker"));
  REQUIRE(driver.press("broker 3"));
  REQUIRE(fake->commands.size() == 1);
  CHECK(fake->commands[0] == "crash 3");
}

TEST_CASE("a sheet in front takes the clicks") {
  Driver driver(testing::failover_machine(), {1680, 1020});
  driver.frames(2);
  const Rect pill = driver.ui().draw.find(Target::of_frame(FrameId(1)));
  driver.gui().key(Key::Question, false, false);
  driver.frames(2);
  driver.click(pill);
  CHECK_FALSE(driver.session().selection());
}

TEST_CASE("the call-outs can be walked through and skipped") {
  Driver driver(testing::failover_machine(), {1280, 800});
  driver.ui().state.callout = 0;
  driver.frames(2);
  REQUIRE(driver.press("Next"));
  CHECK(driver.ui().state.callout == 1);
  REQUIRE(driver.press("Next"));
  REQUIRE(driver.press("Got it"));
  CHECK(driver.ui().state.callout == -1);
  driver.ui().state.callout = 0;
  driver.frames(2);
  REQUIRE(driver.press("Skip"));
  CHECK(driver.ui().state.callout == -1);
}

TEST_CASE("keys zoom the text and the layout stays clean") {
  Driver driver(testing::failover_machine(), {1680, 1020});
  driver.frames(1);
  const float before = driver.gui().scale();
  for (int i = 0; i < 3; ++i) driver.gui().key(Key::Plus, true, false);
  driver.frames(2);
  CHECK(driver.gui().scale() > before);
  CHECK(driver.report().problems().empty());
}

TEST_CASE("play, crash broker 1, seek back, inspect a frame: on a real cluster") {
  Driver driver(opening_machine(2024), {1680, 1020});
  Session& session = driver.session();
  session.seek(Instant(seconds(5)));
  driver.frames(2);
  driver.gui().key(Key::Space, false, false);
  driver.frames(1);
  REQUIRE(session.playing());
  session.set_speed(1.0);
  for (int i = 0; i < 30; ++i) driver.frames(1, 0.016);
  const Instant alive = session.machine().now();
  CHECK(alive > Instant(seconds(5)));

  // Crash broker 1 through its context menu.
  driver.right_click(driver.ui().draw.find(Target::broker(1)));
  REQUIRE(driver.press("Crash (page cache survives)"));
  CHECK(session.snapshot().node(1)->state == cluster::NodeState::Crashed);
  CHECK(driver.report().shows("crashed"));
  session.play();
  session.set_speed(10);
  for (int i = 0; i < 100; ++i) driver.frames(1, 0.016);
  for (const auto& p : session.snapshot().metadata.partitions) CHECK(p.leader != 1);
  const EventSeq end = session.machine().recorded_end();

  // Back by dragging the needle to the left half of the timeline.
  const Regions regions = plan_regions(driver.ui(), 1680, 1020);
  const Rect& t = regions.timeline;
  driver.drag(Rect::at(t.x1 - 60, t.cy(), 2, 2), Rect::at(t.x0 + 260, t.cy(), 2, 2));
  CHECK(session.machine().now() < alive);
  CHECK(session.snapshot().node(1)->state == cluster::NodeState::Running);
  CHECK(session.machine().recorded_end() == end);  // the future is still there
  CHECK(session.in_the_past());

  // A frame under way, opened by a click.
  session.pause();
  for (int i = 0; i < 5000 && session.snapshot().frames.empty(); ++i) session.step();
  driver.frames(2);
  REQUIRE_FALSE(session.snapshot().frames.empty());
  const Target frame = Target::of_frame(session.snapshot().frames[0].id);
  driver.click(driver.ui().draw.find(frame));
  CHECK(session.selection() == frame);
  CHECK_FALSE(driver.ui().models.inspection.dissection.bytes.empty());
  CHECK_FALSE(driver.ui().models.inspection.dissection.fields.empty());
  CHECK(driver.report().problems().empty());
}

}  // namespace kscope::viewer
