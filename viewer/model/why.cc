#include "viewer/model/why.h"

#include "viewer/model/words.h"

namespace kscope::viewer {

namespace {

/// Beyond this many events the search for a cause gives up; it runs once per click.
constexpr std::uint64_t kSearchLimit = 2'000'000;

/// Does this event set what the target shows?
class Matcher {
 public:
  Matcher(const Machine& machine, const Target& target)
      : names_(machine.names()), target_(target) {}

  bool operator()(const event::Event& event) const {
    event_ = &event;
    return std::visit([this](const auto& body) { return matches(body); }, event.body);
  }

 private:
  bool here() const { return event_->node.value() == target_.node; }
  bool on(PartitionRef ref) const { return names_.name(ref) == target_.partition; }
  bool wants(ValueName value) const {
    return target_.kind == TargetKind::Value && target_.value == value;
  }
  bool is(TargetKind kind) const { return target_.kind == kind; }
  bool about_watermark() const {
    return wants(ValueName::HighWatermark) || wants(ValueName::LastStableOffset);
  }
  bool about_role() const { return wants(ValueName::Role) || is(TargetKind::Replica); }

  bool matches(const event::HighWatermarkAdvanced& e) const {
    return about_watermark() && here() && on(e.partition);
  }
  bool matches(const event::HighWatermarkSet& e) const {
    return about_watermark() && here() && on(e.partition);
  }
  bool matches(const event::BatchAppended& e) const {
    if (!here() || !on(e.partition)) return false;
    if (is(TargetKind::Record)) {
      return e.base.value() <= target_.offset && target_.offset <= e.last.value();
    }
    return wants(ValueName::LogEnd);
  }
  bool matches(const event::LogTruncated& e) const {
    if (!here() || !on(e.partition)) return false;
    if (is(TargetKind::Record)) {
      return e.to_end.value() <= target_.offset && target_.offset < e.from_end.value();
    }
    return about_end();
  }
  bool matches(const event::BecameLeader& e) const {
    return about_role() && here() && on(e.partition);
  }
  bool matches(const event::BecameFollower& e) const {
    return (about_role() || wants(ValueName::FetchState)) && here() && on(e.partition);
  }
  bool matches(const event::LogStartAdvanced& e) const {
    return wants(ValueName::LogStart) && here() && on(e.partition);
  }
  bool matches(const event::LeaderEpochStarted& e) const {
    return wants(ValueName::EpochCache) && here() && on(e.partition);
  }
  bool matches(const event::FetcherFailed& e) const {
    return wants(ValueName::FetchState) && here() && on(e.partition);
  }
  bool matches(const event::DivergenceFound& e) const {
    return wants(ValueName::FetchState) && here() && on(e.partition);
  }
  bool matches(const event::FollowerProgressed& e) const {
    return wants(ValueName::FollowerProgress) && e.follower.value() == target_.node &&
           on(e.partition);
  }
  bool matches(const event::IsrChangeRequested& e) const {
    return wants(ValueName::PendingIsr) && on(e.partition);
  }
  bool matches(const event::IsrUpdated& e) const {
    return wants(ValueName::PendingIsr) && here() && on(e.partition);
  }
  /// A cut sets the end of the log, and drops the epochs that began beyond it.
  bool about_end() const {
    return wants(ValueName::LogEnd) || wants(ValueName::FetchState) || wants(ValueName::EpochCache);
  }
  bool matches(const event::PartitionChanged& e) const {
    return (wants(ValueName::Isr) || is(TargetKind::Partition)) && on(e.partition);
  }
  bool matches(const event::RaftRoleChanged&) const {
    return (wants(ValueName::QuorumRole) || is(TargetKind::Controller)) && here();
  }
  bool matches(const event::RaftLeaderElected&) const {
    return (wants(ValueName::QuorumRole) || is(TargetKind::Controller)) && here();
  }
  bool matches(const event::RaftHighWatermarkAdvanced&) const {
    return wants(ValueName::QuorumHighWatermark) && here();
  }
  bool broker_here() const {
    return (wants(ValueName::BrokerState) || is(TargetKind::Broker)) && here();
  }
  bool matches(const event::BrokerStateChanged&) const { return broker_here(); }
  bool matches(const event::NodeCrashed&) const { return process_here(); }
  bool matches(const event::NodeStarted&) const { return process_here(); }
  bool matches(const event::NodeStopped&) const { return process_here(); }
  bool matches(const event::NodePaused&) const { return process_here(); }
  bool matches(const event::NodeResumed&) const { return process_here(); }
  bool process_here() const { return broker_here() || (is(TargetKind::Controller) && here()); }
  bool matches(const event::BrokerFenced& e) const { return broker_is(e.broker); }
  bool matches(const event::BrokerUnfenced& e) const { return broker_is(e.broker); }
  bool broker_is(NodeId broker) const {
    return (wants(ValueName::BrokerState) || is(TargetKind::Broker)) &&
           broker.value() == target_.node;
  }
  bool matches(const event::BatchAcked&) const { return is(TargetKind::Client) && here(); }
  bool matches(const event::BatchRetried&) const { return is(TargetKind::Client) && here(); }
  bool matches(const event::BatchFailed&) const { return is(TargetKind::Client) && here(); }
  bool matches(const event::RecordsConsumed&) const { return is(TargetKind::Client) && here(); }
  template <class Other>
  bool matches(const Other&) const {
    return false;
  }

  const NameTable& names_;
  const Target& target_;
  mutable const event::Event* event_ = nullptr;
};

}  // namespace

EventSeq event_behind(const Machine& machine, const Target& target) {
  if (target.kind == TargetKind::Event) return target.event;
  if (target.kind == TargetKind::Frame) return machine.frame_sent_event(target.frame);
  if (!target) return {};
  const Matcher matches(machine, target);
  const std::uint64_t present = machine.present().value();
  const std::uint64_t oldest = present > kSearchLimit ? present - kSearchLimit : 0;
  for (std::uint64_t seq = present; seq > oldest; --seq) {
    if (matches(machine.event(EventSeq(seq)))) return EventSeq(seq);
  }
  return {};
}

std::vector<WhyStep> why_chain(Machine& machine, EventSeq event) {
  std::vector<WhyStep> chain;
  if (event == EventSeq() || event > machine.recorded_end()) return chain;
  for (const EventSeq seq : machine.why(event)) {
    chain.push_back({seq, machine.event(seq).at, say(machine, seq)});
  }
  return chain;
}

}  // namespace kscope::viewer
