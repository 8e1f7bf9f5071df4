#include "engine/metadata/admin_errors.h"

#include <fmt/format.h>

#include <algorithm>

namespace kscope::metadata {

ApiError check_manual_replicas(const MetadataImage& image, const std::vector<std::int32_t>& ids,
                               std::size_t expected) {
  constexpr ErrorCode kInvalid = ErrorCode::INVALID_REPLICA_ASSIGNMENT;
  if (ids.empty()) {
    return {kInvalid, "The manual partition assignment includes an empty replica list."};
  }
  std::vector<std::int32_t> sorted = ids;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (image.broker(NodeId(sorted[i])) == nullptr) {
      return {kInvalid,
              fmt::format("The manual partition assignment includes broker {}, but no such broker "
                          "is registered.",
                          sorted[i])};
    }
    if (i > 0 && sorted[i] == sorted[i - 1]) {
      return {kInvalid,
              fmt::format("The manual partition assignment includes the broker {} more than once.",
                          sorted[i])};
    }
  }
  if (expected == 0 || ids.size() == expected) return {};
  return {kInvalid,
          fmt::format("The manual partition assignment includes a partition with {} replica(s), "
                      "but this is not consistent with previous partitions, which have {} "
                      "replica(s).",
                      ids.size(), expected)};
}

Uuid directory_of(const MetadataImage& image, NodeId broker) {
  const BrokerRegistration* registration = image.broker(broker);
  if (registration != nullptr && registration->log_dirs.size() == 1) {
    return registration->log_dirs.front();
  }
  Uuid unassigned;
  unassigned.bytes[15] = 1;
  return unassigned;
}

}  // namespace kscope::metadata
