#include "engine/protocol/walk.h"

#include "engine/protocol/registry.h"
#include "engine/protocol/span_trace.h"

namespace kscope::protocol {
namespace {

/// Reads a header field by field and notes each.
class HeaderWalk {
 public:
  HeaderWalk(ByteView frame, std::vector<FieldSpan>& out) : frame_(frame), in_(frame), out_(out) {}

  bool ok() const { return in_.ok(); }
  std::size_t position() const { return in_.position(); }
  std::int32_t i32(const char* name) {
    const std::size_t begin = in_.position();
    const std::int32_t v = in_.i32();
    return row(name, std::to_string(v), begin), v;
  }
  std::int16_t i16(const char* name) {
    const std::size_t begin = in_.position();
    const std::int16_t v = in_.i16();
    return row(name, std::to_string(v), begin), v;
  }
  void client_id() {
    const std::size_t begin = in_.position();
    const std::int16_t length = in_.i16();
    if (length < -1) in_.fail();
    if (length < 0) return row("ClientId", "null", begin);
    const ByteView text = in_.take(static_cast<std::size_t>(length));
    row("ClientId", quoted(text_of(text)), begin);
  }
  void tags() {
    const std::size_t begin = in_.position();
    const std::uint32_t count = in_.unsigned_varint();
    for (std::uint32_t i = 0; i < count && in_.ok(); ++i) {
      in_.unsigned_varint();
      in_.skip(in_.unsigned_varint());
    }
    row("TaggedFields", count == 0 ? "none" : std::to_string(count), begin);
  }
  void append(std::string text) { out_.back().value += std::move(text); }
  void unreadable(std::string why) {
    out_.push_back({"unreadable", std::move(why), in_.position(), frame_.size(), 0, false});
  }

 private:
  void row(const char* name, std::string value, std::size_t begin) {
    if (in_.ok()) out_.push_back({name, std::move(value), begin, in_.position(), 0, false});
  }

  ByteView frame_;
  ByteReader in_;
  std::vector<FieldSpan>& out_;
};

void walk_size(HeaderWalk& walk, std::size_t frame_size) {
  const std::int32_t size = walk.i32("Size");
  if (!walk.ok()) return;
  walk.append(" bytes follow");
  if (static_cast<std::size_t>(size) + 4 != frame_size) {
    walk.append(" (really: " + std::to_string(frame_size - 4) + ')');
  }
}

}  // namespace

std::vector<FieldSpan> walk_frame(ByteView frame, bool is_response, ApiKey key,
                                  std::int16_t version) {
  std::vector<FieldSpan> out;
  HeaderWalk walk(frame, out);
  walk_size(walk, frame.size());
  if (!is_response) {
    key = static_cast<ApiKey>(walk.i16("RequestApiKey"));
    if (walk.ok()) walk.append(std::string(" ") + to_string(key));
    version = walk.i16("RequestApiVersion");
  }
  walk.i32("CorrelationId");
  if (!is_response) walk.client_id();
  const ApiEntry* api = find_api(key);
  if (walk.ok() && api == nullptr) return walk.unreadable("unknown API key"), out;
  if (walk.ok() && (is_response ? api->response_header_version(version) >= 1
                                : api->request_header_version(version) >= 2)) {
    walk.tags();
  }
  if (!walk.ok()) return walk.unreadable("the frame ends inside its header"), out;
  const auto walk_body = is_response ? api->walk_response : api->walk_request;
  walk_body(frame.subspan(walk.position()), version, walk.position(), 0, out);
  return out;
}

}  // namespace kscope::protocol
