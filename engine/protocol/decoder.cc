#include "engine/protocol/decoder.h"

#include "engine/protocol/encoder.h"

namespace kscope::protocol {

void DecodeFailure::blame(const char* name, std::size_t begin) {
  if (path_.empty()) at_ = begin;
  const char* joint = path_.empty() || path_.front() == '[' ? "" : ".";
  path_ = name + (joint + path_);
}

void DecodeFailure::blame_index(std::size_t index) {
  const char* joint = path_.empty() ? "" : ".";
  path_ = '[' + std::to_string(index) + ']' + joint + path_;
}

Error DecodeFailure::error(const char* message, std::int16_t version,
                           std::size_t body_size) const {
  const std::string where = std::string(message) + " v" + std::to_string(version) + ": " + path_ +
                            " at byte " + std::to_string(at_);
  if (!reason_.empty()) return {ErrorKind::Corrupt, where + " " + reason_};
  return {ErrorKind::Truncated,
          where + " cannot be read: the body ends after " + std::to_string(body_size) + " bytes"};
}

void value_does_not_fit(const char* field, std::int16_t version) {
  const std::string what = std::string("field ") + field + " has a value that version " +
                           std::to_string(version) + " of its message cannot carry";
  check_failed(what.c_str(), __FILE__, __LINE__);
}

}  // namespace kscope::protocol
