#include "viewer/model/words.h"

#include <fmt/format.h>

namespace kscope::viewer {

ApiFamily family_of(ApiKey api) {
  switch (api) {
    case ApiKey::Produce:
      return ApiFamily::Data;
    case ApiKey::Fetch:
      return ApiFamily::Replication;
    case ApiKey::Vote:
    case ApiKey::BeginQuorumEpoch:
    case ApiKey::EndQuorumEpoch:
    case ApiKey::DescribeQuorum:
    case ApiKey::FetchSnapshot:
      return ApiFamily::Quorum;
    case ApiKey::FindCoordinator:
    case ApiKey::JoinGroup:
    case ApiKey::SyncGroup:
    case ApiKey::Heartbeat:
    case ApiKey::LeaveGroup:
    case ApiKey::OffsetCommit:
    case ApiKey::OffsetFetch:
    case ApiKey::ConsumerGroupHeartbeat:
      return ApiFamily::Group;
    case ApiKey::AlterPartition:
    case ApiKey::BrokerRegistration:
    case ApiKey::BrokerHeartbeat:
    case ApiKey::CreateTopics:
    case ApiKey::DeleteRecords:
    case ApiKey::DeleteTopics:
    case ApiKey::ElectLeaders:
    case ApiKey::AlterConfigs:
    case ApiKey::IncrementalAlterConfigs:
    case ApiKey::CreatePartitions:
    case ApiKey::AlterPartitionReassignments:
    case ApiKey::Envelope:
      return ApiFamily::Control;
    default:
      return ApiFamily::Lookup;
  }
}

std::string node_name(const cluster::Snapshot& snapshot, std::int32_t node) {
  return node < 0 ? "nobody" : snapshot.name_of(node);
}

event::NodeNamer namer_for(const cluster::Snapshot& snapshot) {
  return [&snapshot](NodeId node, event::Subject subject) {
    const cluster::NodeView* view = snapshot.node(node.value());
    const bool quorum = subject == event::Subject::Raft;
    if (view != nullptr && quorum && view->has_controller) {
      return fmt::format("controller {}", node.value());
    }
    return node_name(snapshot, node.value());
  };
}

std::string name_of(const Target& target, const cluster::Snapshot& snapshot) {
  const std::string partition = target.partition.str();
  switch (target.kind) {
    case TargetKind::None:
      return "";
    case TargetKind::Frame:
      return fmt::format("frame {}", target.frame.value());
    case TargetKind::Event:
      return "event " + group_digits(target.event.value());
    case TargetKind::Partition:
      return partition;
    case TargetKind::Controller:
      return fmt::format("controller {}", target.node);
    case TargetKind::Broker:
    case TargetKind::Client:
      return node_name(snapshot, target.node);
    default:
      break;
  }
  const std::string node = node_name(snapshot, target.node);
  return target.partition.topic.empty() ? node : partition + " on " + node;
}

std::string say(Machine& machine, EventSeq seq) {
  const event::Event& event = machine.event(seq);
  if (const auto* input = std::get_if<event::InputApplied>(&event.body)) {
    return "you did: " + machine.input_text(input->input);
  }
  std::string text = event::sentence(event, machine.names(), namer_for(machine.snapshot()));
  for (std::size_t at = text.find("->"); at != std::string::npos; at = text.find("->", at)) {
    text.replace(at, 2, "→");
  }
  return text;
}

namespace {

struct FlagWriter {
  const NameTable& names;
  const cluster::Snapshot& snapshot;
  std::int32_t node;

  std::string who() const { return node_name(snapshot, node); }
  std::string operator()(const event::NodeCrashed&) const { return "crash " + who(); }
  std::string operator()(const event::NodeStarted&) const { return "start " + who(); }
  std::string operator()(const event::NodeStopped&) const { return "stop " + who(); }
  std::string operator()(const event::NodePaused&) const { return "pause " + who(); }
  std::string operator()(const event::NodeResumed&) const { return "resume " + who(); }
  std::string operator()(const event::RaftLeaderElected& e) const {
    return fmt::format("C{} leads, epoch {}", node, e.epoch);
  }
  std::string operator()(const event::PartitionLeaderChanged& e) const {
    const std::string to = e.to.value() < 0 ? "nobody" : std::to_string(e.to.value());
    return names.name(e.partition).str() + " → " + to;
  }
  std::string operator()(const event::BrokerFenced& e) const {
    return fmt::format("fence {}", e.broker.value());
  }
  std::string operator()(const event::LogTruncated& e) const {
    return fmt::format("cut {} to {}", names.name(e.partition).str(), e.to_end.value());
  }
  std::string operator()(const event::LinkCut& e) const {
    return fmt::format("cut {} → {}", e.from.value(), e.to.value());
  }
  std::string operator()(const event::LinkHealed& e) const {
    return fmt::format("heal {} → {}", e.from.value(), e.to.value());
  }
  std::string operator()(const event::BatchFailed&) const { return "gave up records"; }
  std::string operator()(const event::RebalanceStarted& e) const {
    return names.name(e.group) + " rebalances";
  }
  std::string operator()(const event::GenerationStarted& e) const {
    return fmt::format("{} generation {}", names.name(e.group), e.generation);
  }
  std::string operator()(const event::MemberRemoved& e) const {
    return names.name(e.group) + " loses a member";
  }
  std::string operator()(const event::PollIntervalExceeded&) const {
    return who() + " did not poll";
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return Other::kInfo.name;
  }
};

}  // namespace

std::string flag_text(Machine& machine, EventSeq seq) {
  const event::Event& event = machine.event(seq);
  return std::visit(FlagWriter{machine.names(), machine.snapshot(), event.node.value()},
                    event.body);
}

std::string group_digits(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), " ");
  }
  return digits;
}

}  // namespace kscope::viewer
