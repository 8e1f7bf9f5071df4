#include "viewer/model/quorum_words.h"

#include <fmt/format.h>

#include "engine/base/partition.h"
#include "engine/metadata/node_ids.h"
#include "engine/protocol/records/control_records.h"

namespace kscope::viewer {

namespace {

using metadata::MetadataImage;
using metadata::PartitionRegistration;

std::string set_of(const std::vector<NodeId>& nodes) { return NodeList(nodes).str(); }

std::string who(const std::optional<NodeId>& node) {
  return node ? std::to_string(node->value()) : std::string("nobody");
}

struct Words {
  const MetadataImage& before;

  std::string operator()(const protocol::RegisterBrokerRecord& r) const {
    return fmt::format("broker {} registers: broker epoch {}{}", r.broker_id, r.broker_epoch,
                       r.fenced ? ", fenced" : "");
  }
  std::string operator()(const protocol::UnregisterBrokerRecord& r) const {
    return fmt::format("broker {} is taken off the list", r.broker_id);
  }
  std::string operator()(const protocol::BrokerRegistrationChangeRecord& r) const {
    if (r.fenced > 0) return fmt::format("broker {}: fenced", r.broker_id);
    if (r.fenced < 0) return fmt::format("broker {}: no longer fenced", r.broker_id);
    if (r.in_controlled_shutdown > 0) return fmt::format("broker {}: shutting down", r.broker_id);
    return fmt::format("broker {}: its directories", r.broker_id);
  }
  std::string operator()(const protocol::FenceBrokerRecord& r) const {
    return fmt::format("broker {}: fenced", r.id);
  }
  std::string operator()(const protocol::UnfenceBrokerRecord& r) const {
    return fmt::format("broker {}: no longer fenced", r.id);
  }
  std::string operator()(const protocol::TopicRecord& r) const {
    return fmt::format("topic {} appears", r.name);
  }
  std::string operator()(const protocol::RemoveTopicRecord& r) const {
    const metadata::TopicImage* topic = before.topic(r.topic_id);
    if (topic == nullptr) return "a topic goes that is not there";
    return fmt::format("topic {} goes, with {} partitions", topic->name, topic->partitions.size());
  }
  std::string operator()(const protocol::PartitionRecord& r) const {
    const PartitionRegistration now = PartitionRegistration::from_record(r);
    return fmt::format("{}: leader {}, ISR {}", name(r.topic_id, r.partition_id), who(now.leader),
                       set_of(now.isr));
  }
  std::string operator()(const protocol::PartitionChangeRecord& r) const {
    const PartitionRegistration* old = before.partition(r.topic_id, r.partition_id);
    if (old == nullptr) return "a partition changes that is not there";
    const PartitionRegistration now = old->merged(r);
    std::string text = name(r.topic_id, r.partition_id) + ":";
    const auto add = [&](const std::string& part) {
      text += (text.back() == ':' ? " " : ", ") + part;
    };
    if (now.leader != old->leader) {
      add(fmt::format("leader {} -> {}, epoch {}", who(old->leader), who(now.leader),
                      now.leader_epoch.value()));
    } else if (now.leader_epoch != old->leader_epoch) {
      add(fmt::format("leader {} again, epoch {}", who(now.leader), now.leader_epoch.value()));
    }
    if (now.isr != old->isr) add(fmt::format("ISR {} -> {}", set_of(old->isr), set_of(now.isr)));
    if (now.replicas != old->replicas) {
      add(fmt::format("replicas {} -> {}", set_of(old->replicas), set_of(now.replicas)));
    }
    if (text.back() == ':') add(fmt::format("partition epoch {}", now.partition_epoch));
    return text;
  }
  std::string operator()(const protocol::ConfigRecord& r) const {
    const std::string of = r.resource_name.empty() ? "all brokers" : r.resource_name;
    if (!r.value) return fmt::format("{}: {} as by default", of, r.name);
    return fmt::format("{}: {} = {}", of, r.name, *r.value);
  }
  std::string operator()(const protocol::FeatureLevelRecord& r) const {
    return fmt::format("{} is {}", r.name, r.feature_level);
  }
  std::string operator()(const protocol::ProducerIdsRecord& r) const {
    return fmt::format("producer ids below {} are handed out", r.next_producer_id);
  }
  std::string operator()(const protocol::NoOpRecord&) const { return "nothing changes"; }
  /// Records of other parts of Kafka: at least their name.
  template <class Record>
  std::string operator()(const Record& r) const {
    return r.kName;
  }

  std::string name(const Uuid& topic, std::int32_t index) const {
    const metadata::TopicImage* known = before.topic(topic);
    return fmt::format("{}-{}", known != nullptr ? known->name : topic.str(), index);
  }
};

std::string ids_of(const auto& voters) {
  std::vector<NodeId> ids;
  for (const auto& voter : voters) ids.push_back(NodeId(voter.voter_id));
  return set_of(ids);
}

}  // namespace

std::string words_of(const MetadataImage& before, const protocol::MetadataRecord& record) {
  return std::visit(Words{before}, record);
}

std::string words_of_control(const record::Record& record) {
  using protocol::ControlRecordType;
  const auto type = protocol::control_record_type(record.key.value_or(Bytes()));
  const Blob value(record.value.value_or(Bytes()));
  if (!type.ok()) return "a control record of an unknown kind";
  if (*type == ControlRecordType::LeaderChange) {
    const auto change = protocol::decode_body<protocol::LeaderChangeMessage>(value, 0);
    if (!change.ok()) return "a new leader";
    return fmt::format("controller {} leads, elected by {} of {}", change->leader_id,
                       ids_of(change->granting_voters), ids_of(change->voters));
  }
  if (*type == ControlRecordType::KRaftVoters) {
    const auto voters = protocol::decode_body<protocol::VotersRecord>(value, 0);
    return voters.ok() ? "the voters are " + ids_of(voters->voters) : "the voters change";
  }
  if (*type == ControlRecordType::KRaftVersion) return "kraft.version is 1: the voters may change";
  return "control record";
}

}  // namespace kscope::viewer
