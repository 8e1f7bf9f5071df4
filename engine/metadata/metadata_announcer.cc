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
    changed(ref(topic->name, r.partition_id), PartitionRegistration::from_record(r));
  }
  void operator()(const protocol::PartitionChangeRecord& r) {
    const TopicImage* topic = before_.topic(r.topic_id);
    const PartitionRegistration* old = before_.partition(r.topic_id, r.partition_id);
    if (old == nullptr) return;
    const PartitionRegistration next = old->merged(r);
    const PartitionRef partition = ref(topic->name, r.partition_id);
    changed(partition, next);
    if (next.leader == old->leader) return;
    const bool unclean = next.leader && !old->in_isr(*next.leader);
    emit(event::PartitionLeaderChanged{partition, NodeId(int_or_none(old->leader)),
                                       NodeId(int_or_none(next.leader)), next.leader_epoch,
                                       unclean});
  }
  void operator()(const auto&) {}  // configurations, features, producer ids: nobody watches those

 private:
  template <class E>
  void emit(E e) {
    env_.events.emit(env_.node, std::move(e));
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
