// How long is too long. Functions are found by their braces: a '{' at namespace or class level
// whose statement has a '(' opens one. That is not a parser, but this code base is formatted by a
// machine.
#include <algorithm>
#include <regex>

#include "tests/tidy/rules.h"

namespace tidy {
namespace {

std::size_t columns(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;  // continuation bytes of UTF-8
  }));
}

bool opens_scope(const std::string& statement) {
  static const std::regex kScope("\\b(namespace|class|struct|union|enum|extern)\\b");
  return std::regex_search(statement.substr(0, statement.find('(')), kScope);
}

class FunctionFinder {
 public:
  explicit FunctionFinder(const SourceFile& file) : file_(file) {}

  Problems run() {
    for (const char c : file_.code) {
      if (c == '\n') ++line_;
      if (c == '{') {
        open();
      } else if (c == '}') {
        close();
      } else if (c == ';' && inner_ == 0) {
        statement_.clear();
      } else if (inner_ == 0) {
        if (statement_.empty()) {
          if (c == ' ' || c == '\n') continue;
          statement_line_ = line_;
        }
        statement_ += c;
      }
    }
    return std::move(problems_);
  }

 private:
  void open() {
    if (inner_ > 0 || !opens_scope(statement_)) {
      if (inner_++ == 0) is_function_ = statement_.find('(') != std::string::npos;
      return;
    }
    statement_.clear();
  }
  void close() {
    if (inner_ > 0 && --inner_ == 0 && is_function_) {
      const std::size_t length = line_ - statement_line_ + 1;
      if (length > kMaxFunctionLines) {
        problems_.push_back({file_.path, statement_line_,
                             "a function of " + std::to_string(length) + " lines (at most " +
                                 std::to_string(kMaxFunctionLines) + ")"});
      }
    }
    if (inner_ == 0) statement_.clear();
  }

  const SourceFile& file_;
  Problems problems_;
  std::string statement_;  // since the last ';' or brace, outside functions
  std::size_t line_ = 1, statement_line_ = 1;
  int inner_ = 0;  // depth of braces within the function or initialiser
  bool is_function_ = false;
};

}  // namespace

Problems check_sizes(const SourceFile& file) {
  Problems problems = FunctionFinder(file).run();
  const auto lines = lines_of(file.text);
  if (lines.size() > kMaxFileLines) {
    problems.push_back({file.path, 0, std::to_string(lines.size()) + " lines (at most " +
                                          std::to_string(kMaxFileLines) + ")"});
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t width = columns(lines[i]);
    if (width > kMaxColumns && lines[i].find("://") == std::string_view::npos) {
      problems.push_back({file.path, i + 1, std::to_string(width) + " columns (at most " +
                                                std::to_string(kMaxColumns) + ")"});
    }
  }
  return problems;
}

}  // namespace tidy
