#include "engine/metadata/partition_change_builder.h"

#include "engine/metadata/node_ids.h"
#include "engine/metadata/reassignment.h"

namespace kscope::metadata {
namespace {

bool contains_all(const std::vector<NodeId>& nodes, const std::vector<NodeId>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](NodeId n) { return contains(nodes, n); });
}

}  // namespace

// ---- elections --------------------------------------------------------------------------------

bool PartitionChangeBuilder::may_lead(NodeId replica) const {
  const bool eligible =
      contains(target_.isr, replica) || (target_.isr.empty() && contains(target_.elr, replica));
  return eligible && is_acceptable_(replica);
}

PartitionChangeBuilder::Elected PartitionChangeBuilder::elect() const {
  const auto& replicas = target_.replicas;
  if (election_ == Election::Preferred && may_lead(replicas.front())) return {replicas.front()};
  if (partition_.leader && may_lead(*partition_.leader)) return {partition_.leader};
  for (NodeId replica : replicas) {
    if (may_lead(replica)) return {replica};
  }
  // Nobody is in sync or eligible, but one was the last to lead: nobody else has more.
  const bool last_known = elr_enabled_ && target_.isr.empty() && target_.elr.empty() &&
                          partition_.last_known_elr.size() == 1;
  if (last_known && is_acceptable_(partition_.last_known_elr.front())) {
    return {partition_.last_known_elr.front(), true};
  }
  if (election_ == Election::Unclean) {
    for (NodeId replica : replicas) {
      if (is_acceptable_(replica)) return {replica, true};
    }
  }
  return {};
}

void PartitionChangeBuilder::try_election(protocol::PartitionChangeRecord& record) {
  const Elected elected = elect();
  if (elected.leader == partition_.leader) return;
  record.leader = int_or_none(elected.leader);
  if (elected.leader && contains(target_.elr, *elected.leader)) {
    target_.isr = {*elected.leader};
    std::erase(target_.elr, *elected.leader);
  }
  if (elected.unclean) {
    record.isr = to_ints({*elected.leader});
    if (!partition_.recovering) record.leader_recovery_state = 1;
  }
}

// ---- eligible leader replicas -----------------------------------------------------------------

void PartitionChangeBuilder::populate_elr() {
  if (!elr_enabled_) return;
  if (static_cast<std::int32_t>(target_.isr.size()) >= min_isr_) {
    target_.elr.clear();
    return;
  }
  for (NodeId member : partition_.isr) {
    if (!contains(target_.elr, member)) target_.elr.push_back(member);
  }
  std::erase_if(target_.elr, [&](NodeId replica) {
    return contains(target_.isr, replica) || unclean_shutdown_ == replica;
  });
}

void PartitionChangeBuilder::change_elr(protocol::PartitionChangeRecord& record) {
  const bool unclean_election = record.isr.has_value();
  if (unclean_election || !elr_enabled_) target_.elr.clear();
  if (target_.elr != partition_.elr) record.eligible_leader_replicas = to_ints(target_.elr);
}

void PartitionChangeBuilder::change_last_known_leader(
    protocol::PartitionChangeRecord& record) const {
  if (!elr_enabled_) return;
  const auto& known = partition_.last_known_elr;
  if (record.isr && record.isr->empty()) {
    if (known.size() == 1 && (!partition_.leader || known.front() == *partition_.leader)) return;
    if (partition_.leader) record.last_known_elr = to_ints({*partition_.leader});
  } else if (!known.empty()) {
    const bool led =
        record.leader >= 0 || (record.leader == record.kLeaderUnchanged && partition_.leader);
    if (led) record.last_known_elr = std::vector<std::int32_t>{};
  }
}

// ---- the record -------------------------------------------------------------------------------

void PartitionChangeBuilder::change_isr(protocol::PartitionChangeRecord& record) {
  if (record.isr || target_.isr == partition_.isr) return;
  if (target_.isr.empty() && !elr_enabled_) return;
  record.isr = to_ints(target_.isr);
}

std::vector<Uuid> PartitionChangeBuilder::target_directories() const {
  std::vector<Uuid> directories;
  for (NodeId replica : target_.replicas) {
    const auto at = std::find(partition_.replicas.begin(), partition_.replicas.end(), replica);
    const auto index = static_cast<std::size_t>(at - partition_.replicas.begin());
    const bool known = index < partition_.directories.size();
    directories.push_back(known || !directory_of_ ? partition_.directories.at(index)
                                                  : directory_of_(replica));
  }
  return directories;
}

void PartitionChangeBuilder::change_assignment(protocol::PartitionChangeRecord& record) const {
  if (target_.replicas != partition_.replicas) {
    record.replicas = to_ints(target_.replicas);
    if (!partition_.directories.empty()) {
      auto directories = target_directories();
      if (directories != partition_.directories) record.directories = std::move(directories);
    }
  }
  if (target_.removing != partition_.removing) record.removing_replicas = to_ints(target_.removing);
  if (target_.adding != partition_.adding) record.adding_replicas = to_ints(target_.adding);
}

std::optional<protocol::PartitionChangeRecord> PartitionChangeBuilder::build() {
  protocol::PartitionChangeRecord record;
  record.topic_id = topic_;
  record.partition_id = index_;
  const protocol::PartitionChangeRecord nothing = record;
  complete_reassignment(target_);
  populate_elr();
  try_election(record);
  const bool someone_leaves = !contains_all(target_.replicas, partition_.replicas);
  if (someone_leaves && record.leader == record.kLeaderUnchanged) {
    record.leader = int_or_none(partition_.leader);
  }
  change_elr(record);
  change_isr(record);
  change_last_known_leader(record);
  change_assignment(record);
  if (target_.recovering != partition_.recovering) {
    record.leader_recovery_state = target_.recovering ? 1 : 0;
  }
  if (record == nothing) return std::nullopt;
  return record;
}

}  // namespace kscope::metadata
