// Goal: on every screen, at every size, no label is cut and none covers another.
// Method: the whole interface is drawn into draw lists, without a window; every label reports its
// box (widgets/layout_report.h).
#include <fmt/format.h>

#include "tests/catch.h"
#include "tests/viewer/fake_machine.h"
#include "tests/viewer/screen/driver.h"

namespace kscope::viewer {

using testing::check_clean;
using testing::Driver;
using testing::kSizes;
using testing::Size;

namespace {

void check_everywhere(const char* name, const std::function<std::unique_ptr<Machine>()>& make,
                      const std::function<void(Driver&)>& arrange) {
  for (const Size& size : kSizes) {
    for (const float zoom : testing::kZooms) {
      for (const Screen& screen : screens()) {
        Driver driver(make(), size);
        driver.ui().state.user_zoom = zoom;
        driver.ui().state.tab = screen.name;
        arrange(driver);
        driver.frames(3);
        check_clean(driver, fmt::format("{} {} {}x{} zoom {}", name, screen.name, size.width,
                                        size.height, zoom));
        CHECK(driver.report().labels().size() > 40);
      }
    }
  }
}

}  // namespace

TEST_CASE("a failover is drawn without a cut or covered label at every size and zoom") {
  check_everywhere(
      "failover", [] { return testing::failover_machine(); },
      [](Driver& d) { d.session().select(Target::of_frame(FrameId(1))); });
}

TEST_CASE("an election before the first topic is drawn cleanly at every size and zoom") {
  check_everywhere(
      "election", [] { return testing::election_machine(); }, [](Driver&) {});
}

TEST_CASE("nine brokers with sixty partitions stay legible at every size and zoom") {
  check_everywhere(
      "big", [] { return testing::big_machine(9, 60); },
      [](Driver& d) { d.session().select(Target::broker(4)); });
}

TEST_CASE("every kind of target can be inspected without a cut label") {
  const TopicPartition orders{"orders", 0};
  for (const Target& target :
       {Target::broker(2), Target::controller(3), Target::client(1001), Target::client(1002),
        Target::of_partition(orders), Target::replica(2, orders), Target::record(2, orders, 5),
        Target::of_value(2, orders, ValueName::HighWatermark),
        Target::of_value(2, orders, ValueName::Isr), Target::of_event(EventSeq(8)),
        Target::of_frame(FrameId(999))}) {
    Driver driver(testing::failover_machine(), {1280, 800});
    driver.session().select(target);
    driver.frames(3);
    check_clean(driver, fmt::format("target kind {}", static_cast<int>(target.kind)));
  }
}

TEST_CASE("call-outs, the sheet of keys, menus and notices are drawn cleanly") {
  for (const Size& size : kSizes) {
    for (int callout = 0; callout < 3; ++callout) {
      Driver driver(testing::failover_machine(), size);
      driver.ui().state.callout = callout;
      driver.frames(3);
      check_clean(driver, fmt::format("call-out {}", callout));
    }
    Driver driver(testing::failover_machine(), size);
    driver.ui().state.help_open = true;
    driver.frames(3);
    check_clean(driver, "help");
    CHECK(driver.report().shows("Keys and mouse"));
    driver.ui().state.help_open = false;
    driver.ui().show_menu("broker 1", actions_for(Target::broker(1), driver.session().snapshot()));
    driver.session().notify("You acted in the past: the recorded future was dropped.",
                            NoticeTone::Warning);
    driver.session().notify("Invariant A8 broken: the high watermark went back", NoticeTone::Bad);
    driver.frames(3);
    check_clean(driver, "menu");
    CHECK(driver.report().shows("Crash (page cache survives)"));
  }
}

TEST_CASE("a lab's library, steps and card are drawn cleanly") {
  LabView lab;
  lab.library = {{"01", "Watermarks", "Replication", 10, 2, 6, false},
                 {"02", "Leader failover and epoch fencing", "Replication", 15, 4, 4, true}};
  lab.title = "Leader failover and epoch fencing";
  lab.score = "3 of 8 points";
  lab.steps = {{"Produce 6 records with acks=all", "", LabStepState::Done},
               {"Crash the leader of orders-0", "it was broker 1", LabStepState::Failed},
               {"Predict: which replica leads next?", "", LabStepState::Current},
               {"Restart broker 1: what is cut?", "", LabStepState::Open}};
  lab.card.title = "Before you run it, predict";
  lab.card.text = "ISR is {1,2,3}. Broker 1 dies with offset 6, which nobody else has.";
  lab.card.options = {"Broker 2: first live replica in ISR", "Broker 3: it fetched last",
                      "Nobody, until broker 1 is back"};
  lab.card.bars_title = "AMD EPYC 7763 64-Core Processor, 128 cores";
  lab.card.bars = {{"4 KiB blocks, in sequence", "12 400 MB/s", 1.0f},
                   {"4 KiB blocks, in random order", "none", 0.0f}};
  lab.card.chosen = 0;
  lab.card.action = "Lock answer";
  lab.card.hints_left = 1;
  lab.card.hints = {"The controller walks the replicas in their order."};
  for (const Size& size : kSizes) {
    for (const bool locked : {false, true}) {
      lab.card.locked = locked;
      lab.card.correct = locked ? 0 : -1;
      Driver driver(testing::failover_machine(), size);
      driver.ui().lab = &lab;
      driver.frames(3);
      check_clean(driver, "lab");
      CHECK(driver.report().shows("Before you run it"));
    }
  }
}

TEST_CASE("the report notices labels that are cut, that leave their box, and that overlap") {
  LayoutReport report;
  report.enable(true);
  const Rect screen{0, 0, 100, 100};
  report.add({{10, 10, 60, 20}, screen, {}, 0, false, false, false, "fine", "test"});
  CHECK(report.problems().empty());
  report.add({{40, 12, 80, 22}, screen, {}, 0, false, false, false, "covers", "test"});
  CHECK(report.problems().size() == 1);
  report.begin_frame();
  report.add({{90, 10, 120, 20}, screen, {}, 0, false, false, false, "cut", "test"});
  report.add(
      {{10, 50, 60, 60}, screen, {10, 50, 40, 60}, 0, false, false, false, "leaves", "test"});
  report.add({{10, 50, 60, 60}, screen, {}, 5, false, false, false, "above", "test"});
  CHECK(report.problems().size() == 2);
}

}  // namespace kscope::viewer
