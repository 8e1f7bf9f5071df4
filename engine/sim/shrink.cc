#include "engine/sim/shrink.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/sim/world_state.h"

namespace kscope::sim {

World play(World world, const std::vector<Input>& inputs, Instant until,
           const std::function<bool(const World&)>& stop) {
  for (const Input& input : inputs) {
    world.run_until(input.at);
    if (stop(world)) return world;
    static_cast<void>(world.apply(input.command));
  }
  while (!stop(world) && world.next_item_at() && *world.next_item_at() <= until) world.step();
  return world;
}

World shrink(const World& failed, int tries) {
  KCHECK(!failed.violations().empty());
  const std::string id = failed.violations().front().invariant;
  const auto broken = [&](const World& world) {
    const auto& all = world.violations();
    return std::any_of(all.begin(), all.end(), [&](const auto& v) { return v.invariant == id; });
  };
  const auto replay = [&](const std::vector<Input>& inputs) {
    World fresh(failed.spec(), failed.seed());
    fresh.state().invariants.break_rule_for_test(failed.state().invariants.ghost().broken_rule);
    return play(std::move(fresh), inputs, failed.now(), broken);
  };
  std::vector<Input> inputs = failed.inputs();
  World best = replay(inputs);
  if (!broken(best)) return failed;
  for (std::size_t chunk = std::max<std::size_t>(1, inputs.size() / 2); tries > 0;) {
    bool smaller = false;
    for (std::size_t at = 0; at < inputs.size() && tries > 0;) {
      std::vector<Input> rest = inputs;
      const auto from = rest.begin() + static_cast<std::ptrdiff_t>(at);
      rest.erase(from, from + static_cast<std::ptrdiff_t>(std::min(chunk, inputs.size() - at)));
      --tries;
      World world = replay(rest);
      if (broken(world)) {
        inputs = std::move(rest);
        best = std::move(world);
        smaller = true;
      } else {
        at += chunk;
      }
    }
    if (chunk == 1 && !smaller) break;
    chunk = std::max<std::size_t>(1, chunk / 2);
  }
  return best;
}

}  // namespace kscope::sim
