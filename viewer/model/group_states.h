// The states of a group as a diagram: which there are, which is the present one, which steps the
// protocol allows.
//
// The classic steps are the coordinator's own table, so that the picture cannot promise a step that
// the engine would refuse. KIP-848 has no table: its group state follows from the epochs of the
// group, its assignment and its members, and the steps here are the changes of that outcome.
//
// Called by: model/group_desk. Drawn by: panels/group_state. Kafka: ClassicGroupState,
// ConsumerGroup.ConsumerGroupState. Read next: engine/coordinator/group/group_state.h
#pragma once

#include <string>
#include <vector>

#include "engine/event/group_events.h"

namespace kscope::viewer {

struct StateBox {
  event::GroupState state{};
  bool now = false;
};

struct StateArrow {
  std::size_t from = 0, to = 0;  ///< indexes of the boxes
  std::string when;
  bool last = false;  ///< by this step the group came where it is
};

struct StateDiagram {
  std::vector<StateBox> boxes;  ///< from top to bottom
  /// The way through a rebalance, between neighbours, and the ways back. Steps to Dead from
  /// everywhere are one line of words instead: `to_dead`.
  std::vector<StateArrow> arrows;
  std::string to_dead;
};

/// `before`: where the group was; the same as `now` if it has not moved yet.
StateDiagram build_state_diagram(bool consumer_protocol, event::GroupState before,
                                 event::GroupState now);

}  // namespace kscope::viewer
