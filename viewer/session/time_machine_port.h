// TimeMachinePort: the simulated cluster behind the viewer's Machine interface.
//
// Adds what the engine's time machine has no reason to know: a snapshot that is only taken again
// when something changed, and frames and batches taken apart for the inspector.
//
// Called by: cli/view_command, cli/text_mode, viewer/lab. Read next: engine/sim/time_machine.h
#pragma once

#include <map>
#include <memory>

#include "engine/sim/time_machine.h"
#include "viewer/session/machine.h"

namespace kscope::viewer {

class TimeMachinePort : public Machine {
 public:
  explicit TimeMachinePort(std::shared_ptr<sim::TimeMachine> machine);

  sim::TimeMachine& engine() { return *machine_; }
  /// Somebody drove the engine directly (a lab): the cached snapshot is stale.
  void refresh() {
    dirty_ = true;
    forget_metrics_after(present());
  }
  std::map<std::string, std::string> cluster_config() const override {
    return machine_->world().spec().config;
  }

  const cluster::Snapshot& snapshot() override;
  const NameTable& names() const override { return machine_->names(); }
  Instant now() const override { return machine_->now(); }
  EventSeq present() const override { return machine_->present(); }
  EventSeq recorded_end() const override { return machine_->recorded_end(); }
  Instant recorded_until() const override { return machine_->recorded_until(); }
  std::optional<Instant> next_item_at() const override { return machine_->world().next_item_at(); }
  bool step() override;
  bool big_step() override;
  bool step_back() override;
  void run_until(Instant until) override;
  void seek(Instant to) override;
  void seek(EventSeq to) override;
  Result<bool> act(const std::string& command) override;
  const event::Event& event(EventSeq seq) const override { return machine_->event(seq); }
  std::vector<EventSeq> why(EventSeq seq) const override { return machine_->why(seq); }
  EventSeq frame_sent_event(FrameId frame) const override;
  std::string input_text(std::uint32_t input) const override;
  std::vector<cluster::ReplicaView> replicas_before(std::int32_t node, EventSeq event) override;
  Dissection dissect_frame(FrameId frame) const override;
  std::string frame_label(FrameId frame) const override;
  Dissection dissect_batch(std::int32_t node, const TopicPartition& partition,
                           std::int64_t offset) const override;
  std::vector<StoredFile> stored_files(std::int32_t node) const override;
  Result<Bytes> stored_bytes(std::int32_t node, const std::string& path) const override {
    return machine_->world().file_bytes(node, path);
  }
  std::vector<StoredCopy> stored_before(std::int32_t node, const std::string& folder,
                                        EventSeq event) const override;
  std::unique_ptr<SideRun> side_run(const RunChange& change, std::string* why_not) const override;
  std::optional<cluster::LogUpkeep> log_upkeep(std::int32_t node,
                                               const TopicPartition& partition) const override {
    return machine_->world().log_upkeep(node, partition);
  }

 private:
  std::shared_ptr<sim::TimeMachine> machine_;  ///< a live cluster keeps its own hold of it
  cluster::Snapshot snapshot_;
  bool dirty_ = true;
  /// What replicas_before() found: a crash stays on the screen for many frames. Emptied by act().
  std::map<std::pair<std::int32_t, EventSeq>, std::vector<cluster::ReplicaView>> before_;
};

}  // namespace kscope::viewer
