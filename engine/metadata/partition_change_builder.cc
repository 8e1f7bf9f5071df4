#include "engine/metadata/partition_change_builder.h"

#include "engine/metadata/node_ids.h"

namespace kscope::metadata {

bool PartitionChangeBuilder::may_lead(NodeId replica) const {
  return contains(target_isr_, replica) && is_acceptable_(replica);
}

PartitionChangeBuilder::Elected PartitionChangeBuilder::elect() const {
  const auto& replicas = partition_.replicas;
  if (election_ == Election::Preferred && may_lead(replicas.front())) return {replicas.front()};
  if (partition_.leader && may_lead(*partition_.leader)) return {partition_.leader};
  for (NodeId replica : replicas) {
    if (may_lead(replica)) return {replica};
  }
  if (election_ == Election::Unclean) {
    for (NodeId replica : replicas) {
      if (is_acceptable_(replica)) return {replica, true};
    }
  }
  return {};
}

std::optional<protocol::PartitionChangeRecord> PartitionChangeBuilder::build() const {
  protocol::PartitionChangeRecord record;
  record.topic_id = topic_;
  record.partition_id = index_;
  bool changes = false;
  const Elected elected = elect();
  if (elected.leader != partition_.leader) {
    record.leader = int_or_none(elected.leader);
    changes = true;
    if (elected.unclean) {
      record.isr = to_ints({*elected.leader});
      if (!partition_.recovering) record.leader_recovery_state = 1;
    }
  }
  if (!record.isr && !target_isr_.empty() && target_isr_ != partition_.isr) {
    record.isr = to_ints(target_isr_);
    changes = true;
  }
  if (target_recovering_ != partition_.recovering) {
    record.leader_recovery_state = target_recovering_ ? 1 : 0;
    changes = true;
  }
  if (!changes) return std::nullopt;
  return record;
}

}  // namespace kscope::metadata
