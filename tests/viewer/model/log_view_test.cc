// Goal: directory, segments, flushed bytes, history, before and after are true. Method: real
// clusters; every number is held against the files or the snapshot.
#include "viewer/model/log_view.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/viewer/log_clusters.h"
#include "viewer/model/log_census.h"
#include "viewer/model/log_desk.h"
#include "viewer/session/session.h"

namespace kscope::viewer {

using testing::kLogOfOrders;
using testing::kLogOfPrices;
using testing::kLogThatShrinks;
using testing::played;

namespace {

const TopicPartition kOrders{"orders", 0};
const TopicPartition kPrices{"prices", 0};

LogView view_of(Machine& machine, const TopicPartition& partition) {
  EventIndex index;
  index.update(machine);
  return build_log_view(machine, index, 1, partition);
}

}  // namespace

TEST_CASE("segments are those of the disk, and unflushed bytes are those of the active one") {
  const auto machine = played(kLogOfOrders);
  const LogView view = view_of(*machine, kOrders);
  REQUIRE(view.segments.size() >= 3);
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < view.segments.size(); ++i) {
    const SegmentCard& s = view.segments[i];
    const bool last = i + 1 == view.segments.size();
    CHECK(s.state == (last ? SegmentState::Active : SegmentState::Sealed));
    CHECK(s.end == (last ? 300 : view.segments[i + 1].base));
    CHECK(s.flushed <= s.log_bytes);
    if (!last) CHECK(s.flushed == s.log_bytes);  // rolling flushes what is sealed
    bytes += s.log_bytes;
  }
  CHECK(view.bytes == bytes);
  CHECK(view.unflushed > 0);
  CHECK(view.recovery_point == machine->snapshot().replica(1, kOrders)->flushed_end);
  CHECK(view.flushed_text.find("A power cut may take it") != std::string::npos);
  const auto rolls = std::count_if(view.deeds.begin(), view.deeds.end(),
                                   [](const LogDeed& d) { return d.rolled > 0; });
  CHECK(rolls == static_cast<std::ptrdiff_t>(view.segments.size()) - 1);
}

TEST_CASE("the tree names every file once and says what grew") {
  const auto machine = played(kLogOfOrders);
  const auto files = machine->stored_files(1);
  const auto rows = build_directory(files, "orders-0", {});
  const auto in_orders = std::count_if(files.begin(), files.end(), [](const StoredFile& f) {
    return f.path.starts_with("orders-0/");
  });
  CHECK(std::count_if(rows.begin(), rows.end(), [](const FileRow& r) { return r.depth == 2; }) ==
        in_orders);
  FileSizes before = sizes_of(files);
  const std::string grown = "orders-0/00000000000000000000.log";
  REQUIRE(before.count(grown) == 1);
  before[grown] -= 100;
  before.erase("orders-0/00000000000000000000.index");
  for (const FileRow& row : build_directory(files, "orders-0", before)) {
    if (row.path == grown) CHECK(row.change == "+100 B");
    if (row.path == "orders-0/00000000000000000000.index") CHECK(row.change == "new");
    if (row.path == "orders-0/partition.metadata") CHECK(row.change.empty());
  }
}

TEST_CASE("a clean is seen record by record: the newest value of every key is kept") {
  const auto machine = played(kLogOfPrices);
  const LogView view = view_of(*machine, kPrices);
  const auto clean = std::find_if(view.deeds.rbegin(), view.deeds.rend(),
                                  [](const LogDeed& d) { return d.removes; });
  REQUIRE(clean != view.deeds.rend());
  const LogCensus census = build_census(*machine, 1, kPrices, clean->event);
  REQUIRE(census.problem.empty());
  REQUIRE(census.rows.size() >= 5);
  const Fate fates[] = {Fate::Removed, Fate::Removed, Fate::Kept, Fate::Kept, Fate::Kept};
  const char* keys[] = {"K1", "K2", "K1", "K3", "K2"};
  const char* values[] = {"V1", "V2", "V3", "V4", "V5"};
  for (std::size_t i = 0; i < 5; ++i) {
    INFO(i);
    CHECK(census.rows[i].offset == static_cast<std::int64_t>(i));
    CHECK(census.rows[i].key == keys[i]);
    CHECK(census.rows[i].value == values[i]);
    CHECK(census.rows[i].fate == fates[i]);
  }
  CHECK(census.removed >= 2);
  CHECK(census.bytes_after < census.bytes_before + 1);
}

TEST_CASE("retention is seen as segments that went") {
  const auto machine = played(kLogThatShrinks);
  const EventSeq present = machine->present();
  LogDesk desk;
  desk.choose(1, kOrders);
  desk.page = LogPage::History;
  EventIndex index;
  index.update(*machine);
  desk.refresh(*machine, index, 1, false);
  const LogCensus& census = desk.census();
  REQUIRE(census.event != EventSeq());
  CHECK(census.removed > 0);
  CHECK(census.before.size() > census.after.size());
  CHECK(census.rows.front().fate == Fate::Removed);
  CHECK(machine->present() == present);  // looking back moves nothing
}

TEST_CASE("the files before an event are those that one finds by going there") {
  auto machine = played(kLogThatShrinks);
  const LogView view = view_of(*machine, kOrders);
  const auto deed = std::find_if(view.deeds.begin(), view.deeds.end(),
                                 [](const LogDeed& d) { return d.removes; });
  REQUIRE(deed != view.deeds.end());
  const auto before = machine->stored_before(1, "orders-0", deed->event);
  machine->seek(deed->event);
  REQUIRE(machine->step_back());
  std::size_t seen = 0;
  for (const StoredFile& file : machine->stored_files(1)) {
    if (!file.path.starts_with("orders-0/")) continue;
    REQUIRE(seen < before.size());
    CHECK(before[seen].file == file);
    CHECK(before[seen].bytes == *machine->stored_bytes(1, file.path));
    ++seen;
  }
  CHECK(seen == before.size());
}

TEST_CASE("the desk asks something by itself, plays it, and follows the cluster") {
  const auto machine = played(kLogOfOrders);
  EventIndex index;
  index.update(*machine);
  LogDesk desk;
  desk.refresh(*machine, index, 1, false);
  CHECK(desk.partition() == kOrders);
  CHECK(desk.node() == 1);
  REQUIRE(desk.steps() > 5);
  CHECK(desk.step() == desk.steps() - 1);  // the whole answer first
  desk.toggle_play();
  CHECK(desk.step() == 0);
  for (int i = 0; i < 200 && desk.playing(); ++i) desk.advance(0.3);
  CHECK(desk.step() == desk.steps() - 1);
  CHECK_FALSE(desk.playing());
  desk.text = "twelve";
  desk.ask();
  CHECK_FALSE(desk.problem.empty());
  desk.text = "12";
  desk.ask();
  desk.refresh(*machine, index, 1, false);
  CHECK(desk.problem.empty());
  CHECK(desk.lookup().record_offset == 12);
  CHECK(desk.step() == 0);
  CHECK(desk.playing());
  desk.go_to(1000);
  CHECK(desk.step() == desk.steps() - 1);
  desk.set_by_time(true);
  desk.refresh(*machine, index, 1, false);
  CHECK(desk.lookup().question.by_time);
  CHECK(desk.lookup().record_offset == 12);
}

TEST_CASE("the cost meter works in slices and ends with rising scans") {
  double clock = 0;
  CostMeter meter([&clock] { return clock += 1e-4; }, {1, 2, 4});
  double progress = 0;
  int slices = 0;
  for (; !meter.done() && slices < 100'000; ++slices) {
    meter.work(0.002);
    CHECK(meter.progress() >= progress);
    progress = meter.progress();
  }
  REQUIRE(meter.problem().empty());
  REQUIRE(meter.points().size() == 3);
  CHECK(slices > 10);
  CHECK(meter.progress() == 1);
  for (std::size_t i = 1; i < 3; ++i) {
    CHECK(meter.points()[i].bytes > meter.points()[i - 1].bytes);
    CHECK(meter.points()[i].scan_read > meter.points()[i - 1].scan_read);
    CHECK(meter.points()[i].index_read < 10 * 61);
  }
  CHECK(cost_text(1.234e-6) == "1.2 µs");
  CHECK(cost_text(0.0123) == "12 ms");
}

}  // namespace kscope::viewer
