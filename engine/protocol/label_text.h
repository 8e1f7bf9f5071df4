// The parts of labels.h: requests, responses, and both of groups. Internal. Read next:
// protocol/label_requests.cc
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

std::string request_label(ApiKey api, std::int16_t version, const Blob& body);
std::string response_label(ApiKey api, std::int16_t version, const Blob& body);

/// Of an API that has to do with groups; nothing: another API, or unreadable bytes.
std::optional<std::string> group_label(ApiKey api, bool is_response, std::int16_t version,
                                       const Blob& body);

/// Another visitor of describe(): the first error anywhere in a message.
class ErrorFinder {
 public:
  ErrorCode found = ErrorCode::NONE;

  void operator()(const char*, ErrorCode& field, const FieldSpec& = {}) {
    if (found == ErrorCode::NONE) found = field;
  }
  template <class T>
  void operator()(const char*, std::vector<T>& field, const FieldSpec& = {}) {
    if constexpr (requires(T t) { t.describe(*this); }) {
      for (T& element : field) element.describe(*this);
    }
  }
  template <class F>
  void operator()(const char*, F&, const FieldSpec& = {}) {}
};

/// "c1-7f3a": the client's id and the beginning of the UUID behind it.
std::string member_label(const std::string& member_id);
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
