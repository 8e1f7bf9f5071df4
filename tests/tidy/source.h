// Source files as the rules of the tidy test see them.
//
// Every rule looks at `code`: the text with the insides of comments and string literals blanked out
// and every line break kept, so that a forbidden word in a comment is no offence and line numbers
// stay true. What is about people's text (width, links, words) looks at `text`.
//
// Called by: main.cc and tidy_test.cc. Read next: tests/tidy/rules.h
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidy {

struct SourceFile {
  std::string path;  ///< relative to the top, '/' separated: "engine/base/bytes.h"
  std::string text;
  std::string code;
};

/// Blanks comments, string and character literals; include lines keep their file names.
std::string blank_comments_and_strings(std::string_view text);

SourceFile make_source(std::string path, std::string text);

std::vector<std::string_view> lines_of(std::string_view text);

/// All .h and .cc files below the four folders of code, sorted by path.
std::vector<SourceFile> load_sources(const std::string& root);

}  // namespace tidy
