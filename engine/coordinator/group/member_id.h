// Ids of members: "c1-5f3a0c1e-…", the client's (or static member's) name and a random UUID.
//
// A coordinator gives them out for the classic protocol; with KIP-848 of 3.9 it does so as well, if
// a member comes without one. Two coordinators will not give out the same, so an id that nobody
// here knows is an id from before (UNKNOWN_MEMBER_ID).
//
// Kafka: ClassicGroup.generateMemberId, Uuid.randomUuid. Called by: classic_join,
// consumer_heartbeat, consumer_classic. Read next: coordinator/group/classic_operation.h
#pragma once

#include <string>

#include "engine/base/partition.h"
#include "engine/env/random.h"

namespace kscope::coordinator {

/// Version 4 of RFC 4122, as java.util.UUID.randomUUID() prints it: 36 characters.
std::string random_member_uuid(env::Random& random);
/// The same bits as Kafka's own Uuid prints them.
Uuid random_uuid(env::Random& random);

}  // namespace kscope::coordinator
