// An error of one item of a request, and checks that several requests share.
// Called by: topic_control, reassignment, configuration_control. Kafka: ApiError.
// Read next: metadata/replication_control.h
#pragma once

#include <string>
#include <vector>

#include "engine/base/error_code.h"
#include "engine/metadata/metadata_image.h"

namespace kscope::metadata {

struct ApiError {
  ErrorCode code = ErrorCode::NONE;
  std::string message;
  bool is_failure() const { return code != ErrorCode::NONE; }
  /// As responses have it: null when there is nothing to say.
  std::optional<std::string> text() const {
    return message.empty() ? std::nullopt : std::optional(message);
  }
};

/// Kafka: ReplicationControlManager.validateManualPartitionAssignment. `expected`: how many
/// replicas there must be; 0: any number.
ApiError check_manual_replicas(const MetadataImage& image, const std::vector<std::int32_t>& ids,
                               std::size_t expected);

/// The directory of a replica as far as the controller can know it (KIP-858): the broker's only
/// one, or "unassigned" (reserved id 1), to be told by the broker.
Uuid directory_of(const MetadataImage& image, NodeId broker);

}  // namespace kscope::metadata
