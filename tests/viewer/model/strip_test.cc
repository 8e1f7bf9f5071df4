// Goal: the strip shows exactly what a replica holds, and replicas of a partition line up.
// Method: small replicas by hand. Kafka: UnifiedLog, LeaderEpochFileCache (KIP-101).
#include "viewer/model/strip.h"

#include "tests/catch.h"

namespace kscope::viewer {

namespace {

cluster::ReplicaView replica(std::int64_t hw, std::int64_t leo) {
  cluster::ReplicaView r;
  r.high_watermark = hw;
  r.log_end = leo;
  r.flushed_end = hw;
  r.epochs = {{0, 0}, {2, 4}};
  return r;
}

}  // namespace

TEST_CASE("a short log starts its window at offset 0") {
  CHECK(choose_window(0, 10) == StripWindow{0, 10});
  CHECK(choose_window(9, 10) == StripWindow{0, 10});
}

TEST_CASE("the window always leaves room for the next record") {
  for (std::int64_t end = 0; end < 500; ++end) {
    const StripWindow window = choose_window(end, 11);
    CHECK(window.start <= end);
    CHECK(window.end() > end);
  }
}

TEST_CASE("the window moves in strides, not with every append") {
  int moves = 0;
  for (std::int64_t end = 10; end < 70; ++end) {
    if (!(choose_window(end, 12) == choose_window(end + 1, 12))) ++moves;
  }
  CHECK(moves <= 60 / 4 + 1);
}

TEST_CASE("cells are committed below the replica's own high watermark and uncommitted up to LEO") {
  const Strip strip = build_strip(replica(3, 6), {0, 8});
  REQUIRE(strip.cells.size() == 8);
  CHECK(strip.cells[2].state == CellState::Committed);
  CHECK(strip.cells[3].state == CellState::Uncommitted);
  CHECK(strip.cells[5].state == CellState::Uncommitted);
  CHECK(strip.cells[6].state == CellState::Empty);
}

TEST_CASE("every cell knows the leader epoch that wrote it, and each epoch is marked once") {
  const Strip strip = build_strip(replica(3, 6), {0, 8});
  CHECK(strip.cells[3].epoch == 0);
  CHECK(strip.cells[4].epoch == 2);
  REQUIRE(strip.epochs.size() == 2);
  CHECK(strip.epochs[1].epoch == 2);
  CHECK(strip.epochs[1].cell == 4);
}

TEST_CASE("records that were cut stay visible until others take their place") {
  const Strip cut = build_strip(replica(3, 4), {0, 8}, CutRange{4, 6, -1});
  CHECK(cut.cells[3].state == CellState::Uncommitted);
  CHECK(cut.cells[4].state == CellState::Truncated);
  CHECK(cut.cells[5].state == CellState::Truncated);
  CHECK(cut.cells[6].state == CellState::Empty);
  const Strip grown = build_strip(replica(3, 5), {0, 8}, CutRange{4, 6, -1});
  CHECK(grown.cells[4].state == CellState::Uncommitted);
}

TEST_CASE(
    "what lies before the log start is deleted, what is only in the page cache is not flushed") {
  cluster::ReplicaView r = replica(5, 6);
  r.log_start = 2;
  const Strip strip = build_strip(r, {0, 8});
  CHECK(strip.cells[1].state == CellState::Deleted);
  CHECK(strip.cells[4].flushed);
  CHECK_FALSE(strip.cells[5].flushed);
}

}  // namespace kscope::viewer
