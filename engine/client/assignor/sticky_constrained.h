// Sticky, the easy case: everybody subscribes to the same topics, which nearly every group does.
//
// With P partitions and M members everybody ends with P/M or one more, and exactly P mod M members
// with one more. So quotas are known from the start and one pass does it:
//
//   1. everybody keeps what they own, up to their quota (the first that own so much may keep one
//      more, until P mod M have);
//   2. with racks: what is free goes round those below their quota, to members in the right rack;
//   3. what is free goes round those below their quota, then one each to those exactly at it.
//
// Invariants: sizes differ by at most one; a partition leaves its owner only if the owner is above
//             its quota, sits in the wrong rack, or had to share the claim.
//
// Kafka: AbstractStickyAssignor.ConstrainedAssignmentBuilder.
// Called by: sticky_assignor. Read next: assignor/sticky_general.h
#pragma once

#include "engine/client/assignor/sticky_problem.h"

namespace kscope::client {

StickyResult assign_constrained(const StickyProblem& problem);

}  // namespace kscope::client
