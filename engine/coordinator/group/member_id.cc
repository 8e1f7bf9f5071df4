#include "engine/coordinator/group/member_id.h"

namespace kscope::coordinator {

Uuid random_uuid(env::Random& random) {
  Uuid uuid;
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t bits = random.next();
    for (std::size_t i = 0; i < 8; ++i, bits >>= 8) {
      uuid.bytes[half * 8 + i] = static_cast<std::uint8_t>(bits & 0xff);
    }
  }
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0f) | 0x40);  // version 4: random
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);  // RFC 4122
  return uuid;
}

std::string random_member_uuid(env::Random& random) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const Uuid uuid = random_uuid(random);
  std::string text;
  for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[uuid.bytes[i] >> 4];
    text += kDigits[uuid.bytes[i] & 0x0f];
  }
  return text;
}

}  // namespace kscope::coordinator
