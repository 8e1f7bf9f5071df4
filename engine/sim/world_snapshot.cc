#include "engine/cluster/group_views.h"
#include "engine/cluster/node_views.h"
#include "engine/protocol/labels.h"
#include "engine/sim/world_state.h"

namespace kscope::sim {
namespace {

using cluster::MetadataView;
using cluster::NodeView;

NodeView node_view(NodeId id, const NodeSlot& slot, Instant now) {
  NodeView view;
  view.id = id.value();
  view.has_broker = slot.node.config().has_broker;
  view.name = (view.has_broker ? "broker " : "controller ") + std::to_string(id.value());
  view.state = slot.state;
  view.incarnation = slot.incarnation;
  view.clock_skew = slot.clock_skew;
  view.has_controller = slot.node.config().has_controller;
  view.settings = slot.node.config().settings;
  if (slot.node.running()) {
    view.quorum = slot.node.quorum_view();
    view.quorum_detail = slot.node.quorum_detail_view();
    view.broker = slot.node.broker_view(now);
  } else {
    const std::vector<NodeId>& voters = slot.node.config().voters;
    view.quorum.is_voter = std::find(voters.begin(), voters.end(), id) != voters.end();
  }
  view.broker.disk_bytes = slot.disk.written_bytes();
  view.broker.disk_unflushed_bytes = slot.disk.unflushed_bytes();
  return view;
}

const metadata::MetadataImage& image_of(const cluster::Node& node) { return node.shared().image(); }

// Who has the committed metadata: the best-informed running node. Every image is a prefix of the
// same log, so the longest one is the truth.
const cluster::Node* best_informed(const WorldState& world) {
  const cluster::Node* best = nullptr;
  for (const auto& [id, slot] : world.nodes) {
    if (!slot.node.running()) continue;
    if (best == nullptr || image_of(slot.node).offset() > image_of(*best).offset()) {
      best = &slot.node;
    }
  }
  return best;
}

MetadataView metadata_of(const cluster::Node& node) {
  return cluster::metadata_view(image_of(node), node.config().settings);
}

std::string group_topic_id(const WorldState& world) {
  const cluster::Node* best = best_informed(world);
  if (best != nullptr && image_of(*best).offset().value() >= world.last_metadata_offset) {
    const metadata::TopicImage* topic = image_of(*best).topic(coordinator::kGroupMetadataTopic);
    return topic != nullptr ? topic->id.str() : "";
  }
  const auto it = world.last_metadata.topic_ids.find(coordinator::kGroupMetadataTopic);
  return it != world.last_metadata.topic_ids.end() ? it->second : "";
}

/// What is left of coordinators that are gone.
cluster::GroupsKnown groups_remembered(const WorldState& world) {
  const std::string topic = group_topic_id(world);
  if (world.last_groups.topic_id == topic) return world.last_groups;
  cluster::GroupsKnown nothing;
  nothing.topic_id = topic;
  return nothing;
}

cluster::GroupsKnown groups_of(const WorldState& world) {
  cluster::GroupsKnown known = groups_remembered(world);
  for (const auto& [id, slot] : world.nodes) {
    if (!slot.node.running() || !slot.node.config().has_broker) continue;
    cluster::add_groups(known, slot.node.broker().parts().coordinator, id);
  }
  return known;
}

}  // namespace

void remember_groups(WorldState& world, NodeId gone) {
  const cluster::Node& node = world.node(gone)->node;
  if (!node.running() || !node.config().has_broker) return;
  cluster::GroupsKnown known = groups_remembered(world);
  cluster::add_groups(known, node.broker().parts().coordinator, gone);
  for (auto& [partition, coordinator] : known.coordinators) {
    if (coordinator.broker == gone.value()) coordinator.broker = -1;
  }
  for (cluster::GroupView& group : known.groups) {
    if (group.coordinator == gone.value()) group.loaded = false;
  }
  world.last_groups = std::move(known);
}

void remember_metadata(WorldState& world) {
  const cluster::Node* best = best_informed(world);
  if (best == nullptr || image_of(*best).offset().value() < world.last_metadata_offset) return;
  world.last_metadata = metadata_of(*best);
  world.last_metadata_offset = image_of(*best).offset().value();
}

cluster::Snapshot take_snapshot(const WorldState& world) {
  cluster::Snapshot snapshot;
  snapshot.seed = world.seed;
  snapshot.now = world.now;
  snapshot.last_event = world.last_event;
  for (const auto& [id, slot] : world.nodes)
    snapshot.nodes.push_back(node_view(id, slot, world.now));
  for (const auto& [id, slot] : world.clients) {
    cluster::ClientView view = slot.client.view();
    view.id = id.value();
    view.state = slot.state;
    snapshot.clients.push_back(std::move(view));
  }
  const cluster::Node* best = best_informed(world);
  if (best != nullptr && image_of(*best).offset().value() >= world.last_metadata_offset) {
    snapshot.metadata = metadata_of(*best);
  } else {
    snapshot.metadata = world.last_metadata;
  }
  cluster::GroupsKnown groups = groups_of(world);
  snapshot.groups = std::move(groups.groups);
  snapshot.coordinators = std::move(groups.coordinators);
  snapshot.frames = world.network.frames();
  for (cluster::FrameView& frame : snapshot.frames) {
    frame.label = protocol::frame_label(world.network.frame_bytes(frame.id), frame.is_response,
                                        frame.api, frame.version);
  }
  snapshot.links = world.network.links();
  return snapshot;
}

}  // namespace kscope::sim
