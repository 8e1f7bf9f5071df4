#include "engine/metadata/metadata_announcer.h"

#include "engine/metadata/node_ids.h"

namespace kscope::metadata {
namespace {

class Announcer {
 public:
  Announcer(env::Env& env, const MetadataImage& before,
            const std::vector<protocol::MetadataRecord>& records, std::size_t index)
      : env_(env), before_(before), records_(records), index_(index) {}

  void operator()(const protocol::RegisterBrokerRecord& r) {
    const NodeId id(r.broker_id);
    const BrokerRegistration* old = before_.broker(id);
    // The same process asked again because its answer was lost: nothing has changed.
    if (old != nullptr && old->incarnation == r.incarnation_id) return;
    if (old != nullptr && !old->fenced) {
      emit(event::BrokerFenced{id, event::FenceReason::NewIncarnation});
    }
    emit(event::BrokerRegistered{id, BrokerEpoch(r.broker_epoch)});
  }
  void operator()(const protocol::BrokerRegistrationChangeRecord& r) {
    const NodeId id(r.broker_id);
    if (r.in_controlled_shutdown > 0) emit(event::ControlledShutdownBegan{id});
    if (r.fenced > 0) fenced(id);
    if (r.fenced < 0) emit(event::BrokerUnfenced{id});
  }
  void operator()(const protocol::FenceBrokerRecord& r) { fenced(NodeId(r.id)); }
  void operator()(const protocol::UnfenceBrokerRecord& r) {
    emit(event::BrokerUnfenced{NodeId(r.id)});
  }
  void operator()(const protocol::TopicRecord& r) {
    std::int32_t partitions = 0;
    for (std::size_t i = index_ + 1; i < records_.size(); ++i) {
      const auto* p = std::get_if<protocol::PartitionRecord>(&records_[i]);
      partitions += p != nullptr && p->topic_id == r.topic_id ? 1 : 0;
    }
    emit(event::TopicCreated{env_.names.intern(r.name), partitions});
  }
  void operator()(const protocol::RemoveTopicRecord& r) {
    const TopicImage* topic = before_.topic(r.topic_id);
    if (topic != nullptr) emit(event::TopicDeleted{env_.names.intern(topic->name)});
  }
  void operator()(const protocol::PartitionRecord& r) {
    const TopicImage* topic = before_.topic(r.topic_id);
    if (topic == nullptr) return;
    tell_growth(*topic, r);
    changed(ref(topic->name, r.partition_id), PartitionRegistration::from_record(r));
  }
  void operator()(const protocol::PartitionChangeRecord& r) {
    const TopicImage* topic = before_.topic(r.topic_id);
    const PartitionRegistration* old = before_.partition(r.topic_id, r.partition_id);
    if (old == nullptr) return;
    const PartitionRegistration next = old->merged(r);
    const PartitionRef partition = ref(topic->name, r.partition_id);
    if (next.elr != old->elr || next.last_known_elr != old->last_known_elr) {
      emit(event::EligibleLeadersChanged{partition, NodeList(next.elr),
                                         NodeList(next.last_known_elr)});
    }
    // A move is told of before its new replicas are, and its end after the old ones are gone: who
    // watches must not take the new ones for replicas that have fallen behind.
    if (next.is_reassigning()) tell_move(partition, *old, next, r);
    changed(partition, next);
    if (!next.is_reassigning()) tell_move(partition, *old, next, r);
    if (next.leader == old->leader) return;
    // Who joins the ISR by the change that completes a move may lead at once, and cleanly. Kafka's
    // ControllerMetricsChanges counts it all the same (PartitionRegistration.electionWasClean).
    const bool unclean = next.leader && !old->in_isr(*next.leader) &&
                         !contains(old->elr, *next.leader) && next.recovering;
    emit(event::PartitionLeaderChanged{partition, NodeId(int_or_none(old->leader)),
                                       NodeId(int_or_none(next.leader)), next.leader_epoch,
                                       unclean});
  }
  void operator()(const protocol::ConfigRecord& r) {
    using Resource = event::ConfigResource;
    const Resource resource = r.resource_type == kTopicResource ? Resource::Topic
                              : r.resource_name.empty()         ? Resource::AllBrokers
                                                                : Resource::Broker;
    emit(event::ConfigChanged{resource, env_.names.intern(r.resource_name),
                              env_.names.intern(r.name),
                              env_.names.intern(r.value.value_or("(default)"))});
  }
  void operator()(const auto&) {}  // features, producer ids: nobody watches those

 private:
  template <class E>
  void emit(E e) {
    env_.events.emit(env_.node, std::move(e));
  }
  /// Partitions added to a topic that is there; told once, at the first of them.
  void tell_growth(const TopicImage& topic, const protocol::PartitionRecord& first) {
    const auto present = static_cast<std::int32_t>(topic.partitions.size());
    if (present == 0 || topic.partitions.count(first.partition_id) != 0) return;
    if (index_ > 0) {
      const auto* before = std::get_if<protocol::PartitionRecord>(&records_[index_ - 1]);
      if (before != nullptr && before->topic_id == first.topic_id) return;
    }
    std::int32_t added = 0;
    for (std::size_t i = index_; i < records_.size(); ++i) {
      const auto* p = std::get_if<protocol::PartitionRecord>(&records_[i]);
      added += p != nullptr && p->topic_id == first.topic_id ? 1 : 0;
    }
    emit(event::PartitionsAdded{env_.names.intern(topic.name), present, present + added});
  }
  void tell_move(PartitionRef partition, const PartitionRegistration& old,
                 const PartitionRegistration& now, const protocol::PartitionChangeRecord& change) {
    const bool named = change.adding_replicas || change.removing_replicas;
    if (now.is_reassigning() && named) {
      emit(event::ReassignmentStarted{partition, NodeList(now.adding), NodeList(now.removing)});
    } else if (old.is_reassigning() && !now.is_reassigning()) {
      // Whoever was to leave is still there: the move was called off.
      const bool called_off = std::any_of(old.adding.begin(), old.adding.end(),
                                          [&](NodeId n) { return !now.is_replica(n); }) ||
                              std::any_of(old.removing.begin(), old.removing.end(),
                                          [&](NodeId n) { return now.is_replica(n); });
      if (called_off)
        emit(event::ReassignmentCancelled{partition, NodeList(now.replicas)});
      else
        emit(event::ReassignmentCompleted{partition, NodeList(now.replicas)});
    } else if (old.replicas != now.replicas) {
      emit(event::ReassignmentCompleted{partition, NodeList(now.replicas)});
    }
  }
  PartitionRef ref(const std::string& topic, std::int32_t index) {
    return {env_.names.intern(topic), index};
  }
  void fenced(NodeId id) {
    const BrokerRegistration* old = before_.broker(id);
    const bool leaving = old != nullptr && old->in_controlled_shutdown;
    emit(event::BrokerFenced{
        id, leaving ? event::FenceReason::Shutdown : event::FenceReason::SessionOver});
  }
  void changed(PartitionRef partition, const PartitionRegistration& now) {
    emit(event::PartitionChanged{partition, NodeId(int_or_none(now.leader)), now.leader_epoch,
                                 now.partition_epoch, NodeList(now.isr), NodeList(now.replicas)});
  }

  env::Env& env_;
  const MetadataImage& before_;
  const std::vector<protocol::MetadataRecord>& records_;
  std::size_t index_;
};

}  // namespace

void announce_record(env::Env& env, const MetadataImage& before,
                     const std::vector<protocol::MetadataRecord>& records, std::size_t index) {
  std::visit(Announcer(env, before, records, index), records[index]);
}

}  // namespace kscope::metadata
