#include "viewer/model/group_states.h"

#include <algorithm>
#include <iterator>

#include "engine/coordinator/group/group_state.h"

namespace kscope::viewer {

namespace {

using coordinator::GroupTransition;
using event::GroupState;

constexpr GroupState kClassicBoxes[] = {GroupState::Empty, GroupState::PreparingRebalance,
                                        GroupState::CompletingRebalance, GroupState::Stable,
                                        GroupState::Dead};
constexpr GroupState kConsumerBoxes[] = {GroupState::Empty, GroupState::Assigning,
                                         GroupState::Reconciling, GroupState::Stable,
                                         GroupState::Dead};
/// Kafka: ConsumerGroup.maybeUpdateGroupState.
constexpr GroupTransition kConsumerSteps[] = {
    {GroupState::Empty, GroupState::Assigning, "a member joins: the group epoch is bumped"},
    {GroupState::Assigning, GroupState::Reconciling,
     "the target assignment of the group epoch is computed"},
    {GroupState::Reconciling, GroupState::Stable,
     "every member has reached the target assignment's epoch"},
    {GroupState::Reconciling, GroupState::Assigning,
     "members or subscriptions changed: a new group epoch"},
    {GroupState::Stable, GroupState::Assigning,
     "members or subscriptions changed: a new group epoch"},
    {GroupState::Stable, GroupState::Reconciling,
     "a new target was computed at once, and a member is not there yet"},
    {GroupState::Stable, GroupState::Empty, "the last member is gone"},
    {GroupState::Empty, GroupState::Dead, "deleted, or all its offsets expired"},
};

template <class Boxes, class Steps>
StateDiagram diagram(const Boxes& boxes, const Steps& steps, GroupState before, GroupState now) {
  StateDiagram out;
  for (const GroupState state : boxes) out.boxes.push_back({state, state == now});
  const auto place = [&](GroupState state) {
    return static_cast<std::size_t>(std::find(std::begin(boxes), std::end(boxes), state) -
                                    std::begin(boxes));
  };
  for (const GroupTransition& step : steps) {
    if (step.to == GroupState::Dead) continue;
    const bool last = before != now && step.from == before && step.to == now;
    out.arrows.push_back({place(step.from), place(step.to), step.when, last});
  }
  return out;
}

}  // namespace

StateDiagram build_state_diagram(bool consumer_protocol, GroupState before, GroupState now) {
  StateDiagram out = consumer_protocol
                         ? diagram(kConsumerBoxes, kConsumerSteps, before, now)
                         : diagram(kClassicBoxes, coordinator::kClassicTransitions, before, now);
  out.to_dead = consumer_protocol ? "to Dead: deleted, or all its offsets expired"
                                  : "to Dead: expired, deleted, or another broker takes over";
  return out;
}

}  // namespace kscope::viewer
