#include "viewer/widgets/fonts.h"

#include <cmath>
#include <fstream>
#include <vector>

namespace kscope::viewer {

namespace {

bool exists(const std::string& path) { return std::ifstream(path).good(); }

std::string first_of(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (exists(path)) return path;
  }
  return {};
}

struct FaceFiles {
  std::string regular, bold, mono, mono_bold, symbols;
};

/// Debian and Ubuntu, Fedora, Arch and macOS put them in these places.
FaceFiles find_files() {
  const std::string debian = "/usr/share/fonts/truetype/", open = "/usr/share/fonts/opentype/";
  const std::string fedora = "/usr/share/fonts/", arch = "/usr/share/fonts/TTF/";
  const std::string dejavu = debian + "dejavu/";
  FaceFiles files;
  files.regular = first_of({open + "inter/Inter-Regular.otf", debian + "inter/Inter-Regular.ttf",
                            fedora + "inter/Inter-Regular.otf", dejavu + "DejaVuSans.ttf",
                            arch + "DejaVuSans.ttf", fedora + "dejavu-sans-fonts/DejaVuSans.ttf"});
  files.bold =
      first_of({open + "inter/Inter-SemiBold.otf", debian + "inter/Inter-SemiBold.ttf",
                fedora + "inter/Inter-SemiBold.otf", dejavu + "DejaVuSans-Bold.ttf",
                arch + "DejaVuSans-Bold.ttf", fedora + "dejavu-sans-fonts/DejaVuSans-Bold.ttf"});
  files.mono =
      first_of({debian + "jetbrains-mono/JetBrainsMono-Regular.ttf",
                arch + "JetBrainsMono-Regular.ttf", dejavu + "DejaVuSansMono.ttf",
                arch + "DejaVuSansMono.ttf", fedora + "dejavu-sans-mono-fonts/DejaVuSansMono.ttf"});
  files.mono_bold = first_of({debian + "jetbrains-mono/JetBrainsMono-SemiBold.ttf",
                              arch + "JetBrainsMono-SemiBold.ttf",
                              dejavu + "DejaVuSansMono-Bold.ttf", arch + "DejaVuSansMono-Bold.ttf",
                              fedora + "dejavu-sans-mono-fonts/DejaVuSansMono-Bold.ttf"});
  files.symbols = first_of({dejavu + "DejaVuSans.ttf", arch + "DejaVuSans.ttf",
                            fedora + "dejavu-sans-fonts/DejaVuSans.ttf"});
  return files;
}

// Latin, dashes, "…", arrows, "≥", the few signs that sentences use.
constexpr ImWchar kText[] = {0x20, 0x17f, 0x2010, 0x2027, 0x2190, 0x21ff, 0x2200, 0x22ff, 0};
constexpr ImWchar kSymbols[] = {0x2190, 0x21ff, 0x2200, 0x22ff, 0x25a0, 0x26ff, 0x2713, 0x2718, 0};

ImFont* add(const std::string& file, const std::string& symbols, float size) {
  ImGuiIO& io = ImGui::GetIO();
  ImFontConfig config;
  config.OversampleH = 2;
  config.OversampleV = 1;
  config.PixelSnapH = true;
  ImFont* font = io.Fonts->AddFontFromFileTTF(file.c_str(), size, &config, kText);
  if (font != nullptr && !symbols.empty()) {
    config.MergeMode = true;
    io.Fonts->AddFontFromFileTTF(symbols.c_str(), size, &config, kSymbols);
  }
  return font;
}

}  // namespace

FontSet load_fonts(float scale) {
  FontSet set;
  set.scale = scale;
  const FaceFiles files = find_files();
  ImGui::GetIO().Fonts->Clear();
  struct Row {
    Face face;
    const std::string* file;
    float size;
  };
  const Row rows[] = {
      {Face::Body, &files.regular, 15.0f},      {Face::Small, &files.regular, 13.0f},
      {Face::Bold, &files.bold, 15.0f},         {Face::Title, &files.bold, 18.0f},
      {Face::Mono, &files.mono, 14.0f},         {Face::MonoSmall, &files.mono, 12.5f},
      {Face::MonoBold, &files.mono_bold, 14.0f}};
  for (const Row& row : rows) {
    const auto at = static_cast<std::size_t>(row.face);
    set.sizes[at] = std::round(row.size * scale);
    if (!row.file->empty()) set.fonts[at] = add(*row.file, files.symbols, set.sizes[at]);
    if (set.fonts[at] != nullptr) continue;
    set.warning =
        "no TrueType fonts found (install fonts-dejavu-core or fonts-inter and "
        "fonts-jetbrains-mono); using the built-in bitmap font";
    ImFontConfig config;
    config.SizePixels = set.sizes[at];
    set.fonts[at] = ImGui::GetIO().Fonts->AddFontDefault(&config);
  }
  return set;
}

}  // namespace kscope::viewer
