#include "engine/protocol/labels.h"

#include "engine/protocol/frame.h"
#include "engine/protocol/label_text.h"
#include "engine/protocol/registry.h"

namespace kscope::protocol {

std::string frame_label(const Blob& frame, bool is_response, ApiKey api, std::int16_t version) {
  if (find_api(api) == nullptr) return std::string(to_string(api)) + " ?";
  if (is_response) {
    const auto parsed = parse_response(frame, api, version);
    if (parsed.ok()) {
      const auto of_group = group_label(api, true, version, parsed->body);
      return of_group ? *of_group : response_label(api, version, parsed->body);
    }
  } else if (const auto parsed = parse_request(frame); parsed.ok()) {
    const RequestHeader& header = parsed->header;
    const auto of_group = group_label(header.api, false, header.version, parsed->body);
    return of_group ? *of_group : request_label(header.api, header.version, parsed->body);
  }
  return std::string(to_string(api)) + " ?";
}

}  // namespace kscope::protocol
