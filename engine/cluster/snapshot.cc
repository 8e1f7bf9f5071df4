#include "engine/cluster/snapshot.h"

#include <algorithm>

namespace kscope::cluster {

std::vector<std::int32_t> PartitionView::osr() const {
  std::vector<std::int32_t> out;
  for (const std::int32_t broker : replicas) {
    if (std::find(isr.begin(), isr.end(), broker) == isr.end()) out.push_back(broker);
  }
  return out;
}

namespace {

template <class View>
const View* find_id(const std::vector<View>& views, std::int32_t id) {
  const auto it =
      std::lower_bound(views.begin(), views.end(), id,
                       [](const View& v, std::int32_t wanted) { return v.id < wanted; });
  return it != views.end() && it->id == id ? &*it : nullptr;
}

template <class View>
const View* find_partition(const std::vector<View>& views, const TopicPartition& partition) {
  const auto it = std::lower_bound(
      views.begin(), views.end(), partition,
      [](const View& v, const TopicPartition& wanted) { return v.partition < wanted; });
  return it != views.end() && it->partition == partition ? &*it : nullptr;
}

}  // namespace

const char* to_string(NodeState state) {
  switch (state) {
    case NodeState::Down:
      return "Down";
    case NodeState::Running:
      return "Running";
    case NodeState::Paused:
      return "Paused";
    case NodeState::Crashed:
      return "Crashed";
    case NodeState::Stopped:
      return "Stopped";
  }
  return "unknown";
}

const char* to_string(RequestPlace place) {
  switch (place) {
    case RequestPlace::Queue:
      return "request queue";
    case RequestPlace::Handler:
      return "handler";
    case RequestPlace::Remote:
      return "waiting for others";
    case RequestPlace::ResponseQueue:
      return "response queue";
  }
  return "unknown";
}

const char* to_string(ReplicaRole role) {
  switch (role) {
    case ReplicaRole::Leader:
      return "Leader";
    case ReplicaRole::Follower:
      return "Follower";
    case ReplicaRole::Offline:
      return "Offline";
  }
  return "unknown";
}

const char* to_string(ClientKind kind) {
  switch (kind) {
    case ClientKind::Producer:
      return "Producer";
    case ClientKind::Consumer:
      return "Consumer";
    case ClientKind::Admin:
      return "Admin";
    case ClientKind::External:
      return "External";
  }
  return "unknown";
}

const NodeView* Snapshot::node(std::int32_t id) const { return find_id(nodes, id); }
const ClientView* Snapshot::client(std::int32_t id) const { return find_id(clients, id); }

const ReplicaView* Snapshot::replica(std::int32_t node, const TopicPartition& partition) const {
  const NodeView* view = this->node(node);
  return view == nullptr ? nullptr : find_partition(view->broker.replicas, partition);
}

const ReplicationView* Snapshot::replication(std::int32_t node,
                                             const TopicPartition& partition) const {
  const ReplicaView* found = replica(node, partition);
  if (found == nullptr) return nullptr;
  const BrokerView& broker = this->node(node)->broker;
  const auto at = static_cast<std::size_t>(found - broker.replicas.data());
  return at < broker.replication.size() ? &broker.replication[at] : nullptr;
}

const PartitionView* Snapshot::partition(const TopicPartition& partition) const {
  return find_partition(metadata.partitions, partition);
}

std::string Snapshot::name_of(std::int32_t id) const {
  if (const NodeView* view = node(id)) {
    return view->name.empty() ? "broker " + std::to_string(id) : view->name;
  }
  if (const ClientView* view = client(id); view != nullptr && !view->name.empty()) {
    return view->name;
  }
  return "client " + std::to_string(id);
}

}  // namespace kscope::cluster
