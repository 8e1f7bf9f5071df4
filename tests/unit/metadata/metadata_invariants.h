// The promises of the controller (C1 to C4, C7) and of its events, checked after every step.
//
// Read next: controller_cluster_test.cc
#pragma once

#include <fmt/format.h>

#include "tests/unit/metadata/controller_harness.h"

namespace kscope::metadata::testing {

class MetadataInvariants {
 public:
  explicit MetadataInvariants(ControllerCluster& cluster) : cluster_(cluster) {}
  const std::string& violation() const { return violation_; }
  const MetadataImage& truth() const { return truth_; }
  int events_told = 0;

  void check() {
    bool applied = false;
    for (const auto& seen : cluster_.events()) {
      std::visit([&](const auto& e) { fold(e); }, seen.body);
      if (!std::holds_alternative<event::MetadataApplied>(seen.body)) continue;
      applied = true;
      check_image(cluster_.nodes().at(seen.node));
    }
    if (applied) check_told();
    check_controllers();
  }

 private:
  /// The image of a process that is just being started is not reachable yet.
  void check_image(ControllerCluster::Node& node) {
    if (!node.client) return;
    const MetadataImage& image = node.client->image();
    if (node.client->failure()) fail("failure", node.client->failure()->message);
    const auto [it, fresh] = images_.try_emplace(image.offset(), image);
    if (!(it->second == image)) {
      fail("C7", fmt::format("two images at offset {}", image.offset().value()));
    }
    if (image.offset() <= truth_.offset()) return;
    for (const auto& [name, topic] : image.topics()) {
      for (const auto& [index, p] : topic.partitions) check_partition(image, topic, index, p);
    }
    for (const auto& [id, broker] : image.brokers()) check_broker(id, broker);
    truth_ = image;
  }

  void check_partition(const MetadataImage& image, const TopicImage& topic, std::int32_t index,
                       const PartitionRegistration& p) {
    const std::string name = fmt::format("{}-{}", topic.name, index);
    if (p.isr.empty() || (p.leader && !p.in_isr(*p.leader))) fail("C3", name);
    for (NodeId member : p.isr) {
      if (!p.is_replica(member)) fail("C3", name + ": a stranger in the ISR");
      const BrokerRegistration* broker = image.broker(member);
      if (p.isr.size() > 1 && (broker == nullptr || broker->fenced)) {
        fail("C2", fmt::format("{}: fenced broker {} in the ISR", name, member.value()));
      }
      if (p.leader == member && !broker->is_active()) fail("C3", name + ": led by a fenced broker");
    }
    const PartitionRegistration* old = truth_.partition(topic.id, index);
    if (old == nullptr || *old == p) return;
    if (p.leader_epoch < old->leader_epoch || p.partition_epoch <= old->partition_epoch ||
        (p.leader != old->leader && p.leader_epoch == old->leader_epoch)) {
      fail("C4", name);
    }
  }

  void check_broker(NodeId id, const BrokerRegistration& broker) {
    const BrokerRegistration* old = truth_.broker(id);
    if (old == nullptr || old->incarnation == broker.incarnation) return;
    if (broker.epoch <= old->epoch) fail("C1", fmt::format("broker {}", id.value()));
  }

  void check_controllers() {
    for (auto& [id, node] : cluster_.nodes()) {
      const QuorumController* controller = node.client ? node.client->controller() : nullptr;
      if (controller == nullptr || !controller->is_active()) continue;
      const auto [it, fresh] = active_.try_emplace(*controller->active_epoch(), id);
      if (it->second != id) fail("B1", "two active controllers in one epoch");
      // What it builds on contains everything committed that it knows of.
      if (controller->image().offset() < node.client->image().offset()) {
        fail("controller", "its image is behind the committed one");
      }
      if (node.client->raft().high_watermark() == node.client->raft().log_end() &&
          !same_facts(controller->image(), node.client->image())) {
        fail("controller", "with everything committed its image is not the committed one");
      }
    }
  }
  static bool same_facts(MetadataImage a, const MetadataImage& b) {
    a.advance_to(b.offset());  // the control record at the end of an epoch's start aside
    return a == b;
  }

  // ---- the fold of the events -----------------------------------------------------------------
  struct ToldPartition {
    std::int32_t leader = -1, leader_epoch = 0, partition_epoch = 0;
    std::vector<NodeId> isr;
    bool operator==(const ToldPartition&) const = default;
  };
  void fold(const event::PartitionChanged& e) {
    ++events_told;
    const auto [it, fresh] = partitions_.try_emplace(e.partition);
    ToldPartition& told = it->second;
    if (!fresh && told.partition_epoch >= e.partition_epoch) fail("told", "the same change twice");
    told = {e.leader.value(), e.leader_epoch.value(), e.partition_epoch, e.isr.nodes()};
  }
  void fold(const event::TopicDeleted& e) {
    std::erase_if(partitions_, [&](const auto& p) { return p.first.topic == e.topic; });
  }
  void fold(const event::BrokerRegistered& e) { fenced_[e.broker] = true; }
  void fold(const event::BrokerFenced& e) { fenced_[e.broker] = true; }
  void fold(const event::BrokerUnfenced& e) { fenced_[e.broker] = false; }
  void fold(const auto&) {}

  /// What was told adds up to the image of the best-informed node there ever was.
  void check_told() {
    std::size_t partitions = 0;
    for (const auto& [name, topic] : truth_.topics()) {
      for (const auto& [index, p] : topic.partitions) {
        ++partitions;
        const ToldPartition want{p.leader ? p.leader->value() : -1, p.leader_epoch.value(),
                                 p.partition_epoch, p.isr};
        const auto found = partitions_.find(cluster_.names().intern(TopicPartition{name, index}));
        if (found == partitions_.end() || !(found->second == want)) {
          fail("told", fmt::format("{}-{} differs", name, index));
        }
      }
    }
    if (partitions != partitions_.size()) fail("told", "partitions that are not there");
    for (const auto& [id, broker] : truth_.brokers()) {
      if (fenced_.count(id) == 0 || fenced_.at(id) != broker.fenced) {
        fail("told", fmt::format("broker {} differs", id.value()));
      }
    }
  }

  void fail(const std::string& what, const std::string& text) {
    if (violation_.empty()) violation_ = what + ": " + text;
  }

  ControllerCluster& cluster_;
  std::string violation_;
  std::map<Offset, MetadataImage> images_;
  MetadataImage truth_;
  std::map<std::int32_t, NodeId> active_;
  std::map<PartitionRef, ToldPartition> partitions_;
  std::map<NodeId, bool> fenced_;
};

}  // namespace kscope::metadata::testing
