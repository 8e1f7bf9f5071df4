#include "viewer/model/group_history.h"

#include <algorithm>

namespace kscope::viewer {

namespace {

bool is_rest(event::GroupState state) {
  return state == event::GroupState::Stable || state == event::GroupState::Empty ||
         state == event::GroupState::Dead;
}

bool is_modern(event::GroupState state) {
  return state == event::GroupState::Assigning || state == event::GroupState::Reconciling;
}

}  // namespace

void GroupHistory::update(const Machine& machine, const EventIndex& index) {
  if (history_ != index.history() || consumed_ > index.consumed()) {
    const std::uint64_t generation = generation_;
    *this = GroupHistory();
    generation_ = generation + 1;
    history_ = index.history();
  }
  const auto& notable = index.notable();
  for (auto it = std::upper_bound(notable.begin(), notable.end(), consumed_); it != notable.end();
       ++it) {
    read(machine.event(*it));
  }
  consumed_ = index.consumed();
}

void GroupHistory::read(const event::Event& event) {
  switch (event::info_of(event.body).subject) {
    case event::Subject::Group:
      read_group(event);
      read_members(event);
      ++generation_;
      break;
    case event::Subject::Client:
      read_client(event);
      read_records(event);
      break;
    case event::Subject::Fault:
    case event::Subject::Machine:
      read_machine(event);
      break;
    case event::Subject::Replication:
      if (const auto* e = std::get_if<event::HighWatermarkAdvanced>(&event.body)) {
        std::int64_t& mark = watermarks_[e->partition];
        mark = std::max(mark, e->to.value());
      }
      break;
    default:
      break;
  }
}

const GroupPast* GroupHistory::find(NameRef group) const {
  const auto it = groups_.find(group);
  return it == groups_.end() ? nullptr : &it->second;
}

std::int64_t GroupHistory::watermark(PartitionRef partition) const {
  const auto it = watermarks_.find(partition);
  return it == watermarks_.end() ? 0 : it->second;
}

std::optional<EventSeq> GroupHistory::found_coordinator(std::int32_t client, Instant after) const {
  const auto reader = readers_.find(client);
  if (reader == readers_.end()) return {};
  for (const auto& [at, event] : reader->second.found) {
    if (at >= after) return event;
  }
  return {};
}

GroupPast& GroupHistory::past_of(NameRef group, std::int32_t client) {
  GroupPast& past = groups_[group];
  if (client < 0) return past;
  readers_[client].group = group;
  const auto place = std::lower_bound(past.clients.begin(), past.clients.end(), client);
  if (place == past.clients.end() || *place != client) past.clients.insert(place, client);
  return past;
}

// ---- who reads what

void GroupHistory::settle(std::int32_t client, const event::Event& event, ReadEnd why) {
  Reader& reader = readers_[client];
  const bool reads = !reader.stalled && !reader.paused && !reader.gone;
  GroupPast& past = groups_[reader.group];
  for (auto it = open_.lower_bound({client, PartitionRef{}});
       it != open_.end() && it->first.first == client;) {
    const PartitionRef partition = it->first.second;
    if (reads && reader.owned.count(partition) > 0) {
      ++it;
      continue;
    }
    ReadStretch& stretch = past.reads[it->second];
    stretch.until = event.at;
    stretch.last = event.seq;
    stretch.end = why;
    stretch.watermark = watermark(partition);
    it = open_.erase(it);
  }
  if (!reads) return;
  for (const PartitionRef& partition : reader.owned) {
    if (open_.count({client, partition}) > 0) continue;
    open_[{client, partition}] = past.reads.size();
    past.partitions.insert(partition);
    past.reads.push_back({partition, client, event.at, {}, event.seq, {}, ReadEnd::Open, 0});
  }
}

void GroupHistory::read_client(const event::Event& event) {
  const std::int32_t node = event.node.value();
  if (const auto* found = std::get_if<event::CoordinatorFound>(&event.body)) {
    past_of(found->group, node);
    readers_[node].tells = true;
    readers_[node].found.emplace_back(event.at, event.seq);
    ++generation_;
    return;
  }
  const auto reader = readers_.find(node);
  if (reader == readers_.end()) return;
  if (const auto* given = std::get_if<event::PartitionAssigned>(&event.body)) {
    reader->second.owned.insert(given->partition);
    settle(node, event, ReadEnd::Open);
  } else if (const auto* taken = std::get_if<event::PartitionRevoked>(&event.body)) {
    reader->second.owned.erase(taken->partition);
    settle(node, event, taken->lost ? ReadEnd::Lost : ReadEnd::Revoked);
  } else if (const auto* stall = std::get_if<event::ApplicationStalled>(&event.body)) {
    reader->second.stalled = stall->stalled;
    settle(node, event, ReadEnd::Stalled);
  } else {
    return;
  }
  ++generation_;
}

void GroupHistory::read_machine(const event::Event& event) {
  const std::int32_t node = event.node.value();
  const auto it = readers_.find(node);
  if (it == readers_.end()) return;
  Reader& reader = it->second;
  if (std::get_if<event::NodeCrashed>(&event.body) ||
      std::get_if<event::NodeStopped>(&event.body)) {
    reader.gone = true;
    settle(node, event, ReadEnd::Gone);
    reader.owned.clear();
  } else if (std::get_if<event::NodeStarted>(&event.body)) {
    reader.gone = reader.paused = reader.stalled = false;
  } else if (std::get_if<event::NodePaused>(&event.body)) {
    reader.paused = true;
    settle(node, event, ReadEnd::Paused);
  } else if (std::get_if<event::NodeResumed>(&event.body)) {
    reader.paused = false;
    settle(node, event, ReadEnd::Open);
  }
}

void GroupHistory::read_records(const event::Event& event) {
  const auto* got = std::get_if<event::RecordsConsumed>(&event.body);
  if (got == nullptr) return;
  const std::int32_t node = event.node.value();
  const auto reader = readers_.find(node);
  if (reader == readers_.end() || reader->second.group == NameRef()) return;
  GroupPast& past = groups_[reader->second.group];
  std::int64_t& next = past.next.try_emplace(got->partition, got->from.value()).first->second;
  const std::int64_t again = std::min(next, got->last.value() + 1) - got->from.value();
  if (again > 0) {
    past.repeats.push_back({event.at, event.seq, got->partition, node, got->from.value(), again});
  }
  next = std::max(next, got->last.value() + 1);
}

// ---- the coordinator's words

Rebalance* GroupHistory::open_one(GroupPast& past) {
  if (past.rebalances.empty() || past.rebalances.back().last != EventSeq()) return nullptr;
  return &past.rebalances.back();
}

Rebalance& GroupHistory::begin(GroupPast& past, const event::Event& event,
                               std::int32_t generation) {
  if (Rebalance* open = open_one(past)) return *open;
  Rebalance rebalance;
  rebalance.began = event.at;
  rebalance.first = event.seq;
  rebalance.generation_before = rebalance.generation = generation;
  rebalance.before = rebalance.after = past.shares;
  // Whose end is the reason is told just before the rebalance: what it had is what is given away.
  rebalance.before.merge(past.leaving);
  past.leaving.clear();
  past.rebalances.push_back(std::move(rebalance));
  return past.rebalances.back();
}

void GroupHistory::state_changed(GroupPast& past, const event::Event& event,
                                 const event::GroupStateChanged& e) {
  past.states.push_back({event.at, event.seq, e.from, e.to});
  if (!is_rest(e.to)) {
    Rebalance* open = open_one(past);
    const std::int32_t before =
        past.rebalances.empty() ? e.generation : past.rebalances.back().generation;
    Rebalance& rebalance = open != nullptr ? *open : begin(past, event, before);
    rebalance.consumer_protocol = rebalance.consumer_protocol || is_modern(e.to);
    // Somebody turned up after all had joined: they begin again.
    const bool again = open != nullptr && e.from == event::GroupState::CompletingRebalance &&
                       e.to == event::GroupState::PreparingRebalance;
    if (again) ++rebalance.rounds;
    return;
  }
  Rebalance* open = open_one(past);
  if (open == nullptr) return;
  open->ended = event.at;
  open->last = event.seq;
  open->outcome = e.to;
  open->generation = std::max(open->generation, e.generation);
  open->after = past.shares;
}

void GroupHistory::read_group(const event::Event& event) {
  if (const auto* state = std::get_if<event::GroupStateChanged>(&event.body)) {
    state_changed(groups_[state->group], event, *state);
  } else if (const auto* started = std::get_if<event::RebalanceStarted>(&event.body)) {
    GroupPast& past = groups_[started->group];
    const std::int32_t before = past.rebalances.empty() ? 0 : past.rebalances.back().generation;
    Rebalance& rebalance = begin(past, event, before);
    if (rebalance.has_reason) return;  // what began it is told, not what prolonged it
    rebalance.has_reason = true;
    rebalance.reason = started->reason;
    rebalance.member = started->member;
    rebalance.timeout = started->timeout;
  } else if (const auto* made = std::get_if<event::GenerationStarted>(&event.body)) {
    GroupPast& past = groups_[made->group];
    if (Rebalance* open = open_one(past)) {
      open->generation = made->generation;
      open->joined = event.at;
      open->assignor = made->protocol;
      open->leader = made->leader;
    }
  } else if (const auto* bumped = std::get_if<event::GroupEpochBumped>(&event.body)) {
    GroupPast& past = groups_[bumped->group];
    Rebalance& rebalance = begin(past, event, bumped->epoch - 1);
    rebalance.consumer_protocol = true;
    rebalance.generation = bumped->epoch;
  } else if (const auto* target = std::get_if<event::TargetAssignmentComputed>(&event.body)) {
    GroupPast& past = groups_[target->group];
    if (Rebalance* open = open_one(past)) {
      open->joined = event.at;
      open->assignor = target->assignor;
    }
  }
}

void GroupHistory::assign(GroupPast& past, const event::Event& event,
                          const event::MemberAssignmentChanged& e) {
  auto& share = past.shares[e.member];
  if (e.given) {
    share.insert(e.partition);
    past.partitions.insert(e.partition);
  } else {
    share.erase(e.partition);
  }
  // The last word about who has what may come just after the group is stable.
  if (!past.rebalances.empty()) past.rebalances.back().after = past.shares;
  const auto member = std::find_if(past.members.rbegin(), past.members.rend(),
                                   [&](const GroupMembership& m) { return m.member == e.member; });
  if (member == past.members.rend() || member->client < 0) return;
  Reader& reader = readers_[member->client];
  if (reader.tells) return;
  reader.owned = share;
  settle(member->client, event, ReadEnd::TakenAway);
}

void GroupHistory::read_members(const event::Event& event) {
  if (const auto* added = std::get_if<event::MemberAdded>(&event.body)) {
    GroupPast& past = past_of(added->group, added->client.value());
    past.shares[added->member];
    // A coordinator that has just read its log tells of those who were there all along.
    const bool known = std::any_of(past.members.begin(), past.members.end(), [&](const auto& m) {
      return m.member == added->member && m.removed == EventSeq();
    });
    if (known) return;
    past.members.push_back(
        {added->member, added->instance, added->client.value(), event.at, event.seq, {}, {}, {}});
  } else if (const auto* removed = std::get_if<event::MemberRemoved>(&event.body)) {
    GroupPast& past = groups_[removed->group];
    if (open_one(past) == nullptr && removed->end != event::MemberEnd::Replaced) {
      past.leaving[removed->member] = past.shares[removed->member];
    }
    past.shares.erase(removed->member);
    for (auto m = past.members.rbegin(); m != past.members.rend(); ++m) {
      if (m->member != removed->member || m->removed != EventSeq()) continue;
      m->removed = event.seq;
      m->left = event.at;
      m->end = removed->end;
      Reader& reader = readers_[m->client];
      if (reader.tells) break;
      reader.owned.clear();
      settle(m->client, event, ReadEnd::TakenAway);
      break;
    }
    if (Rebalance* open = open_one(past)) open->after = past.shares;
  } else if (const auto* changed = std::get_if<event::MemberAssignmentChanged>(&event.body)) {
    assign(groups_[changed->group], event, *changed);
  }
}

// ---- questions

std::ptrdiff_t latest_rebalance(const GroupPast& past, EventSeq present) {
  const auto it = last_until(past.rebalances, present, [](const Rebalance& r) { return r.first; });
  return it == past.rebalances.end() ? -1 : it - past.rebalances.begin();
}

std::optional<Instant> first_read(const GroupPast& past) {
  if (past.reads.empty()) return {};
  return past.reads.front().from;
}

std::vector<Unread> unread_of(const GroupPast& past, PartitionRef partition, Instant from,
                              Instant until) {
  std::vector<Unread> gaps;
  const std::optional<Instant> first = first_read(past);
  if (!first) return gaps;
  Instant read_until = *first;  // somebody read it up to here
  const ReadStretch* before = nullptr;
  const auto gap = [&](Instant end, const ReadStretch* after) {
    const Instant a = std::max(read_until, from), b = std::min(end, until);
    if (b > a) gaps.push_back({partition, a, b, before, after});
  };
  for (const ReadStretch& read : past.reads) {
    if (!(read.partition == partition)) continue;
    if (read.from > read_until) gap(read.from, read.from <= until ? &read : nullptr);
    if (read.from > until) return gaps;
    const Instant end = read.until.value_or(Instant::max());
    if (end >= read_until) {
      read_until = end;
      before = &read;
    }
  }
  gap(Instant::max(), nullptr);
  return gaps;
}

std::vector<Unread> unread_between(const GroupPast& past, Instant from, Instant until) {
  std::vector<Unread> all;
  for (const PartitionRef& partition : past.partitions) {
    const std::vector<Unread> gaps = unread_of(past, partition, from, until);
    all.insert(all.end(), gaps.begin(), gaps.end());
  }
  return all;
}

std::int32_t client_of_member(const GroupPast& past, NameRef member) {
  for (auto m = past.members.rbegin(); m != past.members.rend(); ++m) {
    if (m->member == member) return m->client;
  }
  return -1;
}

namespace {

std::map<PartitionRef, NameRef> owners_in(const SharesByMember& shares) {
  std::map<PartitionRef, NameRef> owners;
  for (const auto& [member, share] : shares) {
    for (const PartitionRef& partition : share) owners[partition] = member;
  }
  return owners;
}

}  // namespace

NameRef given_up_by(const GroupPast& past, const Rebalance& rebalance, PartitionRef partition) {
  NameRef last;
  for (const Rebalance& other : past.rebalances) {
    for (const SharesByMember* shares : {&other.before, &other.after}) {
      if (other.first == rebalance.first && shares == &other.after) return last;
      const auto owners = owners_in(*shares);
      const auto owner = owners.find(partition);
      if (owner != owners.end()) last = owner->second;
    }
    if (other.first == rebalance.first) break;
  }
  return last;
}

std::int32_t moved_between(const GroupPast& past, Instant from, Instant until) {
  std::map<PartitionRef, NameRef> last;
  std::int32_t moved = 0;
  for (const Rebalance& rebalance : past.rebalances) {
    if (rebalance.began > until) break;
    for (const auto& [partition, owner] : owners_in(rebalance.before)) last[partition] = owner;
    for (const auto& [partition, owner] : owners_in(rebalance.after)) {
      const auto before = last.find(partition);
      const bool other = before != last.end() && before->second != owner &&
                         client_of_member(past, before->second) != client_of_member(past, owner);
      if (other && rebalance.began >= from) ++moved;
      last[partition] = owner;
    }
  }
  return moved;
}

}  // namespace kscope::viewer
