// The registry: which APIs exist here, in which versions, and what each listener promises.
//
// Two ranges are kept apart. What the codec implements is Kafka 3.9's whole range, because the
// inspector must be able to show any frame. What a listener advertises is what its broker or
// controller really serves and what real clients were seen to need:
//   - Produce begins at 0 although message sets of magic 0 and 1 are refused: with a higher minimum
//     librdkafka sends gzip, snappy and lz4 batches uncompressed without a word;
//   - FindCoordinator begins at 0: librdkafka ties lz4 and its group consumer to it;
//   - Metadata begins at 0: kafka-python takes a broker without v0 for 0.8;
//   - Fetch ends at 12 on the broker's listener: from 13 on topics are named by id alone.
//
// Real Kafka: ApiKeys, ApiVersionsResponse.collectApis, the "listeners" entry of the schemas.
// Called by: protocol/frame, broker/, raft/, the inspector, docs. Read next: protocol/frame.h
#pragma once

#include <optional>
#include <span>

#include "engine/env/network.h"
#include "engine/protocol/messages/api_versions.h"

namespace kscope::protocol {

struct VersionRange {
  std::int16_t min = 0, max = 0;
  bool contains(std::int16_t version) const { return min <= version && version <= max; }
  bool operator==(const VersionRange&) const = default;
};

struct ApiEntry {
  using Check = Result<void> (*)(ByteView body, std::int16_t version);
  using Walk = void (*)(ByteView body, std::int16_t version, std::size_t offset, int depth,
                        std::vector<FieldSpan>& out);
  ApiKey key;
  const char* name;                         ///< "Fetch"
  const char* meaning;                      ///< one clause for a table
  VersionRange implemented;                 ///< by the codec
  std::int16_t flexible_from;               ///< kNeverFlexible: never
  std::optional<VersionRange> on_broker;    ///< advertised there; nothing: not served
  std::optional<VersionRange> on_controller;
  Check check_request, check_response;
  Walk walk_request, walk_response;

  bool flexible(std::int16_t version) const { return version >= flexible_from; }
  /// 1, or 2 with tagged fields.
  std::int16_t request_header_version(std::int16_t version) const {
    return flexible(version) ? 2 : 1;
  }
  /// 0, or 1 with tagged fields; never 1 for ApiVersions (KIP-511).
  std::int16_t response_header_version(std::int16_t version) const {
    return flexible(version) && key != ApiKey::ApiVersions ? 1 : 0;
  }
  const std::optional<VersionRange>& advertised(env::Listener listener) const {
    return listener == env::Listener::Broker ? on_broker : on_controller;
  }
};

/// Every API, ordered by key.
std::span<const ApiEntry> api_table();
/// nullptr for an API that is not here.
const ApiEntry* find_api(ApiKey key);
/// Whether a listener serves that version of that API.
bool serves(env::Listener listener, ApiKey key, std::int16_t version);

/// What a listener answers to ApiVersions.
ApiVersionsResponse api_versions_response(env::Listener listener);
/// The answer to an ApiVersions request of a version that we do not know: error 35 and the range of
/// ApiVersions itself. Encode it as version 0 whatever was asked.
ApiVersionsResponse unsupported_api_versions_response(env::Listener listener);

}  // namespace kscope::protocol
