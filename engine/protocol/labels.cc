#include "engine/protocol/labels.h"

#include "engine/protocol/frame.h"
#include "engine/protocol/label_text.h"
#include "engine/protocol/registry.h"

namespace kscope::protocol {

std::string frame_label(const Blob& frame, bool is_response, ApiKey api, std::int16_t version) {
  if (find_api(api) == nullptr) return std::string(to_string(api)) + " ?";
  if (is_response) {
    const auto parsed = parse_response(frame, api, version);
    if (parsed.ok()) return response_label(api, version, parsed->body);
  } else {
    const auto parsed = parse_request(frame);
    if (parsed.ok()) return request_label(parsed->header.api, parsed->header.version, parsed->body);
  }
  return std::string(to_string(api)) + " ?";
}

}  // namespace kscope::protocol
