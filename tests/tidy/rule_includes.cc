// Who may include whom.
#include <regex>
#include <sstream>

#include "tests/tidy/rules.h"

namespace tidy {
namespace {

/// "engine/base/bytes.h" -> "base"; empty for anything else.
std::string layer_of(const std::string& path) {
  static const std::regex kEngine("^engine/([a-z]+)/.*");
  std::smatch match;
  return std::regex_match(path, match, kEngine) ? match[1].str() : "";
}

std::string why_not(const std::string& from, const std::string& to, const Layers& layers) {
  const std::string own = layer_of(from);
  if (from.rfind("engine/", 0) == 0) {
    if (to.rfind("engine/", 0) != 0) return "the engine includes nothing outside the engine: " + to;
    const std::string other = layer_of(to);
    const auto allowed = layers.find(own);
    if (allowed == layers.end()) return "engine/" + own + " is not in engine/LAYERS.txt";
    if (allowed->second.count(other) == 0) {
      return own + " may not include " + to + " (engine/LAYERS.txt)";
    }
  }
  return "";
}

}  // namespace

Layers parse_layers(std::string_view layers_txt, Problems& problems) {
  Layers layers;
  std::set<std::string> above;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(layers_txt)) {
    ++number;
    std::istringstream words{std::string(line.substr(0, line.find('#')))};
    std::string layer, verb, word;
    if (!(words >> layer)) continue;
    words >> verb;
    std::set<std::string> named;
    while (words >> word) named.insert(word);
    above.insert(layer);
    std::set<std::string> allowed = above;
    if (verb == "with") {
      allowed.insert(named.begin(), named.end());
    } else if (verb == "only") {
      allowed = named;
      allowed.insert(layer);
    } else if (verb == "never") {
      for (const std::string& n : named) allowed.erase(n);
    } else if (!verb.empty()) {
      problems.push_back({"engine/LAYERS.txt", number, "unknown word: " + verb});
    }
    layers[layer] = allowed;
  }
  return layers;
}

Problems check_includes(const SourceFile& file, const Layers& layers) {
  static const std::regex kQuoted("^\\s*#include \"([^\"]+)\".*");
  static const std::regex kImGui("^\\s*#include [<\"](imgui|GLFW/).*");
  const bool drawn = file.path.rfind("viewer/model/", 0) != 0 &&
                     file.path.rfind("viewer/session/", 0) != 0;
  Problems problems;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(file.code)) {
    ++number;
    const std::string text(line);
    std::smatch match;
    if (std::regex_match(text, match, kQuoted)) {
      const std::string reason = why_not(file.path, match[1].str(), layers);
      if (!reason.empty()) problems.push_back({file.path, number, reason});
    }
    if (!drawn && std::regex_match(text, kImGui)) {
      problems.push_back({file.path, number, "view data and playback know nothing of the screen"});
    }
  }
  return problems;
}

}  // namespace tidy
