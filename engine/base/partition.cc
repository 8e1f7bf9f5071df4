#include "engine/base/partition.h"

#include "engine/base/check.h"

namespace kscope {
namespace {

constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::size_t kUuidCharacters = 22;  // 128 bits in groups of 6, no padding

}  // namespace

std::string Uuid::str() const {
  std::string text;
  text.reserve(kUuidCharacters);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const std::uint8_t byte : bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text.push_back(kBase64Url[(buffer >> bits) & 63]);
    }
  }
  text.push_back(kBase64Url[(buffer << (6 - bits)) & 63]);
  return text;
}

bool Uuid::parse(std::string_view text, Uuid* out) {
  while (text.size() > kUuidCharacters && text.back() == '=') text.remove_suffix(1);
  if (text.size() != kUuidCharacters) return false;
  Uuid id;
  std::uint32_t buffer = 0;
  int bits = 0;
  std::size_t at = 0;
  for (const char c : text) {
    const std::size_t digit = kBase64Url.find(c);
    if (digit == std::string_view::npos) return false;
    buffer = (buffer << 6) | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      id.bytes[at++] = static_cast<std::uint8_t>(buffer >> bits);
    }
  }
  // The last character carries four bits of nothing; other values would be second spellings.
  if ((buffer & ((1u << bits) - 1)) != 0) return false;
  *out = id;
  return true;
}

NameRef NameTable::intern(std::string_view name) {
  const auto found = index_.find(name);
  if (found != index_.end()) return NameRef(found->second);
  const auto ref = static_cast<std::uint32_t>(names_.size());
  names_.emplace_back(name);
  index_.emplace(std::string(name), ref);
  return NameRef(ref);
}

const std::string& NameTable::name(NameRef ref) const {
  KCHECK(ref.value() < names_.size());
  return names_[ref.value()];
}

NodeList::NodeList(const std::vector<NodeId>& nodes) {
  for (const NodeId node : nodes) add(node);
}

NodeList::NodeList(const std::vector<std::int32_t>& nodes) {
  for (const std::int32_t node : nodes) add(NodeId(node));
}

bool NodeList::contains(NodeId node) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (ids_[i] == node.value()) return true;
  }
  return false;
}

void NodeList::add(NodeId node) {
  KCHECK(count_ < kMax);
  KCHECK(node.value() >= INT16_MIN && node.value() <= INT16_MAX);
  ids_[count_++] = static_cast<std::int16_t>(node.value());
}

std::vector<NodeId> NodeList::nodes() const {
  std::vector<NodeId> out;
  out.reserve(count_);
  for (std::size_t i = 0; i < count_; ++i) out.push_back(NodeId(ids_[i]));
  return out;
}

std::string NodeList::str() const {
  std::string text = "{";
  for (std::size_t i = 0; i < count_; ++i) {
    if (i > 0) text += ',';
    text += std::to_string(ids_[i]);
  }
  return text + "}";
}

}  // namespace kscope
