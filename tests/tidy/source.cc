#include "tests/tidy/source.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tidy {
namespace {

/// Walks over C++ text once, copying code and blanking the rest.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (starts("//")) {
        blank_until(line_end());
      } else if (starts("/*")) {
        blank_until(after("*/", at_ + 2));
      } else if (starts("#include")) {
        copy_until(line_end());
      } else if (starts("R\"")) {
        raw_string();
      } else if (text_[at_] == '"') {
        literal('"');
      } else if (text_[at_] == '\'' && !digit_separator()) {
        literal('\'');
      } else {
        copy_until(at_ + 1);
      }
    }
    return std::move(out_);
  }

 private:
  bool starts(std::string_view word) const { return text_.substr(at_, word.size()) == word; }
  bool digit_separator() const {
    return at_ > 0 && std::isalnum(static_cast<unsigned char>(text_[at_ - 1])) != 0;
  }
  std::size_t line_end() const { return std::min(text_.find('\n', at_), text_.size()); }
  std::size_t after(std::string_view word, std::size_t from) const {
    const std::size_t found = text_.find(word, from);
    return found == std::string_view::npos ? text_.size() : found + word.size();
  }
  void copy_until(std::size_t end) {
    out_ += text_.substr(at_, end - at_);
    at_ = end;
  }
  void blank_until(std::size_t end) {
    for (; at_ < end; ++at_) out_ += text_[at_] == '\n' ? '\n' : ' ';
  }
  void literal(char quote) {
    out_ += quote;
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2 : 1;
    }
    ++at_;
    blank_until(std::min(end, text_.size()));
    if (at_ < text_.size()) copy_until(at_ + 1);
  }
  void raw_string() {
    const std::size_t open = text_.find('(', at_);
    if (open == std::string_view::npos) return copy_until(text_.size());
    const std::string close = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
    blank_until(after(close, open));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string blank_comments_and_strings(std::string_view text) { return Blanker(text).run(); }

SourceFile make_source(std::string path, std::string text) {
  std::string code = blank_comments_and_strings(text);
  return {std::move(path), std::move(text), std::move(code)};
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<SourceFile> load_sources(const std::string& root) {
  namespace fs = std::filesystem;
  std::vector<SourceFile> sources;
  for (const char* folder : {"engine", "viewer", "labs", "tests"}) {
    const fs::path top = fs::path(root) / folder;
    if (!fs::exists(top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(top)) {
      const std::string extension = entry.path().extension().string();
      if (!entry.is_regular_file() || (extension != ".h" && extension != ".cc")) continue;
      std::stringstream text;
      text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      const std::string path = fs::relative(entry.path(), root).generic_string();
      sources.push_back(make_source(path, text.str()));
    }
  }
  std::sort(sources.begin(), sources.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return sources;
}

}  // namespace tidy
