// Snapshot files of the metadata log: what the records before an offset amount to (KIP-630).
//
//   __cluster_metadata-0/00000000000000000107-0000000003.checkpoint
//                        └ end offset, exclusive ┘└ epoch of the last record it stands for
//
// The file is a sequence of ordinary record batches, numbered from 0: a control batch with a
// SnapshotHeader (and with kraft.version 1 the KRaftVersion and the voters), data batches with the
// records that make up the state, a control batch with a SnapshotFooter. A file without its footer
// is not a snapshot.
//
// It comes into being under the name … .checkpoint.part, is flushed, and only then renamed. So
// after a crash at any moment there is the whole file or none; parts that are left are swept at the
// next start (F7).
//
// Called by: raft_client_snapshot. Kafka: Snapshots, RecordsSnapshotWriter, FileRawSnapshotWriter.
// Read next: raft/raft_client_snapshot.cc, metadata/image_writer.h
#pragma once

#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/env/env.h"
#include "engine/raft/voter_set.h"

namespace kscope::raft {

/// Names a snapshot (Kafka: OffsetAndEpoch).
struct SnapshotId {
  Offset end;              ///< exclusive
  std::int32_t epoch = 0;  ///< of the last record before `end`
  auto operator<=>(const SnapshotId&) const = default;
};

struct SnapshotFile {
  SnapshotId id;
  std::int64_t bytes = 0;
  std::int64_t last_timestamp_ms = 0;  ///< of the last record that it stands for
  bool operator==(const SnapshotFile&) const = default;
};

/// Puts it in its place by id, oldest first, or in the place of the one of that id. (Kafka's
/// KafkaMetadataLog has a TreeMap for them, which sees to both by itself.)
void add_snapshot(std::vector<SnapshotFile>& snapshots, const SnapshotFile& snapshot);

/// What a snapshot holds, read and checked.
struct SnapshotContents {
  std::int64_t last_timestamp_ms = 0;
  std::int16_t kraft_version = 0;
  std::optional<VoterSet> voters;  ///< with kraft.version 1
  std::vector<Bytes> records;      ///< values of the data records, in order
};

std::string snapshot_file_name(const SnapshotId& id);
/// nullopt for any other name, parts included.
std::optional<SnapshotId> parse_snapshot_file_name(std::string_view name);

Bytes encode_snapshot(const SnapshotId& id, const SnapshotContents& contents);
/// Corrupt, naming what is wrong: a bad CRC, no header, no footer.
Result<SnapshotContents> decode_snapshot(ByteView bytes);

/// The whole ones, oldest first. Parts are removed.
Result<std::vector<SnapshotFile>> sweep_snapshots(env::Env& env);
Result<Bytes> read_snapshot_file(env::Disk& disk, const SnapshotId& id);
/// Safe from a power loss when this returns.
Result<void> write_snapshot_file(env::Env& env, const SnapshotId& id, ByteView bytes);
Result<void> remove_snapshot_file(env::Env& env, const SnapshotId& id);

/// The other way for a file to come into being: piece by piece, from the leader.
Result<void> begin_part(env::Env& env, const SnapshotId& id);
Result<void> append_to_part(env::Env& env, const SnapshotId& id, ByteView piece);
/// Checks the whole of it, flushes and renames. Corrupt: the part is removed again.
Result<void> finish_part(env::Env& env, const SnapshotId& id);

}  // namespace kscope::raft
