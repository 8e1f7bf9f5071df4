// Theme: the colours and what they mean.
//
// Leader epochs walk through six hues of the Okabe-Ito kind, which differ for colour-blind eyes
// too; cyan-blue belongs to the user interface and is never an epoch; red, amber and green say bad,
// careful and good and always stand beside a word that says the same.
//
// Called by: everything that draws. Read next: widgets/canvas.h
#pragma once

#include <imgui.h>

#include "viewer/model/cluster_view.h"
#include "viewer/model/words.h"

namespace kscope::viewer {

using Color = ImU32;

constexpr Color rgb(std::uint32_t hex, int alpha = 255) {
  return IM_COL32((hex >> 16) & 0xff, (hex >> 8) & 0xff, hex & 0xff, alpha);
}
/// The same colour, `alpha` of 0..1 as opaque as it was.
Color faded(Color color, float alpha);
/// Between the two: 0 is `a`, 1 is `b`.
Color mixed(Color a, Color b, float share);

namespace theme {

inline constexpr Color kBackground = rgb(0x0e1318);
inline constexpr Color kPanel = rgb(0x151b22);
inline constexpr Color kCard = rgb(0x19212a);
inline constexpr Color kRaised = rgb(0x212b36);
inline constexpr Color kBorder = rgb(0x2d3946);
inline constexpr Color kGrid = rgb(0x232d38);
inline constexpr Color kText = rgb(0xe8eef4);
inline constexpr Color kDim = rgb(0x9aa7b4);
inline constexpr Color kFaint = rgb(0x6d7a88);
inline constexpr Color kAccent = rgb(0x4cc2ff);
inline constexpr Color kAccentInk = rgb(0x06202f);  ///< text on accent
inline constexpr Color kSelection = rgb(0x1d3a4c);
inline constexpr Color kGood = rgb(0x3ecf9a);
inline constexpr Color kWarn = rgb(0xf2a93b);
inline constexpr Color kBad = rgb(0xf0524f);
inline constexpr Color kLead = rgb(0xffd43b);
inline constexpr Color kSpecial = rgb(0xb08cff);
inline constexpr Color kWatermark = rgb(0x2fe0c5);
inline constexpr Color kProducer = rgb(0xf27bb5);

Color tone(Tone tone);
Color api(ApiFamily family);
/// Fill of a committed cell; `epoch` walks through the hues.
Color epoch(std::int32_t epoch);

}  // namespace theme

}  // namespace kscope::viewer
