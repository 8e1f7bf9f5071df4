// FakeMachine: hand-made snapshots and events behind the viewer's Machine interface.
//
// Goal: to test every picture without running an engine, with exactly the state that the picture
// needs. Method: a list of moments, each a snapshot that is valid from its last_event on; stepping
// walks the list, seeking looks it up.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "viewer/session/machine.h"

namespace kscope::viewer::testing {

class FakeMachine : public Machine {
 public:
  /// Adds an event at `at`; returns its number.
  EventSeq emit(Instant at, std::int32_t node, event::Body body, EventSeq cause = {});
  /// The state from the events so far on.
  void add_moment(cluster::Snapshot snapshot);
  PartitionRef ref(const TopicPartition& tp) { return names_.intern(tp); }
  NameRef name(std::string_view text) { return names_.intern(text); }
  std::map<FrameId, EventSeq> sent;
  std::map<FrameId, std::string> labels;
  Dissection frame_dissection, batch_dissection;
  std::vector<std::string> commands;  ///< what was asked for with act()

  const cluster::Snapshot& snapshot() override { return moments_[at_]; }
  const NameTable& names() const override { return names_; }
  Instant now() const override { return moments_[at_].now; }
  EventSeq present() const override { return moments_[at_].last_event; }
  EventSeq recorded_end() const override { return EventSeq(events_.size()); }
  Instant recorded_until() const override { return moments_.back().now; }
  std::optional<Instant> next_item_at() const override;
  bool step() override;
  bool big_step() override { return step(); }
  bool step_back() override;
  void run_until(Instant until) override;
  void seek(Instant to) override;
  void seek(EventSeq to) override;
  Result<bool> act(const std::string& command) override;
  const event::Event& event(EventSeq seq) const override { return events_[seq.value() - 1]; }
  std::vector<EventSeq> why(EventSeq seq) const override;
  EventSeq frame_sent_event(FrameId frame) const override;
  std::string input_text(std::uint32_t) const override { return "crash broker 1"; }
  std::string frame_label(FrameId frame) const override {
    const auto it = labels.find(frame);
    return it == labels.end() ? std::string() : it->second;
  }
  Dissection dissect_frame(FrameId) const override { return frame_dissection; }
  Dissection dissect_batch(std::int32_t, const TopicPartition&, std::int64_t) const override {
    return batch_dissection;
  }
  std::vector<StoredFile> stored_files(std::int32_t node) const override;
  Result<Bytes> stored_bytes(std::int32_t node, const std::string& path) const override;
  std::vector<StoredCopy> stored_before(std::int32_t node, const std::string& folder,
                                        EventSeq event) const override;
  /// What lies on each node's disk, and what did before any event; ordered by path.
  std::map<std::int32_t, std::vector<StoredCopy>> disks, disks_before;

 private:
  NameTable names_;
  std::vector<event::Event> events_;
  std::vector<cluster::Snapshot> moments_;
  std::size_t at_ = 0;
};

/// Three brokers, `orders` with three partitions, broker 1 crashed, the moment of the failover.
std::unique_ptr<FakeMachine> failover_machine();
/// A new candidate, votes under way, nothing else.
std::unique_ptr<FakeMachine> election_machine();
/// Many brokers and partitions, replication factor 3, one broker down.
std::unique_ptr<FakeMachine> big_machine(int brokers, int partitions);

}  // namespace kscope::viewer::testing
