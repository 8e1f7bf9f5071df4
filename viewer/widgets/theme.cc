#include "viewer/widgets/theme.h"

#include <array>

namespace kscope::viewer {

Color faded(Color color, float alpha) {
  const float a = static_cast<float>((color >> IM_COL32_A_SHIFT) & 0xff) * alpha;
  return (color & ~IM_COL32_A_MASK) | (static_cast<Color>(a + 0.5f) << IM_COL32_A_SHIFT);
}

Color mixed(Color a, Color b, float share) {
  Color out = 0;
  for (int shift = 0; shift < 32; shift += 8) {
    const float x = static_cast<float>((a >> shift) & 0xff);
    const float y = static_cast<float>((b >> shift) & 0xff);
    out |= static_cast<Color>(x + (y - x) * share + 0.5f) << shift;
  }
  return out;
}

namespace theme {

Color tone(Tone tone) {
  switch (tone) {
    case Tone::Neutral:
      return kDim;
    case Tone::Good:
      return kGood;
    case Tone::Lead:
      return kLead;
    case Tone::Busy:
      return rgb(0x6ea8ff);
    case Tone::Warn:
      return kWarn;
    case Tone::Bad:
      return kBad;
    case Tone::Accent:
      return kAccent;
    case Tone::Special:
      return kSpecial;
  }
  return kText;
}

Color api(ApiFamily family) {
  switch (family) {
    case ApiFamily::Data:
      return kProducer;
    case ApiFamily::Replication:
      return rgb(0x63b3ff);
    case ApiFamily::Quorum:
      return kWarn;
    case ApiFamily::Control:
      return kSpecial;
    case ApiFamily::Group:
      return rgb(0x2fd6c0);
    case ApiFamily::Lookup:
      return rgb(0x9fb6c9);
  }
  return kText;
}

Color epoch(std::int32_t epoch) {
  static constexpr std::array<Color, 6> kHues{rgb(0x3d74b8), rgb(0xb97a16), rgb(0x23926b),
                                              rgb(0xa8568c), rgb(0x7a66c2), rgb(0x8a8420)};
  if (epoch < 0) return kBorder;
  return kHues[static_cast<std::size_t>(epoch) % kHues.size()];
}

}  // namespace theme

}  // namespace kscope::viewer
