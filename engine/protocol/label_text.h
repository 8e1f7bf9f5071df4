// The two halves of labels.h: requests and responses. Internal. Read next:
// protocol/label_requests.cc
#pragma once

#include <string>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

std::string request_label(ApiKey api, std::int16_t version, const Blob& body);
std::string response_label(ApiKey api, std::int16_t version, const Blob& body);

/// "orders-0".
std::string partition_label(const std::string& topic, std::int32_t partition);
/// "3 partitions", "1 record".
std::string count_label(std::size_t n, const char* what);

/// Offsets and number of the records in a field of batches; a batch cut at the end is left out.
struct RecordsSummary {
  std::size_t count = 0;
  std::int64_t first = 0, last = 0;  ///< meaningless if count is 0
};
RecordsSummary summarize_records(ByteView records);

/// The partitions of a message of the shape topics > partitions, as a student counts them.
template <class Topics, class PartitionsOf>
std::size_t count_partitions(const Topics& topics, PartitionsOf partitions_of) {
  std::size_t n = 0;
  for (const auto& topic : topics) n += partitions_of(topic).size();
  return n;
}

}  // namespace kscope::protocol
