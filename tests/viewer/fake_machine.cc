#include "tests/viewer/fake_machine.h"

namespace kscope::viewer::testing {

EventSeq FakeMachine::emit(Instant at, std::int32_t node, event::Body body, EventSeq cause) {
  const EventSeq seq(events_.size() + 1);
  events_.push_back({seq, at, NodeId(node), cause, std::move(body)});
  return seq;
}

void FakeMachine::add_moment(cluster::Snapshot snapshot) {
  snapshot.last_event = EventSeq(events_.size());
  moments_.push_back(std::move(snapshot));
}

std::optional<Instant> FakeMachine::next_item_at() const {
  if (at_ + 1 >= moments_.size()) return {};
  return moments_[at_ + 1].now;
}

bool FakeMachine::step() {
  if (at_ + 1 >= moments_.size()) return false;
  ++at_;
  return true;
}

bool FakeMachine::step_back() {
  if (at_ == 0) return false;
  --at_;
  return true;
}

void FakeMachine::run_until(Instant until) {
  while (at_ + 1 < moments_.size() && moments_[at_ + 1].now <= until) ++at_;
  if (moments_[at_].now < until) moments_[at_].now = until;
}

void FakeMachine::seek(Instant to) {
  at_ = 0;
  while (at_ + 1 < moments_.size() && moments_[at_ + 1].now <= to) ++at_;
}

void FakeMachine::seek(EventSeq to) {
  at_ = 0;
  while (at_ + 1 < moments_.size() && moments_[at_].last_event < to) ++at_;
}

Result<bool> FakeMachine::act(const std::string& command) {
  if (command.find("nonsense") != std::string::npos) {
    return Error{ErrorKind::Invalid, "there is no such thing as nonsense"};
  }
  commands.push_back(command);
  const bool forks = at_ + 1 < moments_.size();
  events_.resize(present().value());
  moments_.resize(at_ + 1);
  cluster::Snapshot next = moments_[at_];
  emit(next.now, 0, event::InputApplied{});
  add_moment(next);
  ++at_;
  return forks;
}

std::vector<EventSeq> FakeMachine::why(EventSeq seq) const {
  std::vector<EventSeq> chain;
  for (; seq != EventSeq() && chain.size() < 12; seq = event(seq).cause) chain.push_back(seq);
  return chain;
}

EventSeq FakeMachine::frame_sent_event(FrameId frame) const {
  const auto it = sent.find(frame);
  return it == sent.end() ? EventSeq() : it->second;
}

std::vector<StoredFile> FakeMachine::stored_files(std::int32_t node) const {
  std::vector<StoredFile> files;
  if (const auto it = disks.find(node); it != disks.end()) {
    for (const StoredCopy& copy : it->second) files.push_back(copy.file);
  }
  return files;
}

Result<Bytes> FakeMachine::stored_bytes(std::int32_t node, const std::string& path) const {
  if (const auto it = disks.find(node); it != disks.end()) {
    for (const StoredCopy& copy : it->second) {
      if (copy.file.path == path) return copy.bytes;
    }
  }
  return Error{ErrorKind::NotFound, "there is no " + path};
}

std::vector<StoredCopy> FakeMachine::stored_before(std::int32_t node, const std::string& folder,
                                                   EventSeq) const {
  std::vector<StoredCopy> files;
  if (const auto it = disks_before.find(node); it != disks_before.end()) {
    for (const StoredCopy& copy : it->second) {
      if (copy.file.path.starts_with(folder + "/")) files.push_back(copy);
    }
  }
  return files;
}

}  // namespace kscope::viewer::testing
