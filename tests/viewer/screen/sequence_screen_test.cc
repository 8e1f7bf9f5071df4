// Goal: the screen "Sequence" is legible at every size, follows a click to its moment, and its
// picture is the same drawing. Method: a real failover, drawn without a window.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/catch.h"
#include "tests/viewer/log_clusters.h"
#include "tests/viewer/screen/driver.h"
#include "viewer/app/sequence_picture.h"

namespace kscope::viewer {

using testing::check_clean;
using testing::Driver;
using testing::kSizes;
using testing::kZooms;
using testing::Size;

namespace {

constexpr const char* kFailover = R"(# The leader dies
cluster brokers=3 controllers=3 seed=11
until broker 1 lifecycle == Running within 15s
until broker 2 lifecycle == Running within 15s
until broker 3 lifecycle == Running within 15s
topic orders assignment=1:2:3
until partition orders-0 leader == 1 within 5s
producer shop acks=all
consumer reader assign=orders-0 from=earliest
send shop orders-0 count=40 every=50ms
run 1s
crash broker 1
until partition orders-0 leader == 2 within 30s
run 2s
)";

Instant when(const Machine& machine, const std::string& name) {
  for (std::uint64_t s = 1; s <= machine.recorded_end().value(); ++s) {
    const event::Event& e = machine.event(EventSeq(s));
    if (event::info_of(e.body).name == name) return e.at;
  }
  FAIL("there is no " + name);
  return {};
}

}  // namespace

TEST_CASE("election, steady state and failover are drawn without a cut or covered label") {
  for (const Size& size : kSizes) {
    auto machine = testing::played(kFailover);
    const Instant moments[] = {when(*machine, "RaftLeaderElected"), when(*machine, "NodeCrashed"),
                               when(*machine, "PartitionLeaderChanged") + millis(200)};
    Driver driver(std::move(machine), size);
    driver.ui().state.tab = kSequenceScreen;
    for (const Instant moment : moments) {
      driver.session().seek(moment);
      for (const float zoom : kZooms) {
        driver.ui().state.user_zoom = zoom;
        driver.frames(4);
        check_clean(driver, fmt::format("{}x{} at {} zoom {}", size.width, size.height,
                                        format_instant(moment), zoom));
      }
    }
    driver.ui().state.user_zoom = 1;
    driver.frames(3);
    const auto& phases = driver.ui().sequence.view().phases;
    CHECK(std::any_of(phases.begin(), phases.end(), [](const PhaseBand& band) {
      return band.phase.title.find("failover of orders-0") == 0;
    }));
    CHECK(driver.report().shows("broker 2"));
    CHECK(driver.report().shows("Fold routine"));
  }
}

TEST_CASE("long windows, every note and no folding stay clean, too") {
  auto machine = testing::played(kFailover);
  const Instant moment = when(*machine, "PartitionLeaderChanged");
  Driver driver(std::move(machine), {1280, 800});
  driver.session().seek(moment);
  driver.ui().state.tab = kSequenceScreen;
  SequenceDesk& desk = driver.ui().sequence;
  desk.notes = NoteLevel::All;
  desk.fold = false;
  for (desk.length = 0; desk.length < SequenceDesk::kLengths.size(); ++desk.length) {
    driver.frames(4);
    check_clean(driver, fmt::format("window {}", desk.length));
    CHECK(!desk.view().rows.empty());
  }
}

TEST_CASE("a click on a message goes to its moment and opens it; a click on a lane filters") {
  auto machine = testing::played(kFailover);
  const Instant moment = when(*machine, "NodeCrashed");
  Driver driver(std::move(machine), {1680, 1020});
  driver.session().seek(moment);
  driver.ui().state.tab = kSequenceScreen;
  driver.frames(4);
  const SequenceRow* row = nullptr;
  Rect place;
  for (const SequenceRow& r : driver.ui().sequence.view().rows) {
    if (r.kind != RowKind::Message || r.api != ApiKey::Produce) continue;
    place = driver.ui().draw.find(Target::of_frame(r.frame));
    if (place.empty() || place.y0 < 260 || place.y1 > 700) continue;
    row = &r;
  }
  REQUIRE(row != nullptr);
  const FrameId frame = row->frame;
  const EventSeq sent = row->event;
  const Instant began = row->began;
  driver.click(place);
  CHECK(driver.session().selection() == Target::of_frame(frame));
  CHECK(driver.session().machine().now() == began);
  CHECK(driver.session().machine().present() >= sent);
  CHECK(driver.report().shows("Produce"));
  REQUIRE(driver.press("Produce"));
  CHECK(driver.ui().sequence.apis.count("Produce") == 1);
  check_clean(driver, "filtered");
  REQUIRE(driver.press("Show all"));
  CHECK_FALSE(driver.ui().sequence.filtered());
  driver.ui().sequence.toggle_node(2);
  driver.frames(3);
  check_clean(driver, "one node");
}

TEST_CASE("the buttons write the diagram, and the PNG needs no display") {
  auto machine = testing::played(kFailover);
  const Instant moment = when(*machine, "PartitionLeaderChanged");
  Driver driver(std::move(machine), {1680, 1020});
  driver.session().seek(moment);
  driver.ui().state.tab = kSequenceScreen;
  driver.frames(3);
  const auto folder = std::filesystem::temp_directory_path() / "kafkascope-sequence-test";
  std::filesystem::create_directories(folder);
  for (const char* name : {"a.mmd", "a.svg", "a.png"}) {
    const std::string file = (folder / name).string();
    const Result<void> saved = driver.ui().save_sequence(file);
    INFO(file);
    REQUIRE(saved.ok());
    CHECK(std::filesystem::file_size(file) > 500);
  }
  char magic[4] = {};
  std::ifstream(folder / "a.png", std::ios::binary).read(magic, 4);
  CHECK(std::string(magic + 1, 3) == "PNG");
  std::filesystem::remove_all(folder);
  // The window goes on drawing with its own fonts.
  driver.frames(2);
  check_clean(driver, "after the picture");
}

}  // namespace kscope::viewer
