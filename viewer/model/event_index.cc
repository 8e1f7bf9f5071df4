#include "viewer/model/event_index.h"

namespace kscope::viewer {

namespace {

std::int32_t lane_of(const event::Event& event, event::Subject subject) {
  const bool control = subject == event::Subject::Raft || subject == event::Subject::Controller;
  return control ? EventIndex::kControllers : event.node.value();
}

void close_last(std::vector<Stretch>& list, const event::Event& event) {
  if (list.empty() || list.back().until_us) return;
  list.back().until_us = to_micros(event.at);
  list.back().until = event.seq;
}

Stretch& open(std::vector<Stretch>& list, StretchKind kind, const event::Event& event) {
  close_last(list, event);
  Stretch stretch;
  stretch.kind = kind;
  stretch.from_us = to_micros(event.at);
  stretch.from = event.seq;
  list.push_back(stretch);
  return list.back();
}

/// Drops what began after `last` and reopens what ended after it.
void rewind(std::vector<Stretch>& list, EventSeq last) {
  while (!list.empty() && list.back().from > last) list.pop_back();
  if (!list.empty() && list.back().until > last) {
    list.back().until = EventSeq();
    list.back().until_us.reset();
  }
}

template <class List, class SeqOf>
void drop_after(List& list, EventSeq last, SeqOf seq_of) {
  while (!list.empty() && seq_of(list.back()) > last) list.pop_back();
}

EventSeq self(EventSeq seq) { return seq; }

bool gone_for_good(const event::Body& body) {
  return std::get_if<event::NodeCrashed>(&body) != nullptr ||
         std::get_if<event::NodeStopped>(&body) != nullptr;
}

/// What the event does to segments, and of which log.
std::optional<std::pair<PartitionRef, SegmentDeed>> segment_deed(const event::Body& body) {
  using Found = std::pair<PartitionRef, SegmentDeed>;
  if (const auto* e = std::get_if<event::SegmentRolled>(&body)) {
    return Found{e->partition, SegmentDeed::Rolled};
  }
  if (const auto* e = std::get_if<event::SegmentDeleted>(&body)) {
    return Found{e->partition, SegmentDeed::Deleted};
  }
  if (const auto* e = std::get_if<event::CleanFinished>(&body)) {
    return Found{e->partition, SegmentDeed::Cleaned};
  }
  if (const auto* e = std::get_if<event::LogTruncated>(&body)) {
    return Found{e->partition, SegmentDeed::Truncated};
  }
  if (const auto* e = std::get_if<event::RemoteCopyFinished>(&body)) {
    return Found{e->partition, SegmentDeed::Tiered};
  }
  if (const auto* e = std::get_if<event::LocalLogStartAdvanced>(&body)) {
    return Found{e->partition, SegmentDeed::Deleted};
  }
  return {};
}

}  // namespace

const char* to_string(SegmentDeed deed) {
  switch (deed) {
    case SegmentDeed::Rolled:
      return "roll";
    case SegmentDeed::Deleted:
      return "delete";
    case SegmentDeed::Cleaned:
      return "clean";
    case SegmentDeed::Truncated:
      return "cut";
    case SegmentDeed::Tiered:
      return "to remote";
  }
  return "";
}

void EventIndex::update(const Machine& machine) {
  const std::uint64_t end = machine.recorded_end().value();
  for (std::uint64_t seq = consumed_.value() + 1; seq <= end; ++seq) {
    read(machine.event(EventSeq(seq)));
  }
  consumed_ = machine.recorded_end();
}

void EventIndex::forget_after(EventSeq last) {
  for (auto& [lane, list] : marks_) drop_after(list, last, [](const Mark& m) { return m.event; });
  drop_after(notable_, last, self);
  drop_after(dramas_, last, self);
  rewind(quorum_epochs_, last);
  for (auto& [node, list] : outages_) rewind(list, last);
  for (auto& [partition, list] : partitions_) rewind(list, last);
  for (auto& [group, list] : rebalances_) rewind(list, last);
  for (auto& [group, list] : group_marks_) {
    drop_after(list, last, [](const Mark& m) { return m.event; });
  }
  for (auto& [client, list] : idle_) rewind(list, last);
  for (auto& [client, count] : owned_) count = 0;  // as if it were about to be given its share
  for (auto& [replica, list] : cuts_) drop_after(list, last, [](const Cut& c) { return c.event; });
  for (auto& [replica, log] : logs_) {
    drop_after(log.segments, last, [](const SegmentMark& m) { return m.event; });
    drop_after(log.index_entries, last, [](const Mark& m) { return m.event; });
  }
  std::erase_if(connections_, [&](const auto& entry) { return entry.second.first > last; });
  consumed_ = std::min(consumed_, last);
  ++history_;
}

void EventIndex::read(const event::Event& event) {
  const event::Info& info = event::info_of(event.body);
  marks_[lane_of(event, info.subject)].push_back({to_micros(event.at), event.seq, info.weight});
  if (info.weight != event::Weight::Detail) notable_.push_back(event.seq);
  if (info.weight == event::Weight::Drama) dramas_.push_back(event.seq);
  if (info.subject == event::Subject::Storage) read_log(event);
  if (info.subject == event::Subject::Group) read_group(event);
  if (info.subject == event::Subject::Client) read_consumer(event);
  if (const auto* opened = std::get_if<event::ConnectionOpened>(&event.body)) {
    connections_[opened->connection] = {event.seq, {opened->listener, opened->purpose}};
  } else if (const auto* cut = std::get_if<event::LogTruncated>(&event.body)) {
    cuts_[{event.node.value(), cut->partition}].push_back(
        {event.seq, cut->from_end.value(), cut->to_end.value()});
  } else if (const auto* elected = std::get_if<event::RaftLeaderElected>(&event.body)) {
    Stretch& stretch = open(quorum_epochs_, StretchKind::QuorumEpoch, event);
    stretch.node = event.node.value();
    stretch.epoch = elected->epoch;
  } else {
    read_outage(event);
    read_partition(event);
  }
}

void EventIndex::read_outage(const event::Event& event) {
  const std::int32_t node = event.node.value();
  if (const auto* crash = std::get_if<event::NodeCrashed>(&event.body)) {
    Stretch& stretch = open(outages_[node], StretchKind::Down, event);
    stretch.node = node;
    stretch.crashed = true;
    stretch.power = crash->kind == event::CrashKind::PowerLoss;
    stretch.bytes_lost = crash->bytes_lost;
  } else if (std::get_if<event::NodeStopped>(&event.body)) {
    open(outages_[node], StretchKind::Down, event).node = node;
  } else if (std::get_if<event::NodePaused>(&event.body)) {
    open(outages_[node], StretchKind::Paused, event).node = node;
  } else if (std::get_if<event::NodeStarted>(&event.body) ||
             std::get_if<event::NodeResumed>(&event.body)) {
    close_last(outages_[node], event);
  }
  if (gone_for_good(event.body)) {
    owned_[node] = 0;
    if (const auto idle = idle_.find(node); idle != idle_.end()) close_last(idle->second, event);
  }
  // A leader that dies changes no role: its epoch ends on the spot. And one that was cut off may
  // step back when another has long been leading, whose epoch goes on.
  const auto* role = std::get_if<event::RaftRoleChanged>(&event.body);
  const bool gone =
      gone_for_good(event.body) || (role != nullptr && role->from == event::RaftRole::Leader);
  if (gone && !quorum_epochs_.empty() && quorum_epochs_.back().node == node) {
    close_last(quorum_epochs_, event);
  }
}

void EventIndex::read_partition(const event::Event& event) {
  const auto* changed = std::get_if<event::PartitionChanged>(&event.body);
  if (changed == nullptr) return;
  Stretch& stretch = open(partitions_[changed->partition], StretchKind::PartitionState, event);
  stretch.node = changed->leader.value();
  stretch.epoch = changed->leader_epoch.value();
  stretch.isr = changed->isr;
  stretch.replicas = changed->replicas;
}

void EventIndex::read_log(const event::Event& event) {
  const std::int32_t node = event.node.value();
  if (const auto* entry = std::get_if<event::IndexEntryAdded>(&event.body)) {
    logs_[{node, entry->partition}].index_entries.push_back(
        {to_micros(event.at), event.seq, event::Weight::Detail});
  } else if (const auto deed = segment_deed(event.body)) {
    logs_[{node, deed->first}].segments.push_back({to_micros(event.at), event.seq, deed->second});
  }
}

void EventIndex::read_group(const event::Event& event) {
  const auto group = std::visit(
      [](const auto& e) -> std::optional<NameRef> {
        if constexpr (requires { e.group; })
          return NameRef(e.group);
        else
          return {};
      },
      event.body);
  if (!group) return;
  group_marks_[*group].push_back(
      {to_micros(event.at), event.seq, event::info_of(event.body).weight});
  read_membership(event);
  const auto* state = std::get_if<event::GroupStateChanged>(&event.body);
  if (state == nullptr) return;
  const bool rests = state->to == event::GroupState::Stable ||
                     state->to == event::GroupState::Empty || state->to == event::GroupState::Dead;
  std::vector<Stretch>& list = rebalances_[*group];
  const bool under_way = !list.empty() && !list.back().until_us;
  if (rests) {
    if (under_way) list.back().epoch = state->generation;
    close_last(list, event);
  } else if (!under_way) {
    open(list, StretchKind::Rebalance, event).epoch = state->generation;
  }
}

// Who has said goodbye waits for nothing.
void EventIndex::read_membership(const event::Event& event) {
  if (const auto* added = std::get_if<event::MemberAdded>(&event.body)) {
    member_clients_[added->member] = added->client.value();
  } else if (const auto* removed = std::get_if<event::MemberRemoved>(&event.body)) {
    const auto client = member_clients_.find(removed->member);
    if (client == member_clients_.end() || removed->end != event::MemberEnd::Left) return;
    if (const auto idle = idle_.find(client->second); idle != idle_.end()) {
      close_last(idle->second, event);
    }
  }
}

void EventIndex::read_consumer(const event::Event& event) {
  const std::int32_t node = event.node.value();
  if (std::get_if<event::PartitionAssigned>(&event.body)) {
    ++owned_[node];
    close_last(idle_[node], event);
  } else if (std::get_if<event::PartitionRevoked>(&event.body)) {
    std::int32_t& left = owned_[node];
    left = std::max(left - 1, 0);
    if (left == 0) open(idle_[node], StretchKind::Idle, event).node = node;
  }
}

const LogMarks* EventIndex::log_marks(std::int32_t node, PartitionRef partition) const {
  const auto it = logs_.find({node, partition});
  return it == logs_.end() ? nullptr : &it->second;
}

std::optional<CutRange> EventIndex::visible_cut(std::int32_t node, PartitionRef partition,
                                                std::int64_t log_end, EventSeq present) const {
  const auto list = cuts_.find({node, partition});
  if (list == cuts_.end()) return {};
  const auto cut = last_until(list->second, present, [](const Cut& c) { return c.event; });
  if (cut == list->second.end() || cut->from_end <= log_end) return {};
  return CutRange{std::max(cut->to_end, log_end), cut->from_end, -1};
}

const Stretch* EventIndex::outage(std::int32_t node, EventSeq present) const {
  const auto list = outages_.find(node);
  if (list == outages_.end()) return nullptr;
  const auto it = last_until(list->second, present, [](const Stretch& s) { return s.from; });
  if (it == list->second.end()) return nullptr;
  const bool over = it->until != EventSeq() && it->until <= present;
  return over ? nullptr : &*it;
}

std::optional<ConnectionUse> EventIndex::connection(ConnectionId id) const {
  const auto it = connections_.find(id);
  if (it == connections_.end()) return {};
  return it->second.second;
}

}  // namespace kscope::viewer
