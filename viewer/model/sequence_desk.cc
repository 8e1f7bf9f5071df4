#include "viewer/model/sequence_desk.h"

#include <algorithm>

namespace kscope::viewer {

namespace {

/// While the cluster runs, the view is built every so many frames.
constexpr int kFramesBetweenViews = 10;
/// More than this is not read by anybody; a longer window begins later.
constexpr std::size_t kMostMessages = 400;

}  // namespace

void SequenceDesk::toggle_api(const std::string& api) {
  if (apis.erase(api) == 0) apis.insert(api);
}

void SequenceDesk::toggle_partition(const TopicPartition& wanted) {
  partition = partition == wanted ? TopicPartition() : wanted;
}

void SequenceDesk::clear_filters() {
  apis.clear();
  node = -1;
  partition = {};
}

// The present lies in the middle three fifths; at the end of the recording there is nothing ahead.
void SequenceDesk::move_window(const Machine& machine) {
  const Instant now = machine.now();
  const Duration whole = kLengths[length];
  const bool ahead = machine.recorded_until() > now;
  const bool inside = now >= from_ + whole / 5 && now <= until_ - (ahead ? whole / 5 : Duration{0});
  if (window_length_ == length && inside) return;
  window_length_ = length;
  const Duration before = ahead ? whole * 3 / 5 : whole;
  from_ = std::max(Instant{}, now - std::min(before, now - Instant{}));
  until_ = from_ + whole;
}

// So late that the messages up to the present fit into three quarters of what can be shown.
Instant SequenceDesk::begin_with_room(const Machine& machine, Instant from) const {
  std::size_t messages = 0;
  for (std::uint64_t seq = machine.present().value(); seq > 0; --seq) {
    const event::Event& e = machine.event(EventSeq(seq));
    if (e.at < from) return from;
    if (!std::get_if<event::FrameDelivered>(&e.body)) continue;
    if (++messages == kMostMessages * 3 / 4) return e.at;
  }
  return from;
}

SequenceQuery SequenceDesk::query(const Machine& machine) {
  move_window(machine);
  SequenceQuery q;
  // A filter thins out the frames: then the whole window fits as a rule.
  q.from = filtered() ? from_ : begin_with_room(machine, from_);
  q.until = until_;
  q.apis = apis;
  q.node = node;
  q.partition = partition;
  q.notes = notes;
  q.fold = fold;
  q.most_messages = kMostMessages;
  return q;
}

void SequenceDesk::refresh(Machine& machine, const EventIndex& index, std::uint64_t version,
                           bool running) {
  if (running && ++refreshed_ago_ < kFramesBetweenViews && version_ != 0) return;
  refreshed_ago_ = 0;
  const SequenceQuery wanted = query(machine);
  if (version == version_ && wanted == asked_) return;
  version_ = version;
  asked_ = wanted;
  phases_.update(machine, index);
  view_ = build_sequence(machine, index, phases_, wanted);
  if (view_.cut_short && view_.rows.back().at < machine.now()) {  // the present must be in it
    SequenceQuery later = wanted;
    later.from = begin_with_room(machine, from_);
    view_ = build_sequence(machine, index, phases_, later);
  }
  known_apis_ = apis_between(machine, from_, until_);
  for (const std::string& api : apis) {  // what is chosen can be taken back
    if (std::find(known_apis_.begin(), known_apis_.end(), api) == known_apis_.end()) {
      known_apis_.push_back(api);
    }
  }
  known_partitions_.clear();
  for (const cluster::PartitionView& p : machine.snapshot().metadata.partitions) {
    known_partitions_.push_back(p.partition);
  }
  ++generation_;
}

std::ptrdiff_t SequenceDesk::present_row(Instant now) const {
  const auto it = std::find_if(view_.rows.begin(), view_.rows.end(),
                               [&](const SequenceRow& row) { return row.at > now; });
  return it - view_.rows.begin() - 1;
}

}  // namespace kscope::viewer
