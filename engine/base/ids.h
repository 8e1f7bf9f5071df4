// Strong identifiers: an Offset is not an epoch, and neither is an int.
//
// Kafka's own bugs of the "swapped two longs" kind (an epoch passed as an offset) are compile
// errors here. Conversion is explicit in both directions: construct on the way in, `.value()` on
// the way out to the wire or to a file. "Absent" is std::optional; Kafka's -1 exists only in
// protocol structs and in the formats of files.
//
// Read next: base/partition.h
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace kscope {

template <class Tag, class Rep>
class StrongId {
 public:
  using rep = Rep;
  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}
  constexpr Rep value() const { return value_; }
  constexpr auto operator<=>(const StrongId&) const = default;

 private:
  Rep value_{};
};

/// A broker, a KRaft voter or a client process. In a combined cluster broker 1 and controller 1 are
/// the same node, as with `process.roles=broker,controller`.
using NodeId = StrongId<struct NodeIdTag, std::int32_t>;
/// Counts the times that one leader handed over to another; fences everything older (KIP-101).
using LeaderEpoch = StrongId<struct LeaderEpochTag, std::int32_t>;
/// Offset of the registration record: one per broker incarnation (KIP-631).
using BrokerEpoch = StrongId<struct BrokerEpochTag, std::int64_t>;
using ProducerId = StrongId<struct ProducerIdTag, std::int64_t>;
using CorrelationId = StrongId<struct CorrelationIdTag, std::int32_t>;
/// One TCP connection, unique for the whole life of a cluster.
using ConnectionId = StrongId<struct ConnectionIdTag, std::uint64_t>;
/// One protocol frame on its way between two nodes, unique for the whole life of a cluster.
using FrameId = StrongId<struct FrameIdTag, std::uint64_t>;
/// Position in the stream of events; 0 means "no event" (a cause that does not exist).
using EventSeq = StrongId<struct EventSeqTag, std::uint64_t>;

/// Position of a record in a partition. Only the arithmetic that means something is defined:
/// offset + count = offset, offset - offset = count.
class Offset {
 public:
  constexpr Offset() = default;
  constexpr explicit Offset(std::int64_t value) : value_(value) {}
  constexpr std::int64_t value() const { return value_; }
  constexpr auto operator<=>(const Offset&) const = default;
  friend constexpr Offset operator+(Offset a, std::int64_t n) { return Offset(a.value_ + n); }
  friend constexpr Offset operator-(Offset a, std::int64_t n) { return Offset(a.value_ - n); }
  friend constexpr std::int64_t operator-(Offset a, Offset b) { return a.value_ - b.value_; }
  constexpr Offset& operator++() { ++value_; return *this; }

 private:
  std::int64_t value_ = 0;
};

}  // namespace kscope

template <class Tag, class Rep>
struct std::hash<kscope::StrongId<Tag, Rep>> {
  std::size_t operator()(kscope::StrongId<Tag, Rep> id) const noexcept {
    return std::hash<Rep>{}(id.value());
  }
};
