// Target: what a person points at.
//
// Everything that the viewer draws registers one of these with its rectangle (widgets/hit_map.h). A
// click selects it, the inspector explains it, a right-click lists what can be done to it. It is a
// plain value and names things by their numbers, so that a selection survives time travel: the same
// replica is still selected after a seek, even if it held something else then.
//
// Made by: panels/. Read by: model/inspector, model/actions, model/why, session.
// Real Kafka has no such thing. Read next: model/inspector.h
#pragma once

#include <cstdint>

#include "engine/base/ids.h"
#include "engine/base/partition.h"

namespace kscope::viewer {

enum class TargetKind : std::uint8_t {
  None,
  Broker,      ///< node
  Controller,  ///< node: the raft half of it
  Client,      ///< node
  Partition,   ///< partition, as the controller has it
  Replica,     ///< node, partition
  Record,      ///< node, partition, offset: the batch that holds it
  Value,       ///< node, partition, value: "why is this so?"
  Frame,       ///< frame
  Event,       ///< event
};

/// A number or word on the screen that some event set.
enum class ValueName : std::uint8_t {
  None,
  HighWatermark,
  LogEnd,
  Role,
  Isr,
  QuorumRole,
  QuorumHighWatermark,
  BrokerState,
  LogStart,
  LastStableOffset,
  EpochCache,        ///< the replica's leader-epoch checkpoint
  FetchState,        ///< what a follower's fetcher does
  FollowerProgress,  ///< what the leader knows of a follower
  PendingIsr,        ///< the AlterPartition under way
};

struct Target {
  TargetKind kind = TargetKind::None;
  std::int32_t node = -1;
  TopicPartition partition{};
  std::int64_t offset = -1;
  ValueName value = ValueName::None;
  FrameId frame{};
  EventSeq event{};
  bool operator==(const Target&) const = default;
  explicit operator bool() const { return kind != TargetKind::None; }

  static Target broker(std::int32_t node) { return of(TargetKind::Broker, node); }
  static Target controller(std::int32_t node) { return of(TargetKind::Controller, node); }
  static Target client(std::int32_t node) { return of(TargetKind::Client, node); }
  static Target of_partition(const TopicPartition& tp) {
    Target t = of(TargetKind::Partition, -1);
    t.partition = tp;
    return t;
  }
  static Target replica(std::int32_t node, const TopicPartition& tp) {
    Target t = of(TargetKind::Replica, node);
    t.partition = tp;
    return t;
  }
  static Target record(std::int32_t node, const TopicPartition& tp, std::int64_t offset) {
    Target t = replica(node, tp);
    t.kind = TargetKind::Record;
    t.offset = offset;
    return t;
  }
  static Target of_value(std::int32_t node, const TopicPartition& tp, ValueName value) {
    Target t = replica(node, tp);
    t.kind = TargetKind::Value;
    t.value = value;
    return t;
  }
  static Target of_frame(FrameId frame) {
    Target t = of(TargetKind::Frame, -1);
    t.frame = frame;
    return t;
  }
  static Target of_event(EventSeq event) {
    Target t = of(TargetKind::Event, -1);
    t.event = event;
    return t;
  }

 private:
  static Target of(TargetKind kind, std::int32_t node) {
    Target t;
    t.kind = kind;
    t.node = node;
    return t;
  }
};

}  // namespace kscope::viewer
