// Goal: a World in which no time passes any more comes to an end, and says why. Method: more inputs
// at one instant than anything that goes on could make.
#include "engine/sim/world.h"
#include "tests/catch.h"

using namespace kscope;
using namespace kscope::sim;

TEST_CASE("T1: time that stands still is noticed, and nothing more happens") {
  World world(ClusterSpec{}, 1);
  world.remember_inputs(false);
  const Instant then = Instant{} + millis(5);
  for (int i = 0; i < 600'000; ++i) world.schedule({then, "heal all", {}});
  world.schedule({then + millis(1), "crash 1", {}});
  world.run_until(then + seconds(1));
  REQUIRE(world.violations().size() == 1);
  CHECK(world.violations()[0].invariant == "T1");
  CHECK(world.violations()[0].at == then);
  CHECK_FALSE(world.next_item_at().has_value());
  CHECK_FALSE(world.step());
  CHECK(world.now() == then + seconds(1));
}

TEST_CASE("T1: as much as that spread over time is nothing to worry about") {
  World world(ClusterSpec{}, 1);
  world.remember_inputs(false);
  for (int i = 0; i < 600'000; ++i)
    world.schedule({Instant{} + micros(i / 300'000), "heal all", {}});
  world.run_until(Instant{} + millis(5));
  CHECK(world.violations().empty());
}
