#include "viewer/model/partition_history.h"

#include <algorithm>

namespace kscope::viewer {

std::optional<PartitionRef> find_ref(const NameTable& names, const TopicPartition& partition) {
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    if (names.name(NameRef(i)) == partition.topic) {
      return PartitionRef{NameRef(i), partition.partition};
    }
  }
  return {};
}

void PartitionHistory::update(const Machine& machine, const EventIndex& index,
                              const TopicPartition& partition) {
  if (!(partition == partition_) || history_ != index.history() ||
      consumed_ > machine.recorded_end()) {
    *this = {};
    partition_ = partition;
    history_ = index.history();
  }
  if (!ref_) ref_ = find_ref(machine.names(), partition);
  if (!ref_) return;  // and nothing is consumed: it may be named by any later event
  const std::uint64_t end = machine.recorded_end().value();
  for (std::uint64_t seq = consumed_.value() + 1; seq <= end; ++seq) {
    read(machine.event(EventSeq(seq)));
  }
  consumed_ = machine.recorded_end();
}

const PartitionNote* PartitionHistory::newest(NoteKind kind, std::int32_t node,
                                              EventSeq present) const {
  for (auto it = notes_.rbegin(); it != notes_.rend(); ++it) {
    if (it->event <= present && it->kind == kind && (node < 0 || it->node == node)) return &*it;
  }
  return nullptr;
}

PartitionNote& PartitionHistory::note(const event::Event& event, NoteKind kind) {
  notes_.push_back({event.seq, event.at, event.node.value(), kind, 0, 0, -1, {}});
  return notes_.back();
}

void PartitionHistory::close_stall(const event::Event& event) {
  if (stalls_.empty() || stalls_.back().until_us) return;
  Stall& open = stalls_.back();
  open.until = event.seq;
  open.until_us = to_micros(event.at);
  if (*open.until_us - open.from_us < kShortestStall.count()) stalls_.pop_back();
}

void PartitionHistory::leader_moved(const event::Event& event, bool watermark_moved) {
  const Ends& leader = ends_[leader_];
  const bool waits = leader_ >= 0 && leader.log_end > leader.high_watermark;
  const bool open = !stalls_.empty() && !stalls_.back().until_us;
  if (open && (watermark_moved || !waits)) close_stall(event);
  if (!waits || (open && !watermark_moved)) return;
  Stall stall;
  stall.from = event.seq;
  stall.from_us = to_micros(event.at);
  stall.high_watermark = leader.high_watermark;
  stalls_.push_back(stall);
}

void PartitionHistory::read(const event::Event& event) {
  std::visit(
      [&](const auto& e) {
        if constexpr (requires { this->on(event, e); }) {
          if (e.partition == *ref_) this->on(event, e);
        }
      },
      event.body);
}

void PartitionHistory::on(const event::Event& event, const event::BatchAppended& e) {
  ends_[event.node.value()].log_end = e.last.value() + 1;
  if (event.node.value() == leader_) leader_moved(event, false);
}

void PartitionHistory::on(const event::Event& event, const event::LogTruncated& e) {
  ends_[event.node.value()].log_end = e.to_end.value();
  PartitionNote& cut = note(event, NoteKind::Cut);
  cut.from = e.from_end.value();
  cut.to = e.to_end.value();
}

void PartitionHistory::on(const event::Event& event, const event::HighWatermarkAdvanced& e) {
  ends_[event.node.value()].high_watermark = e.to.value();
  if (event.node.value() == leader_) leader_moved(event, true);
}

void PartitionHistory::on(const event::Event& event, const event::HighWatermarkSet& e) {
  ends_[event.node.value()].high_watermark = e.to.value();
}

void PartitionHistory::on(const event::Event& event, const event::DivergenceFound& e) {
  PartitionNote& found = note(event, NoteKind::Diverged);
  found.to = e.end_offset.value();
  found.epoch = e.epoch.value();
}

void PartitionHistory::on(const event::Event& event, const event::FetcherFailed& e) {
  note(event, NoteKind::FetchFailed).error = e.error;
}

void PartitionHistory::on(const event::Event& event, const event::BecameFollower& e) {
  note(event, NoteKind::Follows).epoch = e.leader_epoch.value();
  if (event.node.value() != leader_) return;
  close_stall(event);
  leader_ = -1;
}

void PartitionHistory::on(const event::Event& event, const event::BecameLeader& e) {
  note(event, NoteKind::Leads).epoch = e.leader_epoch.value();
  close_stall(event);
  leader_ = event.node.value();
  ends_[leader_].log_end = e.log_end.value();
  leader_moved(event, false);
}

void PartitionHistory::on(const event::Event& event, const event::IsrChangeRequested&) {
  note(event, NoteKind::IsrAsked);
}

}  // namespace kscope::viewer
