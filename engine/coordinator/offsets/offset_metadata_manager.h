// OffsetMetadataManager: how far each group has read, as far as it has told.
//
// A committed offset is one record of __consumer_offsets: (group, topic, partition) -> offset of
// the next record to read, with the leader epoch of the last one read (KIP-320) and a free text of
// the client. Committing again writes the same key again; the cleaner keeps the newest. Forgetting
// writes a tombstone.
//
// An offset goes away in four ways: its group is deleted, it is deleted alone (OffsetDelete), its
// topic is deleted, or it has expired. An offset expires only while nobody uses it: offsets of a
// group with members do not, unless the group no longer subscribes to the topic (KIP-211).
//
// A consumer that commits without being a member (assign(), the admin client) needs no group to be
// there: its first commit makes a simple group, Empty and without a protocol.
//
// Invariants: only replay() changes what is kept; fetch() with ReadPoint::Committed tells nothing
// that is not below the high watermark.
//
// Called by: coordinator_shard. Kafka: OffsetMetadataManager, OffsetAndMetadata,
// OffsetExpirationCondition. Offsets within transactions (TxnOffsetCommit) are not here yet.
// Read next: coordinator/offsets/timeline_map.h
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/coordinator/group/group_metadata_manager.h"
#include "engine/coordinator/offsets/timeline_map.h"

namespace kscope::coordinator {

struct OffsetKey {
  std::string group;
  TopicPartition partition;
  auto operator<=>(const OffsetKey&) const = default;
};

struct OffsetAndMetadata {
  Offset record;  ///< where in __consumer_offsets it stands
  std::int64_t committed_offset = 0;
  std::int32_t leader_epoch = -1;  ///< -1: the client did not say
  std::string metadata;
  std::int64_t commit_timestamp_ms = 0;
  std::optional<std::int64_t> expire_timestamp_ms;  ///< clients before KIP-211 could choose
  bool operator==(const OffsetAndMetadata&) const = default;
};

enum class ReadPoint : std::uint8_t { Committed, Written };

class OffsetMetadataManager {
 public:
  using FetchGroup = protocol::OffsetFetchRequest::OffsetFetchRequestGroup;
  using FetchedGroup = protocol::OffsetFetchResponse::OffsetFetchResponseGroup;

  // ---- decisions --------------------------------------------------------------------------------
  Decision commit(GroupContext& context, GroupMetadataManager& groups, const Caller& caller,
                  const protocol::OffsetCommitRequest& request) const;
  Decision remove(const GroupMetadataManager& groups, const Caller& caller,
                  const protocol::OffsetDeleteRequest& request) const;
  /// Tombstones for everything that `group` has committed.
  void delete_all(const std::string& group, std::vector<GroupRecord>* records) const;
  /// Tombstones for what has expired. True if nothing is left of the group's offsets then.
  bool cleanup_expired(const GroupContext& context, const GroupMetadataManager& groups,
                       const std::string& group, std::vector<GroupRecord>* records);
  std::vector<GroupRecord> on_topic_deleted(const std::string& topic) const;

  // ---- reading ----------------------------------------------------------------------------------
  FetchedGroup fetch(const GroupMetadataManager& groups, const FetchGroup& request,
                     ReadPoint point) const;

  // ---- applying ---------------------------------------------------------------------------------
  /// The record at offset `at`; no value: a tombstone.
  void replay(Offset at, const protocol::OffsetCommitKey& key,
              const protocol::OffsetCommitValue* value);
  /// Tells what has become public, unless the shard is `loading` and tells it all at its end.
  void commit_up_to(GroupContext& context, Offset high_watermark, bool loading);
  /// Loading is through: tells of all that is there.
  void tell_all(GroupContext& context) const;

  std::size_t size() const { return offsets_.size(); }
  const TimelineMap<OffsetKey, OffsetAndMetadata>& offsets() const { return offsets_; }
  /// visit(partition, offset) for each committed offset of the group.
  template <class Visit>
  void each_committed(const std::string& group, Visit&& visit) const {
    offsets_.each_committed(
        {group, {}}, [&](const OffsetKey& key) { return key.group == group; },
        [&](const OffsetKey& key, const OffsetAndMetadata& value) { visit(key.partition, value); });
  }

 private:
  template <class Visit>
  void each(const std::string& group, Visit&& visit) const {
    offsets_.each(
        {group, {}}, [&](const OffsetKey& key) { return key.group == group; },
        [&](const OffsetKey& key, const OffsetAndMetadata& value) { visit(key.partition, value); });
  }

  TimelineMap<OffsetKey, OffsetAndMetadata> offsets_;
  std::set<OffsetKey> expiring_;  // their tombstones are under way, and this is why
};

}  // namespace kscope::coordinator
