// Offsets of the group, and the records that its coordinator wrote.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/group_picture.h"
#include "viewer/model/sequence.h"

namespace kscope::viewer {

namespace {

/// The client that reads the partition at this moment: by its own word, else by the coordinator's.
std::int32_t reader_of(const GroupScope& scope, const std::string& partition) {
  for (const cluster::ClientView& client : scope.snapshot().clients) {
    const cluster::ConsumerView& c = client.consumer;
    if (client.kind != cluster::ClientKind::Consumer || c.group != scope.id) continue;
    if (client.state != cluster::NodeState::Running && client.state != cluster::NodeState::Paused)
      continue;
    if (std::find(c.assigned.begin(), c.assigned.end(), partition) != c.assigned.end()) {
      return client.id;
    }
  }
  if (scope.view == nullptr) return -1;
  for (const cluster::GroupMemberView& m : scope.view->members) {
    const bool foreign = scope.snapshot().client(m.client) == nullptr;
    if (foreign && std::find(m.assigned.begin(), m.assigned.end(), partition) != m.assigned.end()) {
      return m.client;
    }
  }
  return -1;
}

}  // namespace

std::vector<OffsetRow> build_offsets(const GroupScope& scope) {
  std::vector<OffsetRow> rows;
  for (const TopicPartition& partition : partitions_of_group(scope)) {
    OffsetRow row;
    row.partition = partition;
    const std::string name = partition.str();
    const std::int32_t reader = reader_of(scope, name);
    row.reader = scope.face_of_client(reader);
    const cluster::PartitionView* p = scope.snapshot().partition(partition);
    const cluster::ReplicaView* leader =
        p == nullptr ? nullptr : scope.snapshot().replica(p->leader, partition);
    if (leader != nullptr) row.end = leader->high_watermark;
    if (const cluster::ClientView* client = scope.snapshot().client(reader)) {
      const auto at = client->consumer.positions.find(name);
      if (at != client->consumer.positions.end()) row.position = at->second;
    }
    if (scope.view != nullptr) {
      const auto it = scope.view->committed.find(name);
      if (it != scope.view->committed.end()) {
        row.committed = it->second.offset;
        row.pending = it->second.pending;
      }
    }
    const std::int64_t done =
        row.committed >= 0 ? row.committed : std::max<std::int64_t>(row.position, 0);
    row.lag = std::max<std::int64_t>(row.end - done, 0);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<GroupRecordRow> build_group_records(const GroupScope& scope) {
  constexpr std::size_t kMost = 60;
  std::vector<GroupRecordRow> rows;
  const std::uint64_t end = std::min(scope.machine.recorded_end(), scope.machine.present()).value();
  for (std::uint64_t s = first_event_at(scope.machine, scope.from); s <= end; ++s) {
    const event::Event& e = scope.machine.event(EventSeq(s));
    if (e.at > scope.until) break;
    const auto* written = std::get_if<event::GroupRecordWritten>(&e.body);
    if (written == nullptr || written->group != scope.group) continue;
    rows.push_back({e.at, e.seq, written->offset.value(), event::to_string(written->kind),
                    scope.machine.names().name(written->subject), written->tombstone});
  }
  std::reverse(rows.begin(), rows.end());
  if (rows.size() > kMost) rows.resize(kMost);
  return rows;
}

}  // namespace kscope::viewer
