// Goal: whatever the controller will answer, the maximal ISR covers it.
// Reference: PartitionState in kafka.cluster.Partition; KIP-497.
#include "engine/replication/isr_state.h"

#include "tests/catch.h"
#include "tests/unit/support/records.h"

using namespace kscope;
using namespace kscope::replication;
using kscope::test::nodes;

TEST_CASE("a pending expansion already counts the newcomer") {
  IsrState isr;
  isr.commit(nodes({1, 2}));
  isr.expand(NodeId(3), {LeaderEpoch(0), 0, {}});
  CHECK(isr.phase() == IsrPhase::PendingExpand);
  CHECK(isr.committed() == nodes({1, 2}));
  CHECK(isr.maximal() == nodes({1, 2, 3}));
  CHECK(isr.maximal_contains(NodeId(3)));
  CHECK_FALSE(isr.contains(NodeId(3)));
}

TEST_CASE("a pending shrink still counts the one to be dropped") {
  IsrState isr;
  isr.commit(nodes({1, 2, 3}));
  isr.shrink({LeaderEpoch(0), 0, {{NodeId(1), BrokerEpoch(1)}}});
  CHECK(isr.phase() == IsrPhase::PendingShrink);
  CHECK(isr.maximal() == nodes({1, 2, 3}));
  CHECK(isr.in_flight());
}

TEST_CASE("the controller's word ends whatever was pending") {
  IsrState isr;
  isr.commit(nodes({1, 2}));
  isr.expand(NodeId(3), {});
  isr.commit(nodes({1, 3}));
  CHECK_FALSE(isr.in_flight());
  CHECK_FALSE(isr.proposal());
  CHECK(isr.maximal() == nodes({1, 3}));
}

TEST_CASE("a refused change leaves the committed ISR") {
  IsrState isr;
  isr.commit(nodes({1, 2}));
  isr.expand(NodeId(3), {});
  isr.revert();
  CHECK_FALSE(isr.in_flight());
  CHECK(isr.maximal() == nodes({1, 2}));
}

TEST_CASE("the table of moves has no way from one pending change to another") {
  for (const auto& [from, to] : kIsrTransitions) {
    CHECK((from == IsrPhase::Committed || to == IsrPhase::Committed));
  }
}
