#include "engine/metadata/replica_placer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace kscope::metadata {
namespace {

void shuffle(auto& list, env::Random& random) {
  for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random.below(i)]);
}

std::size_t any_index(std::size_t size, env::Random& random) {
  return size == 0 ? 0 : static_cast<std::size_t>(random.below(size));
}

/// Hands out its brokers once per round, each round starting one further on.
class BrokerList {
 public:
  void add(NodeId broker) { brokers_.push_back(broker); }
  void start(env::Random& random) {
    std::sort(brokers_.begin(), brokers_.end());
    offset_ = any_index(brokers_.size(), random);
  }
  void mix(env::Random& random) {
    shuffle(brokers_, random);
    round_ = -1;  // whatever round comes next is a new one
  }
  std::optional<NodeId> next(std::int64_t round) {
    if (brokers_.empty()) return std::nullopt;
    if (round != round_) {
      round_ = round;
      index_ = 0;
      offset_ = (offset_ + 1) % brokers_.size();
    }
    if (index_ >= brokers_.size()) return std::nullopt;
    return brokers_[(index_++ + offset_) % brokers_.size()];
  }

 private:
  std::vector<NodeId> brokers_;
  std::size_t index_ = 0, offset_ = 0;
  std::int64_t round_ = 0;
};

struct Rack {
  BrokerList unfenced, fenced;
  std::optional<NodeId> next(std::int64_t round) {
    if (const auto broker = unfenced.next(round)) return broker;
    return fenced.next(round);
  }
};

class RackList {
 public:
  RackList(const std::vector<UsableBroker>& brokers, env::Random& random) : random_(random) {
    std::map<std::optional<std::string>, Rack> by_name;
    for (const UsableBroker& broker : brokers) {
      Rack& rack = by_name[broker.rack];
      (broker.fenced ? rack.fenced : rack.unfenced).add(broker.id);
      unfenced_ += broker.fenced ? 0 : 1;
    }
    for (auto& [name, rack] : by_name) {
      rack.fenced.start(random);
      rack.unfenced.start(random);
      racks_.push_back(std::move(rack));
    }
    offset_ = any_index(racks_.size(), random);
  }

  /// REQUIRES at least one unfenced broker and as many brokers as replicas.
  std::vector<NodeId> place(std::int32_t replication_factor) {
    if (round_ == unfenced_ && unfenced_ > 1) mix();
    if (offset_ == racks_.size()) offset_ = 0;
    std::size_t leader_rack = offset_;
    std::vector<NodeId> result;
    while (result.empty()) {
      if (const auto leader = racks_[leader_rack].unfenced.next(round_))
        result.push_back(*leader);
      else
        leader_rack = (leader_rack + 1) % racks_.size();
    }
    bool skip_leader_rack = true;  // once: it has had its turn
    for (std::size_t rack = offset_; static_cast<std::int32_t>(result.size()) < replication_factor;
         rack = (rack + 1) % racks_.size()) {
      if (rack == leader_rack && skip_leader_rack) {
        skip_leader_rack = false;
      } else if (const auto broker = racks_[rack].next(round_)) {
        result.push_back(*broker);
      }
    }
    ++round_;
    ++offset_;
    return result;
  }

 private:
  /// Every broker has led once: deal from a new order, so that the pairs do not repeat.
  void mix() {
    shuffle(racks_, random_);
    for (Rack& rack : racks_) {
      rack.fenced.mix(random_);
      rack.unfenced.mix(random_);
    }
    round_ = 0;
  }

  env::Random& random_;
  std::vector<Rack> racks_;
  std::int64_t unfenced_ = 0;
  std::int64_t round_ = 0;
  std::size_t offset_ = 0;
};

}  // namespace

Placement place_replicas(const std::vector<UsableBroker>& brokers, std::int32_t partitions,
                         std::int32_t replication_factor, env::Random& random) {
  const bool all_fenced =
      std::all_of(brokers.begin(), brokers.end(), [](const auto& b) { return b.fenced; });
  if (all_fenced) return {"All brokers are currently fenced.", {}};
  if (replication_factor > static_cast<std::int32_t>(brokers.size())) {
    return {fmt::format("The target replication factor of {} cannot be reached because only {} "
                        "broker(s) are registered.",
                        replication_factor, brokers.size()),
            {}};
  }
  RackList racks(brokers, random);
  Placement placement;
  for (std::int32_t p = 0; p < partitions; ++p) {
    placement.replicas.push_back(racks.place(replication_factor));
  }
  return placement;
}

}  // namespace kscope::metadata
