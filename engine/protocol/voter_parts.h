// What several schemas of the quorum say about a voter in the same words (KIP-853).
//
// Kafka's generator writes these out once per schema (AddRaftVoter, UpdateRaftVoter,
// DescribeQuorum, VotersRecord). A voter's endpoint is one thing all the same, and so are the
// versions that it speaks.
//
// Called by: the messages named above. Read next: messages/add_raft_voter.h, raft/voter_set.h
#pragma once

#include <cstdint>
#include <string>

namespace kscope::protocol {

/// Where a controller listens. Kafka: Listener in the requests, Endpoint in VotersRecord.
struct VoterEndpoint {
  std::string name;  ///< of the listener: CONTROLLER
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const VoterEndpoint&) const = default;
  void describe(auto& f) {
    f("Name", name);
    f("Host", host);
    f("Port", port);
  }
};

/// The versions of the feature kraft.version that a voter supports.
struct KRaftVersionFeature {
  std::int16_t min_supported_version = 0;
  std::int16_t max_supported_version = 0;

  bool operator==(const KRaftVersionFeature&) const = default;
  void describe(auto& f) {
    f("MinSupportedVersion", min_supported_version);
    f("MaxSupportedVersion", max_supported_version);
  }
};

}  // namespace kscope::protocol
