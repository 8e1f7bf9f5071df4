// Goal: checkpoints have Kafka's format, and after a power loss at any moment a reader finds the
// old or the new one whole (F7). Method: write, cut the power with many seeds, read. Kafka:
// CheckpointFile, OffsetCheckpointFile, PartitionMetadataFile, MetaProperties.
#include "engine/storage/checkpoint_file.h"

#include "engine/storage/file_names.h"
#include "engine/storage/properties.h"
#include "tests/unit/storage/storage_fixture.h"

using namespace kscope;
using namespace kscope::storage;

TEST_CASE("an offset checkpoint is written in Kafka's format and read back") {
  sim::Disk disk;
  const OffsetCheckpoint offsets{{{"orders", 0}, Offset(42)}, {{"a-b", 12}, Offset(7)}};
  REQUIRE(write_offset_checkpoint(disk, kRecoveryPointCheckpoint, offsets).ok());
  CHECK(text_file(disk, kRecoveryPointCheckpoint) == "0\n2\na-b 12 7\norders 0 42\n");
  const auto read = read_offset_checkpoint(disk, kRecoveryPointCheckpoint);
  REQUIRE(read.ok());
  CHECK(read.value() == offsets);
  CHECK(disk.open_handles() == 0);
}

TEST_CASE("a checkpoint that does not exist, or is still empty, has no entries") {
  sim::Disk disk;
  CHECK(read_offset_checkpoint(disk, "nothing").value().empty());
  CHECK(parse_offset_checkpoint("").value().empty());
}

TEST_CASE("a malformed checkpoint names the line") {
  const auto parsed = parse_offset_checkpoint("0\n2\norders 0 42\norders zero 1\n");
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.error().message == "line 4: \"orders zero 1\" is not topic partition offset");
  CHECK_FALSE(parse_offset_checkpoint("0\n3\norders 0 42\n").ok());
  CHECK_FALSE(parse_offset_checkpoint("7\n0\n").ok());
}

TEST_CASE("a power loss leaves the old checkpoint or the new one, never a mixture (F7)") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    sim::Disk disk;
    REQUIRE(write_file_atomically(disk, "mark", "old\n").ok());
    // Everything up to the last step is done by hand, so that the power fails within the write.
    const auto file = disk.open("mark.tmp", true);
    REQUIRE(file.ok());
    REQUIRE(disk.append(file.value(), view_of("new\n")).ok());
    if (seed % 3 > 0) {
      REQUIRE(disk.flush(file.value()).ok());
      REQUIRE(disk.rename("mark.tmp", "mark").ok());
    }
    if (seed % 3 > 1) REQUIRE(disk.flush_directory("").ok());
    env::Random random(seed);
    disk.power_loss(random);
    const std::string text = text_file(disk, "mark");
    CHECK((text == "old\n" || text == "new\n"));
    if (seed % 3 > 1) CHECK(text == "new\n");
    if (seed % 3 == 0) CHECK(text == "old\n");
  }
}

TEST_CASE("a checkpoint that could not be written leaves the old one in place") {
  sim::Disk disk;
  REQUIRE(write_file_atomically(disk, "mark", "old\n").ok());
  disk.set_full(true);
  const auto full = write_file_atomically(disk, "mark", "new\n");
  REQUIRE_FALSE(full.ok());
  CHECK(full.error().kind == ErrorKind::DiskFull);
  disk.clear_faults();
  disk.set_failing_flush(true);
  CHECK_FALSE(write_file_atomically(disk, "mark", "new\n").ok());
  CHECK(text_file(disk, "mark") == "old\n");
  CHECK(disk.open_handles() == 0);
}

TEST_CASE("partition.metadata is written as Kafka writes it") {
  sim::Disk disk;
  REQUIRE(disk.make_directory("orders-0").ok());
  Uuid id;
  for (std::size_t i = 0; i < 16; ++i) id.bytes[i] = static_cast<std::uint8_t>(i + 1);
  REQUIRE(write_partition_metadata(disk, "orders-0", id).ok());
  CHECK(text_file(disk, "orders-0/partition.metadata") ==
        "version: 0\ntopic_id: AQIDBAUGBwgJCgsMDQ4PEA");
  CHECK(read_partition_metadata(disk, "orders-0").value() == std::optional(id));
  CHECK(parse_partition_metadata("version: 0\ntopic_id: nonsense\n").error().kind ==
        ErrorKind::Corrupt);
}

TEST_CASE("meta.properties is read in any order, with comments, and without directory.id") {
  sim::Disk disk;
  CHECK_FALSE(read_meta_properties(disk).value().has_value());
  MetaProperties mine{"4L6g3nShT-eMCtK--X86sw", NodeId(2), {}};
  mine.directory_id.bytes[0] = 9;
  REQUIRE(write_meta_properties(disk, mine).ok());
  CHECK(read_meta_properties(disk).value() == std::optional(mine));

  const auto parsed = parse_meta_properties(
      "#\n#Fri Jan 05 2024\nnode.id=3\nversion=1\ncluster.id=abc\nextra=1\n");
  REQUIRE(parsed.ok());
  CHECK(parsed.value().node == NodeId(3));
  CHECK(parsed.value().directory_id.is_zero());
  CHECK(parse_meta_properties("version=1\nnode.id=3\n").error().message ==
        "cluster.id is missing");
  CHECK(parse_meta_properties("version=1\ncluster.id=a\nnode.id=x\n").error().message ==
        "node.id cannot be \"x\"");
}

TEST_CASE("names of segments and log directories are taken apart as Kafka does") {
  CHECK(segment_stem("orders-0", Offset(100)) == "orders-0/00000000000000000100");
  CHECK(parse_segment_file("00000000000000000100.log", kLogSuffix) == Offset(100));
  CHECK_FALSE(parse_segment_file("00000000000000000100.index", kLogSuffix).has_value());
  CHECK_FALSE(parse_segment_file("0000000000000000010x.log", kLogSuffix).has_value());
  CHECK_FALSE(parse_segment_file("99999999999999999999.log", kLogSuffix).has_value());
  CHECK(parse_log_directory("a-b-3") == TopicPartition{"a-b", 3});
  CHECK_FALSE(parse_log_directory("orders").has_value());
  CHECK_FALSE(parse_log_directory("orders-").has_value());
  CHECK_FALSE(parse_log_directory("orders-01").has_value());
  CHECK_FALSE(parse_log_directory("-1").has_value());
}
