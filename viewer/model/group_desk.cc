#include "viewer/model/group_desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/group_talk.h"
#include "viewer/model/group_words.h"

namespace kscope::viewer {

namespace {

constexpr int kFramesBetweenPictures = 10;  ///< while the cluster runs
/// Shown of a group that has not rebalanced yet.
constexpr Duration kWithoutRebalance = seconds(2);

}  // namespace

std::optional<GroupStrategy> present_strategy(const GroupSummary& summary) {
  if (summary.assignor.empty()) return {};
  return GroupStrategy{summary.assignor, summary.consumer_protocol};
}

void GroupDesk::choose_group(const std::string& id) {
  chosen_ = id;
  member_ = -1;
  to_latest();
}

void GroupDesk::choose_member(std::int32_t client) {
  if (member_ == client) return;
  member_ = client;
  version_ = 0;
}

void GroupDesk::walk(std::ptrdiff_t by) {
  if (count_ == 0) return;
  wanted_ = std::clamp<std::ptrdiff_t>(place_ + by, 0, count_ - 1);
  live_ = false;
  version_ = 0;
}

void GroupDesk::to_latest() {
  wanted_ = -1;
  live_ = false;
  version_ = 0;
}

void GroupDesk::to_now() {
  wanted_ = -1;
  live_ = true;
  version_ = 0;
}

void GroupDesk::close_replay() {
  replay_.reset();
  replay_problem_.clear();
  if (page == GroupPage::Replay) page = GroupPage::Assignment;
}

void GroupDesk::find_groups(Machine& machine) {
  std::set<std::string> all;
  for (const cluster::GroupView& view : machine.snapshot().groups) all.insert(view.id);
  for (const cluster::ClientView& client : machine.snapshot().clients) {
    if (!client.consumer.group.empty()) all.insert(client.consumer.group);
  }
  groups_.assign(all.begin(), all.end());
  const bool there = all.count(chosen_) > 0;
  if (there)
    shown_ = chosen_;
  else if (all.count(shown_) == 0)
    shown_ = groups_.empty() ? std::string() : groups_.front();
}

GroupScope GroupDesk::scope_of(Machine& machine, const EventIndex& index) {
  NameRef ref;
  for (const auto& [name, past] : history_.groups()) {
    if (machine.names().name(name) == shown_) ref = name;
  }
  const GroupPast* past = ref == NameRef() ? nullptr : history_.find(ref);
  GroupScope scope{machine, index,  history_, past != nullptr ? *past : nothing_,
                   ref,     shown_, nullptr,  nullptr,
                   false,   {},     {}};
  for (const cluster::GroupView& view : machine.snapshot().groups) {
    if (view.id == shown_) scope.view = &view;
  }
  count_ = static_cast<std::ptrdiff_t>(scope.past.rebalances.size());
  place_ = wanted_ >= 0 ? std::min(wanted_, count_ - 1)
                        : latest_rebalance(scope.past, machine.present());
  if (place_ >= 0) scope.shown = &scope.past.rebalances[static_cast<std::size_t>(place_)];
  set_story(scope);
  return scope;
}

void GroupDesk::set_story(GroupScope& scope) {
  const Instant now = scope.snapshot().now;
  scope.live = shows_live_ = live_ || (wanted_ < 0 && has_incident(scope));
  if (scope.live) {
    const GroupStretch last = last_seconds(scope.machine);
    scope.from = last.from;
    scope.until = last.until;
    return;
  }
  if (scope.shown == nullptr) {
    scope.from = now - std::min(kWithoutRebalance, now - Instant{});
    scope.until = now;
    return;
  }
  const GroupStretch story = story_of(scope.machine, history_, scope.past, *scope.shown);
  scope.from = story.from;
  scope.until = story.until;
}

void GroupDesk::refresh(Machine& machine, const EventIndex& index, std::uint64_t version,
                        bool running) {
  const bool asked = asked_strategy_.has_value();
  if (!asked && version == version_) return;
  if (!asked && running && version_ != 0 && ++refreshed_ago_ < kFramesBetweenPictures) return;
  refreshed_ago_ = 0;
  version_ = version;
  history_.update(machine, index);
  find_groups(machine);
  now_ = machine.now();
  build(machine, index);
  ++generation_;
}

void GroupDesk::build(Machine& machine, const EventIndex& index) {
  const GroupScope scope = scope_of(machine, index);
  picture_ = {};
  picture_.summary = build_group_summary(scope);
  picture_.members = present_members(scope);
  picture_.lines = build_member_lines(scope);
  if (scope.view != nullptr) picture_.actions = group_actions(scope.snapshot(), *scope.view);
  picture_.assignment = build_assignment(scope);
  picture_.offsets = build_offsets(scope);
  picture_.reads = build_read_chart(scope);
  picture_.records = build_group_records(scope);
  build_talk(scope, index);
  build_title(scope);
  card_ = member_ < 0 ? GroupMemberCard() : build_member_card(scope, member_);
  if (!asked_strategy_) return;
  replay_problem_.clear();
  const auto present = present_strategy(picture_.summary);
  replay_ = GroupReplay::begin(scope, present ? present->label() : "no assignor yet",
                               *asked_strategy_, &replay_problem_);
  asked_strategy_.reset();
  page = GroupPage::Replay;
}

void GroupDesk::build_talk(const GroupScope& scope, const EventIndex& index) {
  if (shown_.empty()) return;
  const SequenceQuery query = talk_query(scope);
  picture_.sequence = build_sequence(scope.machine, index, talk_phases(scope), query);
  const PlainWords plain(scope);
  for (SequenceRow& row : picture_.sequence.rows) {
    if (row.kind == RowKind::Note) row.text = plain.of(std::move(row.text));
  }
  name_lanes(scope, *query.cast);
}

void GroupDesk::name_lanes(const GroupScope& scope, const SequenceCast& cast) {
  for (SequenceLane& lane : picture_.sequence.lanes) {
    const auto& members = cast.members;
    const bool member = std::find(members.begin(), members.end(), lane.node) != members.end();
    picture_.lane_hues.push_back(member ? scope.face_of_client(lane.node).hue : -1);
    if (!member) {
      lane.detail = lane.node > 0 ? "GroupCoordinator" : "leaders, bootstrap";
      continue;
    }
    lane.name = scope.face_of_client(lane.node).name;
    lane.detail = "member";
    for (const AssignmentRow& row : picture_.assignment.rows) {
      if (row.member.client == lane.node && !row.note.empty()) lane.detail = row.note;
    }
    if (lane.detail.starts_with("gone")) lane.detail = "gone";
    if (scope.shown != nullptr && scope.client_of(scope.shown->leader) == lane.node) {
      lane.detail = "leader";
    }
  }
}

void GroupDesk::build_title(const GroupScope& scope) {
  if (scope.shown == nullptr) {
    picture_.title = shown_.empty() ? "No consumer group" : "No rebalance yet";
    return;
  }
  const Rebalance& r = *scope.shown;
  if (scope.live) {
    picture_.title = fmt::format("The last {}", short_time(scope.snapshot().now - scope.from));
    picture_.story = has_incident(scope) ? incident_of(scope)
                     : r.over(scope.machine.present())
                         ? "heartbeats and what came of them; no rebalance is under way"
                         : "heartbeats and what came of them; a rebalance is under way";
    return;
  }
  picture_.ahead = r.began > scope.snapshot().now;
  picture_.title =
      fmt::format("Rebalance {} of {} · {} {} → {}", place_ + 1, count_,
                  r.consumer_protocol ? "group epoch" : "generation", r.generation_before,
                  r.ended ? r.generation : std::max(r.generation, r.generation_before + 1));
  picture_.story = fmt::format("{} · {}", cause_of(scope, r), outcome_of(scope, r));
}

void GroupDesk::work(int slices) {
  if (!working()) return;
  replay_->work([&] { return --slices <= 0; });
}

}  // namespace kscope::viewer
