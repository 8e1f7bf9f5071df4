// GroupDesk: what the screen "Groups" shows, and what was chosen on it.
//
// Remembers which group, which of its rebalances (the latest, until somebody walks back), which
// member and which page; reads the history on, and builds the picture again when one of these
// changed or the cluster moved. A replay with another assignor belongs to the desk, too: it works
// on while the screen is open.
//
// The story of a rebalance is a stretch of time: from the moment in which the members that it adds
// looked for their coordinator to a little after the group was stable. Where something happened
// since then that is no rebalance (a member fell silent, the coordinator moved), or if somebody
// asks for it, the last seconds are told instead.
//
// Invariant: the picture belongs to shown_group() and rebalance(), at the version it was built for.
//
// Owned by: panels/ui.h. Drawn by: panels/group_panel. Read next: model/group_picture.h
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "viewer/model/group_picture.h"
#include "viewer/model/group_replay.h"

namespace kscope::viewer {

enum class GroupPage : std::uint8_t { Assignment, Unread, Offsets, Records, Replay };

struct GroupPicture {
  GroupSummary summary;
  AssignmentTable assignment;
  std::vector<OffsetRow> offsets;
  ReadChart reads;
  std::vector<GroupRecordRow> records;
  std::vector<MemberFace> members;  ///< at this moment
  std::vector<MemberLine> lines;    ///< the same in words
  std::vector<Action> actions;
  SequenceView sequence;
  std::vector<int> lane_hues;  ///< of the sequence's lanes; -1: a broker
  std::string title;           ///< "rebalance 3 of 5 · generation 4 → 5"
  std::string story;           ///< "consumer-3 joins · Stable after 4.12 s"
  bool ahead = false;          ///< it lies in the recorded future
};

class GroupDesk {
 public:
  /// Brings everything up to date. While the cluster runs, a few times a second.
  void refresh(Machine& machine, const EventIndex& index, std::uint64_t version, bool running);
  const GroupPicture& picture() const { return picture_; }
  const std::vector<std::string>& groups() const { return groups_; }
  const std::string& shown_group() const { return shown_; }
  /// Grows whenever picture() is another one.
  std::uint64_t generation() const { return generation_; }
  Instant now() const { return now_; }

  // ---- what was chosen
  GroupPage page = GroupPage::Assignment;
  void choose_group(const std::string& id);
  void choose_member(std::int32_t client);  ///< -1: nobody
  std::int32_t member() const { return member_; }
  const GroupMemberCard& card() const { return card_; }

  // ---- the walk through the rebalances
  std::ptrdiff_t rebalance() const { return place_; }  ///< -1: there was none
  std::ptrdiff_t rebalances() const { return count_; }
  bool at_latest() const { return wanted_ < 0 && !live_; }
  /// The last seconds are told: because somebody asked, or since something happened that is no
  /// rebalance.
  bool is_live() const { return shows_live_; }
  void walk(std::ptrdiff_t by);
  void to_latest();
  void to_now();

  // ---- the same run with another strategy
  void replay_with(const GroupStrategy& strategy) { asked_strategy_ = strategy; }
  void close_replay();
  const GroupReplay* replay() const { return replay_.get(); }
  const std::string& replay_problem() const { return replay_problem_; }
  bool working() const { return replay_ != nullptr && !replay_->done(); }
  /// Goes on with the replay for so many slices of it (kReplaySlice of its own time each).
  void work(int slices);

 private:
  void find_groups(Machine& machine);
  GroupScope scope_of(Machine& machine, const EventIndex& index);
  void set_story(GroupScope& scope);
  void name_lanes(const GroupScope& scope, const SequenceCast& cast);
  void build(Machine& machine, const EventIndex& index);
  void build_talk(const GroupScope& scope, const EventIndex& index);
  void build_title(const GroupScope& scope);

  GroupHistory history_;
  GroupPast nothing_;
  GroupPicture picture_;
  GroupMemberCard card_;
  std::vector<std::string> groups_;
  std::string chosen_, shown_;
  std::int32_t member_ = -1;
  std::ptrdiff_t wanted_ = -1, place_ = -1, count_ = 0;
  bool live_ = false, shows_live_ = false;
  std::uint64_t version_ = 0, generation_ = 0;
  int refreshed_ago_ = 0;
  Instant now_{};
  std::optional<GroupStrategy> asked_strategy_;
  std::unique_ptr<GroupReplay> replay_;
  std::string replay_problem_;
};

/// The strategy that the group has now; nothing if it has none yet.
std::optional<GroupStrategy> present_strategy(const GroupSummary& summary);

}  // namespace kscope::viewer
