// CheckedCluster: what the checkers may look at in the engine, and nothing more.
//
// An interface, so that every checker can be tried on a hand-made cluster that breaks its promise.
// CheckContext is the real one, over a World between two items.
//
// Called by: sim/invariants. Read next: sim/invariants/invariants.h
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/partition.h"
#include "engine/base/result.h"
#include "engine/event/event.h"

namespace kscope::sim {

class WorldState;

/// A batch as far as its identity goes. Two batches are the same bytes (but for the base offset and
/// epoch, which are in here) if this is equal: the CRC covers everything else.
struct BatchId {
  std::int64_t base = 0, last = 0;  ///< both inclusive
  std::int32_t epoch = 0;
  std::uint32_t crc = 0;
  bool operator==(const BatchId&) const = default;
};

/// Where the next batch of a log will be found; saves the look-up in the index.
struct BatchPlace {
  std::int64_t segment_base = -1;
  std::int64_t position = 0;
};

/// A log read from its first byte to its last.
struct ScannedLog {
  std::vector<BatchId> batches;
  std::string problem;  ///< empty, or why the scan stopped (a bad CRC, a torn batch)
};

/// A group of the consumer protocol (KIP-848) as its coordinator has it. Partitions go by the id of
/// their topic: one that was deleted and made again is another topic of the same name.
struct CheckedGroup {
  using Partition = std::pair<Uuid, std::int32_t>;
  using Partitions = std::vector<Partition>;  ///< ascending
  struct Member {
    std::string id;
    std::int32_t epoch = 0;
    bool stable = true;
    Partitions assigned, pending_revocation, target;
  };
  std::int32_t epoch = 0, target_epoch = 0;
  std::vector<Member> members;
  Partitions wanted;                        ///< all partitions of what members subscribe to
  std::map<Partition, std::string> owners;  ///< who may not be overtaken, by partition
  std::map<Uuid, std::string> topics;       ///< names, as far as they are known

  std::string name(const Partition& partition) const {
    const auto topic = topics.find(partition.first);
    return TopicPartition{topic == topics.end() ? partition.first.str() : topic->second,
                          partition.second}
        .str();
  }
};

/// What a coordinator keeps of one partition of __consumer_offsets, and what its log says if it is
/// read once more from the start; line by line, in words.
struct CheckedBooks {
  std::map<std::string, std::string> kept, replayed;
};

class CheckedCluster {
 public:
  virtual ~CheckedCluster() = default;
  virtual const NameTable& names() const = 0;
  virtual std::vector<NodeId> voters() const = 0;
  /// The whole batch that was appended there. NotFound if the process has ended since, so that
  /// nothing can be read; any other error says that the log does not hold it.
  virtual Result<Bytes> appended_batch(NodeId node, const event::BatchAppended& appended,
                                       BatchPlace& place) const = 0;
  /// REQUIRES the node's log to be open.
  virtual ScannedLog scan(NodeId node, PartitionRef partition) const = 0;
  /// (epoch, start) of the leader epoch cache; empty if the log is not open.
  virtual std::vector<std::pair<std::int32_t, std::int64_t>> epochs(
      NodeId node, PartitionRef partition) const = 0;
  /// effective min.insync.replicas at the leader; nothing if there is no such replica.
  virtual std::optional<std::int32_t> min_insync_replicas(NodeId node,
                                                          PartitionRef partition) const = 0;
  /// The epoch in the memory of a running quorum member.
  virtual std::optional<std::int32_t> quorum_epoch(NodeId node) const = 0;
  /// Nothing if that broker coordinates no such group, or it speaks the classic protocol.
  virtual std::optional<CheckedGroup> consumer_group(NodeId coordinator, NameRef group) const = 0;
  /// Nothing unless that broker coordinates the groups of `partition` just now.
  virtual std::optional<CheckedBooks> books(NodeId coordinator, PartitionRef partition) const = 0;
};

/// The cluster inside a World.
class CheckContext final : public CheckedCluster {
 public:
  explicit CheckContext(const WorldState& world) : world_(world) {}
  const NameTable& names() const override;
  std::vector<NodeId> voters() const override;
  Result<Bytes> appended_batch(NodeId node, const event::BatchAppended& appended,
                               BatchPlace& place) const override;
  ScannedLog scan(NodeId node, PartitionRef partition) const override;
  std::vector<std::pair<std::int32_t, std::int64_t>> epochs(NodeId node,
                                                            PartitionRef partition) const override;
  std::optional<std::int32_t> min_insync_replicas(NodeId node,
                                                  PartitionRef partition) const override;
  std::optional<std::int32_t> quorum_epoch(NodeId node) const override;
  std::optional<CheckedGroup> consumer_group(NodeId coordinator, NameRef group) const override;
  std::optional<CheckedBooks> books(NodeId coordinator, PartitionRef partition) const override;

 private:
  const WorldState& world_;
};

}  // namespace kscope::sim
