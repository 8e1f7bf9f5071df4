// TopicPattern: a regular expression over names of topics, in time linear to the name.
//
// A consumer may subscribe to all topics whose name matches a pattern, and with KIP-848 the
// coordinator does the matching for it. The pattern comes from a client, so it must not be able to
// keep the broker busy: no backtracking. It is compiled to a small automaton, and a name runs
// through all its states side by side (Thompson 1968), which is what RE2 does, too.
//
//   a . \. [a-z] [^_] \d \w \s   * + ? {2} {2,} {2,5}   (…) (?:…) |   ^ $ at the ends
//
// Differences: KIP-848 takes the syntax of RE2/J; what is more than the above (named groups, lazy
// quantifiers, flags, \p, \b) is refused as invalid. The whole name has to match.
//
// Kafka: 4.0's use of com.google.re2j.Pattern. Called by: consumer_group, consumer_heartbeat.
// Read next: coordinator/group/consumer_group.h
#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace kscope::coordinator {

class TopicPattern {
 public:
  /// Invalid, saying what is wrong and where. Also for a pattern that grows too large by {n,m}.
  static Result<TopicPattern> compile(std::string_view pattern);
  bool matches(std::string_view name) const;

 private:
  using Bytes = std::bitset<256>;
  /// Either takes one byte out of `bytes` and goes to `next`, or goes to both without one.
  struct State {
    bool takes = false;
    Bytes bytes;
    int next = -1, also = -1;
  };
  class Compiler;
  void follow(int state, std::vector<char>& seen, std::vector<int>& into) const;

  std::vector<State> states_;
  int start_ = 0, accept_ = 0;
};

}  // namespace kscope::coordinator
