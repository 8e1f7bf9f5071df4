#include "viewer/model/cluster_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "viewer/model/broker_cards.h"
#include "viewer/model/client_cards.h"
#include "viewer/model/quorum_cards.h"

namespace kscope::viewer {

std::string format_bytes(std::int64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  const char* units[] = {"kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes) / 1000.0;
  int unit = 0;
  for (; value >= 999.95 && unit < 3; ++unit) value /= 1000.0;
  return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string join(const std::vector<std::int32_t>& ids) {
  return fmt::format("{}", fmt::join(ids, ","));
}

namespace {

/// Interned names by text: events speak of PartitionRefs, snapshots of names.
std::map<std::string, NameRef> refs_by_name(const NameTable& names) {
  std::map<std::string, NameRef> refs;
  for (std::uint32_t i = 0; i < names.size(); ++i) refs[names.name(NameRef(i))] = NameRef(i);
  return refs;
}

std::vector<PartitionRow> build_rows(const cluster::Snapshot& snapshot, const NameTable& names) {
  const auto refs = refs_by_name(names);
  std::vector<PartitionRow> rows;
  rows.reserve(snapshot.metadata.partitions.size());
  for (const cluster::PartitionView& p : snapshot.metadata.partitions) {
    PartitionRow row;
    row.partition = p.partition;
    const auto ref = refs.find(p.partition.topic);
    if (ref != refs.end()) row.ref = {ref->second, p.partition.partition};
    row.leader = p.leader;
    row.leader_epoch = p.leader_epoch;
    row.isr = p.isr;
    row.replicas = p.replicas;
    row.min_insync_replicas = p.min_insync_replicas;
    row.under_replicated = p.isr.size() < p.replicas.size();
    row.below_min_isr = static_cast<std::int32_t>(p.isr.size()) < p.min_insync_replicas;
    rows.push_back(std::move(row));
  }
  // What Kafka keeps for itself comes last.
  std::stable_partition(rows.begin(), rows.end(), [](const PartitionRow& row) {
    return !row.partition.topic.starts_with("__");
  });
  return rows;
}

std::string summarise(const ClusterView& view) {
  if (view.rows.empty()) return "no topics yet";
  std::string text =
      fmt::format("{} partition{}", view.rows.size(), view.rows.size() == 1 ? "" : "s");
  text += view.under_replicated == 0 ? " · all fully replicated"
                                     : fmt::format(" · {} under-replicated", view.under_replicated);
  if (view.below_min_isr > 0) text += fmt::format(" · {} below min ISR", view.below_min_isr);
  if (view.offline > 0) text += fmt::format(" · {} without a leader", view.offline);
  return text;
}

}  // namespace

ClusterView build_cluster_view(const cluster::Snapshot& snapshot, const EventIndex& index,
                               const NameTable& names, const LastKnown& last_known) {
  ClusterView view;
  view.rows = build_rows(snapshot, names);
  for (const PartitionRow& row : view.rows) {
    view.under_replicated += row.under_replicated ? 1 : 0;
    view.below_min_isr += row.below_min_isr ? 1 : 0;
    view.offline += row.leader < 0 ? 1 : 0;
  }
  view.summary = summarise(view);
  build_quorum_cards(snapshot, index, view);
  build_broker_cards(snapshot, index, last_known, view);
  build_client_cards(snapshot, view);
  return view;
}

}  // namespace kscope::viewer
