// Names of topics and partitions, in the two forms the engine needs.
//
// TopicPartition is the readable one (a map key, a log directory's name). PartitionRef is the small
// one: events are plain values without strings, so they carry an index into the cluster's
// NameTable.
//
// Read next: event/event.h
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"

namespace kscope {

/// Partition 0 of this topic is the log of the KRaft quorum (Kafka:
/// Topic.CLUSTER_METADATA_TOPIC_NAME).
inline constexpr const char* kClusterMetadataTopic = "__cluster_metadata";

struct TopicPartition {
  std::string topic;
  std::int32_t partition = 0;
  auto operator<=>(const TopicPartition&) const = default;
  /// "orders-0": also the name of the log directory.
  std::string str() const { return topic + "-" + std::to_string(partition); }
};

/// 128 bits, printed in URL-safe base64 as Kafka's Uuid does (22 characters).
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;
  bool is_zero() const { return *this == Uuid{}; }
  std::string str() const;
  static bool parse(std::string_view text, Uuid* out);
};

/// A topic or client name in events: an index into NameTable. 0 is the empty name.
using NameRef = StrongId<struct NameRefTag, std::uint32_t>;

struct PartitionRef {
  NameRef topic;
  std::int32_t partition = 0;
  auto operator<=>(const PartitionRef&) const = default;
};

/// Interned names, in order of first use, which makes the indexes as reproducible as the run
/// itself.
/// Invariant: names_[ref] never changes once handed out.
class NameTable {
 public:
  NameRef intern(std::string_view name);
  PartitionRef intern(const TopicPartition& tp) { return {intern(tp.topic), tp.partition}; }
  const std::string& name(NameRef ref) const;
  TopicPartition name(PartitionRef ref) const { return {name(ref.topic), ref.partition}; }
  std::size_t size() const { return names_.size(); }
  auto operator<=>(const NameTable&) const = default;

 private:
  std::vector<std::string> names_{std::string()};
  std::map<std::string, std::uint32_t, std::less<>> index_{{std::string(), 0u}};
};

/// A short ordered list of nodes that fits into an event: replicas, an ISR, a set of votes.
/// Order matters to Kafka (the first replica is the preferred leader). Bound: 12 nodes.
class NodeList {
 public:
  static constexpr std::size_t kMax = 12;
  NodeList() = default;
  explicit NodeList(const std::vector<NodeId>& nodes);
  explicit NodeList(const std::vector<std::int32_t>& nodes);
  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  NodeId operator[](std::size_t i) const { return NodeId(ids_[i]); }
  bool contains(NodeId node) const;
  void add(NodeId node);
  std::vector<NodeId> nodes() const;
  std::string str() const;  ///< "{1,2,3}"
  auto operator<=>(const NodeList&) const = default;

 private:
  std::array<std::int16_t, kMax> ids_{};
  std::uint8_t count_ = 0;
};

}  // namespace kscope
