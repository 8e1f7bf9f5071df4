#include "engine/coordinator/group/topic_pattern.h"

#include <fmt/format.h>

#include <algorithm>

namespace kscope::coordinator {

namespace {

constexpr std::size_t kMaxStates = 10'000;
constexpr int kMaxRepeat = 1000;
constexpr int kMaxDepth = 100;

}  // namespace

/// Recursive descent over the pattern; every piece is a part of the automaton with one entry and
/// one exit.
class TopicPattern::Compiler {
 public:
  explicit Compiler(std::string_view text) : text_(text) {}

  Result<TopicPattern> run() {
    const bool is_anchored = !text_.empty() && text_.front() == '^';
    if (is_anchored) ++at_;
    const Part whole = alternatives(0);
    if (error_.empty() && at_ < text_.size()) fail("unexpected ')'");
    if (!error_.empty()) return Error{ErrorKind::Invalid, error_};
    out_.start_ = whole.in;
    out_.accept_ = whole.out;
    return std::move(out_);
  }

 private:
  struct Part {
    int in = 0, out = 0;
  };

  bool done() const { return at_ >= text_.size() || !error_.empty(); }
  char peek() const { return text_[at_]; }
  void fail(const std::string& what) {
    if (error_.empty()) error_ = fmt::format("{} at position {} of '{}'", what, at_, text_);
  }
  int state() {
    if (out_.states_.size() >= kMaxStates) {
      fail("the pattern is too large");
      return 0;
    }
    out_.states_.emplace_back();
    return static_cast<int>(out_.states_.size()) - 1;
  }
  void link(int from, int to) {
    State& s = out_.states_[static_cast<std::size_t>(from)];
    (s.next < 0 ? s.next : s.also) = to;
  }
  Part empty() {
    const int only = state();
    return {only, only};
  }
  Part one_of(const Bytes& bytes) {
    const Part part{state(), state()};
    State& s = out_.states_[static_cast<std::size_t>(part.in)];
    s.takes = true;
    s.bytes = bytes;
    s.next = part.out;
    return part;
  }

  Part alternatives(int depth) {
    if (depth > kMaxDepth) fail("too many parentheses");
    Part first = sequence(depth);
    while (!done() && peek() == '|') {
      ++at_;
      const Part second = sequence(depth);
      const Part either{state(), state()};
      link(either.in, first.in);
      link(either.in, second.in);
      link(first.out, either.out);
      link(second.out, either.out);
      first = either;
    }
    return first;
  }
  Part sequence(int depth) {
    Part all = empty();
    while (!done() && peek() != '|' && peek() != ')') {
      if (peek() == '$' && at_ + 1 == text_.size()) {
        ++at_;
        break;
      }
      const Part next = repeated(depth);
      link(all.out, next.in);
      all.out = next.out;
    }
    return all;
  }
  Part repeated(int depth) {
    const std::size_t begin = at_;
    Part part = atom(depth);
    if (done()) return part;
    int low = 1, high = 1;
    switch (peek()) {
      case '*':
        low = 0, high = -1, ++at_;
        break;
      case '+':
        low = 1, high = -1, ++at_;
        break;
      case '?':
        low = 0, high = 1, ++at_;
        break;
      case '{':
        ++at_, bounds(&low, &high);
        break;
      default:
        return part;
    }
    const std::size_t end = at_;
    if (!done() && (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{')) {
      fail("nothing to repeat");
    }
    part = copies(begin, depth, part, low, high);
    at_ = end;
    return part;
  }
  /// The atom is read again for each copy, which is simpler than copying states.
  Part copies(std::size_t begin, int depth, Part first, int low, int high) {
    Part all = empty();
    const int count = high < 0 ? std::max(low, 1) : high;
    const int end = state();
    for (int i = 0; i < count && error_.empty(); ++i) {
      if (i > 0) {
        at_ = begin;
        first = atom(depth);
      }
      const int gate = state();
      link(all.out, gate);
      link(gate, first.in);
      if (i >= low) link(gate, end);
      all.out = state();
      link(first.out, all.out);
      if (high < 0 && i + 1 == count) link(all.out, gate);
    }
    link(all.out, end);
    return {all.in, end};
  }
  void bounds(int* low, int* high) {
    *low = number();
    *high = *low;
    if (!done() && peek() == ',') {
      ++at_;
      *high = !done() && peek() == '}' ? -1 : number();
    }
    if (done() || peek() != '}') return fail("a number of repetitions is missing");
    ++at_;
    if (*high >= 0 && *high < *low) fail("the repetitions are the wrong way round");
  }
  int number() {
    int value = -1;
    while (!done() && peek() >= '0' && peek() <= '9') {
      value = std::max(value, 0) * 10 + (peek() - '0');
      ++at_;
      if (value > kMaxRepeat) fail("too many repetitions");
    }
    if (value < 0) fail("a number is missing");
    return value;
  }
  Part atom(int depth) {
    const char c = text_[at_++];
    Bytes bytes;
    switch (c) {
      case '(': {
        if (text_.substr(at_, 2) == "?:") at_ += 2;
        const Part inner = alternatives(depth + 1);
        if (done())
          fail("a ')' is missing");
        else
          ++at_;
        return inner;
      }
      case '[':
        return one_of(char_class());
      case '.':
        return one_of(Bytes().set());
      case '\\':
        return one_of(escape());
      case '*':
      case '+':
      case '?':
      case '{':
        fail("nothing to repeat");
        return empty();
      case '^':
      case '$':
        fail("an anchor within the pattern");
        return empty();
      default:
        return one_of(bytes.set(static_cast<unsigned char>(c)));
    }
  }
  static Bytes range(unsigned char from, unsigned char to) {
    Bytes bytes;
    for (unsigned i = from; i <= to; ++i) bytes.set(i);
    return bytes;
  }
  Bytes escape() {
    if (done()) {
      fail("nothing after the backslash");
      return {};
    }
    const char c = text_[at_++];
    const Bytes digits = range('0', '9');
    const Bytes word = digits | range('a', 'z') | range('A', 'Z') | range('_', '_');
    const Bytes space = range('\t', '\r') | range(' ', ' ');
    switch (c) {
      case 'd':
        return digits;
      case 'D':
        return ~digits;
      case 'w':
        return word;
      case 'W':
        return ~word;
      case 's':
        return space;
      case 'S':
        return ~space;
      default:
        break;
    }
    if ((word.test(static_cast<unsigned char>(c)) && c != '_')) fail("an unknown escape");
    return range(static_cast<unsigned char>(c), static_cast<unsigned char>(c));
  }
  Bytes char_class() {
    const bool is_negated = !done() && peek() == '^';
    if (is_negated) ++at_;
    Bytes all;
    for (bool first = true; !done() && (first || peek() != ']'); first = false) {
      unsigned char low = static_cast<unsigned char>(text_[at_++]);
      if (low == '\\') {
        const Bytes escaped = escape();
        all |= escaped;
        if (escaped.count() != 1) continue;
        low = static_cast<unsigned char>(text_[at_ - 1]);
      }
      unsigned char high = low;
      if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
        high = static_cast<unsigned char>(text_[at_ + 1]);
        at_ += 2;
        if (high < low) fail("a range is the wrong way round");
      }
      all |= range(low, high);
    }
    if (done())
      fail("a ']' is missing");
    else
      ++at_;
    return is_negated ? ~all : all;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_;
  TopicPattern out_;
};

Result<TopicPattern> TopicPattern::compile(std::string_view pattern) {
  return Compiler(pattern).run();
}

void TopicPattern::follow(int state, std::vector<char>& seen, std::vector<int>& into) const {
  std::vector<int> open{state};
  while (!open.empty()) {
    const int at = open.back();
    open.pop_back();
    if (at < 0 || seen[static_cast<std::size_t>(at)]) continue;
    seen[static_cast<std::size_t>(at)] = 1;
    into.push_back(at);
    const State& s = states_[static_cast<std::size_t>(at)];
    if (s.takes) continue;
    open.push_back(s.next);
    open.push_back(s.also);
  }
}

bool TopicPattern::matches(std::string_view name) const {
  std::vector<int> now, next;
  std::vector<char> seen(states_.size(), 0);
  follow(start_, seen, now);
  for (const char c : name) {
    next.clear();
    std::fill(seen.begin(), seen.end(), 0);
    for (const int at : now) {
      const State& s = states_[static_cast<std::size_t>(at)];
      if (s.takes && s.bytes.test(static_cast<unsigned char>(c))) follow(s.next, seen, next);
    }
    std::swap(now, next);
  }
  return std::find(now.begin(), now.end(), accept_) != now.end();
}

}  // namespace kscope::coordinator
