// The rules of style that a machine can keep, so that reviews are about the rest.
//
// Each rule returns what it found; none of them changes anything. The limits are the project's:
// they were strict from the first day, because a limit that is introduced late is never met.
//
// Called by: main.cc (the whole tree) and tidy_test.cc (every rule on small samples).
// Read next: engine/LAYERS.txt
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/tidy/source.h"

namespace tidy {

inline constexpr std::size_t kMaxFileLines = 600;
inline constexpr std::size_t kMaxFunctionLines = 70;
inline constexpr std::size_t kMaxColumns = 100;

struct Problem {
  std::string path;
  std::size_t line = 0;  ///< from 1; 0 means the file as a whole
  std::string message;
};
using Problems = std::vector<Problem>;

/// For each layer of engine/LAYERS.txt the layers that it may include, itself among them.
using Layers = std::map<std::string, std::set<std::string>>;
/// Problems in the file itself are added to `problems`.
Layers parse_layers(std::string_view layers_txt, Problems& problems);

/// Includes that point upwards, out of the engine, or (viewer/model, viewer/session) to the screen.
Problems check_includes(const SourceFile& file, const Layers& layers);
/// Long files, long functions, wide lines.
Problems check_sizes(const SourceFile& file);
/// Clocks, threads, random devices, files and sockets where they do not belong; containers whose
/// order differs between machines.
Problems check_banned(const SourceFile& file);
/// A header begins with its chapter note and #pragma once.
Problems check_header(const SourceFile& file);
/// Paths of somebody's machine and notes to self, in anything that is text.
Problems check_words(const std::string& path, std::string_view text);
/// Links of a Markdown file that lead nowhere. `root` is where the tree lies.
Problems check_links(const std::string& root, const std::string& path, std::string_view text);

}  // namespace tidy
