#include "engine/cluster/storage_format.h"

#include "engine/raft/raft_config.h"
#include "engine/raft/snapshot_file.h"

namespace kscope::cluster {
namespace {

constexpr const char* kTemporary = "meta.properties.tmp";

}  // namespace

bool is_blank(const env::Disk& disk) {
  const auto entries = disk.list("");
  if (!entries.ok()) return false;
  for (const env::DirEntry& entry : *entries) {
    // A formatting that was cut short leaves these behind, and nothing else.
    const bool ours = entry.name == kTemporary || entry.name == raft::metadata_partition().str();
    if (!ours) return false;
    if (entry.is_directory && disk.exists(raft::metadata_partition().str() + "/quorum-state")) {
      return false;
    }
  }
  return true;
}

Result<void> format_storage(env::Env& env, const FormatOptions& options) {
  NodeList voters;
  if (options.kraft_version > 0 && !options.first_voters.empty()) {
    raft::SnapshotContents contents;
    contents.last_timestamp_ms = env.clock.wall_ms();
    contents.kraft_version = options.kraft_version;
    raft::VoterSet set;
    for (const raft::Voter& voter : options.first_voters) set = set.with(voter);
    contents.voters = set;
    voters = NodeList(set.ids());
    KTRY(env.disk.make_directory(raft::metadata_partition().str()));
    const raft::SnapshotId first{Offset(0), 0};
    KTRY(raft::write_snapshot_file(env, first, raft::encode_snapshot(first, contents)));
  }
  KTRY(storage::write_meta_properties(env.disk, options.properties));
  env.events.emit(env.node, event::StorageFormatted{options.kraft_version, voters});
  return {};
}

}  // namespace kscope::cluster
