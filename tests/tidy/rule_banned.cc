// What the deterministic part of the program must not touch. The same seed has to give the same
// events on every machine; each line of this table is a way in which that once broke somewhere.
#include <regex>

#include "tests/tidy/rules.h"

namespace tidy {
namespace {

struct Ban {
  const char* pattern;
  const char* reason;
  /// Where it holds: every path that begins with one of these…
  std::vector<const char*> where;
  /// …but not with one of these.
  std::vector<const char*> except;
};

const std::vector<Ban>& bans() {
  static const std::vector<Ban> kBans = {
      {R"(\b(system_clock|steady_clock|high_resolution_clock|gettimeofday|clock_gettime)\b)",
       "reads the machine's clock: time comes in through env::Clock",
       {"engine/", "viewer/model/", "viewer/session/", "viewer/panels/", "viewer/widgets/"},
       {"engine/live/"}},
      {R"(\b(random_device|mt19937|default_random_engine|srand)\b|\bs?rand\()",
       "chance comes in through env::RandomSet, or from a seed",
       {"engine/", "viewer/"},
       {"engine/live/"}},
      {R"(\bstd::(thread|jthread|async|mutex|shared_mutex|condition_variable|atomic)\b|sleep_for)",
       "one thread, one queue: threads live in engine/live",
       {"engine/", "viewer/model/", "viewer/session/", "viewer/panels/", "viewer/widgets/"},
       {"engine/live/"}},
      {R"(\b(fopen|freopen|ifstream|ofstream|fstream)\b|\bstd::filesystem\b)"
       R"(|(^|[^\w>:])::(open|read|write|close|socket|connect|fsync)\()",
       "files and sockets come in through env::Disk and env::Network",
       {"engine/"},
       {"engine/live/"}},
      {R"(\bstd::(cout|cerr|clog)\b|\bprintf\(|\bgetenv\()",
       "the engine neither prints nor asks the environment: it emits events",
       {"engine/"},
       {"engine/live/"}},
      {R"(\bunordered_(map|set|multimap|multiset)\b)",
       "its order differs between machines: take std::map or a sorted vector",
       {"engine/"},
       {"engine/live/"}},
      {R"(\bstd::shared_ptr\b|\bstd::make_shared\b)",
       "state is plain values: sharing is for Blob and CowVector alone",
       {"engine/"},
       {"engine/base/bytes.h", "engine/base/cow_vector.h", "engine/live/"}},
      {R"((^|[^_\w])assert\()", "use KCHECK: it stays on in every build", {"engine/"}, {}},
  };
  return kBans;
}

bool begins_with_one_of(const std::string& path, const std::vector<const char*>& prefixes) {
  for (const char* prefix : prefixes) {
    if (path.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

}  // namespace

Problems check_banned(const SourceFile& file) {
  static const std::vector<std::regex> kPatterns = [] {
    std::vector<std::regex> patterns;
    for (const Ban& ban : bans()) patterns.emplace_back(ban.pattern);
    return patterns;
  }();
  Problems problems;
  for (std::size_t b = 0; b < bans().size(); ++b) {
    const Ban& ban = bans()[b];
    if (!begins_with_one_of(file.path, ban.where)) continue;
    if (begins_with_one_of(file.path, ban.except)) continue;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(file.code)) {
      ++number;
      std::cmatch match;
      if (std::regex_search(line.data(), line.data() + line.size(), match, kPatterns[b])) {
        problems.push_back({file.path, number, "\"" + match[0].str() + "\" " + ban.reason});
      }
    }
  }
  return problems;
}

}  // namespace tidy
