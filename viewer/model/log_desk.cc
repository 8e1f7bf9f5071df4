#include "viewer/model/log_desk.h"

#include <algorithm>
#include <set>

namespace kscope::viewer {

namespace {

/// A step of the look-up stays for so long.
constexpr double kSecondsPerStep = 1.1;
/// While the cluster runs, the disk is read every so many frames.
constexpr int kFramesBetween = 10;

}  // namespace

void LogDesk::choose(std::int32_t node, const TopicPartition& partition) {
  if (node == node_ && partition == partition_) return;
  chosen_ = true;
  node_ = node;
  partition_ = partition;
  version_ = 0;
  census_ = {};
  wanted_event_ = {};
  if (asked_) {
    question_.node = node;
    question_.partition = partition;
    fresh_ = true;
  }
}

// What nobody chose is chosen anew when it is gone, or when the first topic has come.
bool LogDesk::must_choose(const Machine& machine) const {
  if (chosen_ || asked_) return node_ < 0;
  if (node_ < 0 || partition_.topic.starts_with("__")) return true;
  const auto logs = logs_of(machine.stored_files(node_));
  return std::find(logs.begin(), logs.end(), partition_) == logs.end();
}

// The leader's copy of the largest log that belongs to an application; else any.
void LogDesk::choose_something(Machine& machine) {
  const cluster::Snapshot& s = machine.snapshot();
  std::int64_t largest = -1;
  for (const cluster::PartitionView& p : s.metadata.partitions) {
    if (p.partition.topic.starts_with("__")) continue;
    std::vector<std::int32_t> holders{p.leader};  // a leader that is down has no log to show
    holders.insert(holders.end(), p.replicas.begin(), p.replicas.end());
    const auto holder = std::find_if(holders.begin(), holders.end(), [&](std::int32_t node) {
      return s.replica(node, p.partition) != nullptr;
    });
    if (holder == holders.end()) continue;
    const cluster::ReplicaView& replica = *s.replica(*holder, p.partition);
    if (replica.log_end <= largest) continue;
    largest = replica.log_end;
    node_ = *holder;
    partition_ = p.partition;
  }
  for (const std::int32_t node : nodes_) {
    if (node_ >= 0) return;
    const auto logs = logs_of(machine.stored_files(node));
    if (logs.empty()) continue;
    node_ = node;
    partition_ = logs.front();
  }
}

void LogDesk::refresh(Machine& machine, const EventIndex& index, std::uint64_t version,
                      bool running) {
  const bool due = !running || ++refreshed_ago_ >= kFramesBetween || version_ == 0;
  if (due && version != version_) {
    refreshed_ago_ = 0;
    version_ = version;
    nodes_.clear();
    for (const cluster::NodeView& n : machine.snapshot().nodes) nodes_.push_back(n.id);
    if (must_choose(machine)) {
      node_ = -1;
      choose_something(machine);
    }
    if (node_ < 0) return;
    const std::vector<StoredFile> files = machine.stored_files(node_);
    FileSizes sizes = sizes_of(files);
    if (sizes_node_ != node_) sizes_before_.clear();
    if (sizes_node_ == node_ && sizes != sizes_) sizes_before_ = sizes_;
    sizes_ = std::move(sizes);
    sizes_node_ = node_;
    tree_ = build_directory(files, partition_.str(), sizes_before_);
    log_ = build_log_view(machine, index, node_, partition_);
    upkeep_ = build_upkeep(machine, log_);
    choose_page();
    if (!asked_) ask_something();
    if (!fresh_) refresh_lookup(machine, step_ + 1 >= steps());
    if (census_.event != EventSeq()) census_version_ = 0;
  }
  if (fresh_) refresh_lookup(machine, show_all_);
  refresh_batch(machine);
  if (page == LogPage::History) refresh_census(machine);
}

// In an empty log there is nothing to find, but something to see: how it became empty.
void LogDesk::choose_page() {
  if (page_chosen || asked_) return;
  const bool emptied = log_.log_end > 0 && log_.log_start == log_.log_end;
  if (emptied) page = LogPage::History;
  if (turned_page_ && !emptied) page = LogPage::Lookup;
  turned_page_ = emptied;
}

// Something in the second half: its way leads through all the steps.
void LogDesk::ask_something() {
  const std::int64_t held = log_.log_end - log_.log_start;
  const LookupQuestion q{node_, partition_, false, log_.log_start + held * 5 / 8};
  const bool still_there = question_.node == node_ && question_.partition == partition_ &&
                           question_.value >= log_.log_start && question_.value < log_.log_end &&
                           question_.value > 0;
  if (still_there) return;
  question_ = q;
  text = digits(q.value);
  step_ = 0;
}

void LogDesk::set_by_time(bool by_time) {
  if (by_time == by_time_) return;
  by_time_ = by_time;
  problem.clear();
  // The same record, asked for by its other name.
  if (by_time && lookup_.record_timestamp_ms >= 0) {
    text = format_instant(at_micros((lookup_.record_timestamp_ms - kWallMillisAtStart) * 1000));
  } else if (!by_time && lookup_.record_offset >= 0) {
    text = digits(lookup_.record_offset);
  }
  ask();
  go_to(INT32_MAX);
  show_all_ = true;
}

void LogDesk::ask() {
  const Result<std::int64_t> value = parse_lookup_value(text, by_time_);
  if (!value.ok()) {
    problem = value.error().message;
    return;
  }
  problem.clear();
  asked_ = fresh_ = true;
  show_all_ = false;
  question_ = {node_, partition_, by_time_, *value};
}

void LogDesk::ask(const LookupQuestion& question) {
  node_ = question.node;
  partition_ = question.partition;
  by_time_ = question.by_time;
  text = by_time_ ? format_instant(at_micros((question.value - kWallMillisAtStart) * 1000))
                  : digits(question.value);
  question_ = question;
  asked_ = fresh_ = show_all_ = true;
  version_ = 0;
}

void LogDesk::refresh_lookup(Machine& machine, bool at_end) {
  fresh_ = false;
  lookup_ = build_lookup(machine, question_);
  step_ = at_end ? steps() - 1 : std::min(step_, steps() - 1);
  if (!show_all_ && !at_end) {
    step_ = 0;
    playing_ = steps() > 1;
    since_step_ = 0;
  }
  show_all_ = true;
  step_ = std::max(step_, 0);
  batch_number_ = -2;
}

const LookupStep* LogDesk::current() const {
  return step_ < steps() ? &lookup_.steps[static_cast<std::size_t>(step_)] : nullptr;
}

void LogDesk::toggle_play() {
  playing_ = !playing_;
  since_step_ = 0;
  if (playing_ && step_ + 1 >= steps()) step_ = 0;
}

void LogDesk::go_to(std::int32_t step) {
  playing_ = false;
  step_ = std::clamp(step, 0, std::max(0, steps() - 1));
}

void LogDesk::advance(double seconds) {
  if (!playing_) return;
  since_step_ += seconds;
  if (since_step_ < kSecondsPerStep) return;
  since_step_ = 0;
  if (step_ + 1 < steps()) ++step_;
  playing_ = step_ + 1 < steps();
}

void LogDesk::refresh_batch(const Machine& machine) {
  std::int32_t wanted = lookup_.batches.empty() ? -1 : 0;
  if (const LookupStep* now = current(); now != nullptr) {
    if (now->stage == LookupStage::Scan) wanted = now->part;
    if (now->stage == LookupStage::Record) wanted = lookup_.hit;
  }
  if (wanted == batch_number_) return;
  batch_number_ = wanted;
  batch_shown_ = dissect_scanned(machine, lookup_, wanted);
}

void LogDesk::refresh_census(const Machine& machine) {
  EventSeq event = wanted_event_;
  for (const LogDeed& deed : log_.deeds) {
    if (event != EventSeq()) break;
    if (deed.removes) event = deed.event;
  }
  if (event == EventSeq() && !log_.deeds.empty()) event = log_.deeds.front().event;
  if (event == EventSeq() || event > machine.present()) {
    census_ = {};
    return;
  }
  if (census_.event == event && census_version_ == version_) return;
  census_version_ = version_;
  census_ = build_census(machine, node_, partition_, event);
}

std::vector<std::int32_t> window_around(std::int32_t count, std::int32_t focus, std::int32_t room) {
  std::set<std::int32_t> chosen;
  const auto add = [&](std::int32_t i) {
    if (i >= 0 && i < count && static_cast<std::int32_t>(chosen.size()) < room) chosen.insert(i);
  };
  focus = std::clamp(focus, 0, std::max(0, count - 1));
  add(focus);
  add(count - 1);
  add(0);
  for (std::int32_t d = 1; d < count && static_cast<std::int32_t>(chosen.size()) < room; ++d) {
    add(focus + d);
    add(focus - d);
  }
  return {chosen.begin(), chosen.end()};
}

std::vector<std::int32_t> slots_to_show(const SearchedIndex& index, std::int32_t room) {
  const auto count = static_cast<std::int32_t>(index.entries.size());
  if (count <= room) return window_around(count, 0, count);
  std::set<std::int32_t> chosen;
  const auto add = [&](std::int32_t i) {
    if (i >= 0 && i < count && static_cast<std::int32_t>(chosen.size()) < room) chosen.insert(i);
  };
  const std::int32_t floor = std::max(0, index.search.slot);
  add(floor);
  add(floor + 1);
  for (auto it = index.search.probes.rbegin(); it != index.search.probes.rend(); ++it) {
    add(it->middle);
  }
  add(0);
  add(count - 1);
  for (std::int32_t d = 1; d < count && static_cast<std::int32_t>(chosen.size()) < room; ++d) {
    add(floor - d);
    add(floor + 1 + d);
  }
  return {chosen.begin(), chosen.end()};
}

}  // namespace kscope::viewer
