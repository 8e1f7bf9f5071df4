#include "viewer/session/time_machine_port.h"

#include <fmt/format.h>

#include "engine/protocol/labels.h"
#include "engine/protocol/walk.h"

namespace kscope::viewer {

TimeMachinePort::TimeMachinePort(std::shared_ptr<sim::TimeMachine> machine)
    : machine_(std::move(machine)) {}

const cluster::Snapshot& TimeMachinePort::snapshot() {
  if (dirty_) {
    snapshot_ = machine_->world().snapshot();
    dirty_ = false;
  }
  return snapshot_;
}

bool TimeMachinePort::step() {
  dirty_ = true;
  return machine_->step();
}

bool TimeMachinePort::big_step() {
  dirty_ = true;
  return machine_->big_step();
}

bool TimeMachinePort::step_back() {
  dirty_ = true;
  return machine_->step_back();
}

void TimeMachinePort::run_until(Instant until) {
  dirty_ = true;
  machine_->run_until(until);
}

void TimeMachinePort::seek(Instant to) {
  dirty_ = true;
  machine_->seek(to);
}

void TimeMachinePort::seek(EventSeq to) {
  dirty_ = true;
  machine_->seek(to);
}

Result<bool> TimeMachinePort::act(const std::string& command) {
  dirty_ = true;
  forget_metrics_after(present());
  before_.clear();  // acting in the past gives the numbers of events to other events
  return machine_->act(command);
}

EventSeq TimeMachinePort::frame_sent_event(FrameId frame) const {
  return frame.value() == 0 ? EventSeq() : machine_->frame_sent_event(frame);
}

std::string TimeMachinePort::input_text(std::uint32_t input) const {
  const auto& inputs = machine_->world().inputs();
  return input < inputs.size() ? inputs[input].command : "something from outside";
}

Dissection TimeMachinePort::dissect_frame(FrameId frame) const {
  Dissection d;
  const EventSeq seq = frame_sent_event(frame);
  const Blob bytes = machine_->frame(frame);
  const auto* sent =
      seq == EventSeq() ? nullptr : std::get_if<event::FrameSent>(&machine_->event(seq).body);
  if (sent == nullptr || bytes.empty()) {
    d.problem = "The bytes of this frame are no longer remembered.";
    return d;
  }
  d.title = fmt::format("{} {} v{}", to_string(sent->api),
                        sent->is_response ? "response" : "request", sent->version);
  d.bytes.assign(bytes.view().begin(), bytes.view().end());
  d.fields = protocol::walk_frame(bytes, sent->is_response, sent->api, sent->version);
  return d;
}

std::string TimeMachinePort::frame_label(FrameId frame) const {
  const EventSeq seq = frame_sent_event(frame);
  const Blob bytes = machine_->frame(frame);
  if (seq == EventSeq() || bytes.empty()) return {};
  const auto* sent = std::get_if<event::FrameSent>(&machine_->event(seq).body);
  if (sent == nullptr) return {};
  return protocol::frame_label(bytes, sent->is_response, sent->api, sent->version);
}

Dissection TimeMachinePort::dissect_batch(std::int32_t node, const TopicPartition& partition,
                                          std::int64_t offset) const {
  Dissection d;
  constexpr std::int64_t kOneBatch = 1;  // a read always gives at least one whole batch
  const Result<Bytes> read = machine_->world().log_bytes(node, partition, offset, kOneBatch);
  if (!read.ok()) {
    d.problem = read.error().message;
    return d;
  }
  const Result<record::BatchHeader> header = record::parse_header(*read);
  if (!header.ok()) {
    d.problem = "No batch holds this offset at this moment.";
    return d;
  }
  d.bytes.assign(read->begin(),
                 read->begin() + static_cast<std::ptrdiff_t>(header->size_in_bytes()));
  d.fields = record::walk_batch(d.bytes);
  d.title = fmt::format("Record batch {}..{}", header->base_offset, header->last_offset());
  return d;
}

std::vector<cluster::ReplicaView> TimeMachinePort::replicas_before(std::int32_t node,
                                                                   EventSeq event) {
  if (!can_travel()) return {};
  const auto [it, fresh] = before_.try_emplace({node, event});
  if (!fresh) return it->second;
  const cluster::Snapshot then = machine_->world_before(event).snapshot();
  for (const cluster::NodeView& n : then.nodes) {
    if (n.id == node) it->second = n.broker.replicas;
  }
  return it->second;
}

std::vector<StoredFile> TimeMachinePort::stored_files(std::int32_t node) const {
  std::vector<StoredFile> files;
  for (const sim::DiskFile& f : machine_->world().disk_files(node)) {
    files.push_back({f.path, f.size, f.flushed});
  }
  return files;
}

std::vector<StoredCopy> TimeMachinePort::stored_before(std::int32_t node,
                                                       const std::string& folder,
                                                       EventSeq event) const {
  std::vector<StoredCopy> copies;
  if (!can_travel()) return copies;
  const sim::World world = machine_->world_before(event);
  for (const sim::DiskFile& f : world.disk_files(node)) {
    if (!f.path.starts_with(folder + "/")) continue;
    Result<Bytes> bytes = world.file_bytes(node, f.path);
    if (bytes.ok()) copies.push_back({{f.path, f.size, f.flushed}, std::move(*bytes)});
  }
  return copies;
}

}  // namespace kscope::viewer
