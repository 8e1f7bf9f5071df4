#include "engine/base/bytes.h"

namespace kscope {

std::string hex(ByteView bytes, std::size_t limit) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const std::size_t shown = std::min(bytes.size(), limit);
  std::string text;
  text.reserve(shown * 3 + 4);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += ' ';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  if (shown < bytes.size()) text += shown > 0 ? " …" : "…";
  return text;
}

}  // namespace kscope
