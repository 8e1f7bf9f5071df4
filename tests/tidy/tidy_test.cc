// Goal: the tidy test finds what it is there to find. Method: for every rule a sample that breaks
// it and one that does not; a rule that never fires would be worse than none.
#include "tests/catch.h"
#include "tests/tidy/rules.h"

using namespace tidy;

namespace {

constexpr const char* kLayers =
    "# comment\nbase\nevent with env\nenv\nclient only base\nsim\nlive never sim\n";

Problems includes(const char* path, const char* included) {
  Problems problems;
  const Layers layers = parse_layers(kLayers, problems);
  REQUIRE(problems.empty());
  return check_includes(make_source(path, std::string("#include \"") + included + "\"\n"), layers);
}

Problems banned(const char* path, const char* line) {
  return check_banned(make_source(path, std::string(line) + "\n"));
}

std::string function_of(int lines) {
  std::string text = "namespace a {\nclass B {\n  int f(int x) const {\n";
  for (int i = 0; i < lines - 2; ++i) text += "    g({1, 2});\n";
  return text + "  }\n};\n}\n";
}

}  // namespace

TEST_CASE("an include may point down and never up") {
  CHECK(includes("engine/env/a.h", "engine/base/b.h").empty());
  CHECK(includes("engine/base/a.h", "engine/base/b.h").empty());
  CHECK(includes("engine/event/a.h", "engine/env/b.h").empty());
  CHECK(includes("engine/base/a.h", "engine/env/b.h").size() == 1);
  CHECK(includes("engine/client/a.h", "engine/base/b.h").empty());
  CHECK(includes("engine/client/a.h", "engine/event/b.h").size() == 1);
  CHECK(includes("engine/live/a.cc", "engine/sim/b.h").size() == 1);
  CHECK(includes("engine/live/a.cc", "engine/client/b.h").empty());
  CHECK(includes("engine/sim/a.cc", "viewer/model/b.h").size() == 1);
  CHECK(includes("engine/unheard_of/a.cc", "engine/base/b.h").size() == 1);
  CHECK(includes("viewer/app/a.cc", "engine/live/b.h").empty());
  CHECK(includes("viewer/model/a.cc", "imgui.h").size() == 1);
}

TEST_CASE("a word that the list of layers does not know is a problem") {
  Problems problems;
  parse_layers("base\nenv except base\n", problems);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].line == 2);
}

TEST_CASE("a function is too long from line 71 on") {
  CHECK(check_sizes(make_source("engine/a.cc", function_of(70))).empty());
  const auto problems = check_sizes(make_source("engine/a.cc", function_of(71)));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].line == 3);
}

TEST_CASE("a long table is not a function") {
  std::string table = "constexpr int kTable[] = {\n";
  for (int i = 0; i < 200; ++i) table += "  f(1),\n";
  CHECK(check_sizes(make_source("engine/a.cc", table + "};\n")).empty());
}

TEST_CASE("width is counted in characters, not in bytes") {
  std::string micro;
  for (int i = 0; i < 98; ++i) micro += "µ";
  CHECK(check_sizes(make_source("engine/a.cc", "//" + micro + "\n")).empty());
  CHECK(check_sizes(make_source("engine/a.cc", "//" + micro + "x\n")).size() == 1);
}

TEST_CASE("a file is too long from line 601 on") {
  CHECK(check_sizes(make_source("engine/a.cc", std::string(600, '\n'))).empty());
  CHECK(check_sizes(make_source("engine/a.cc", std::string(601, '\n'))).size() == 1);
}

TEST_CASE("clocks, threads, files and chance are banned where the machine must be deterministic") {
  for (const char* line : {"auto t = std::chrono::steady_clock::now();", "std::thread t(f);",
                           "std::random_device d;", "std::ifstream in(path);", "x = rand();",
                           "int fd = ::open(path, 0);", "std::unordered_map<int, int> m;",
                           "std::shared_ptr<int> p;", "assert(x);", "getenv(name);"}) {
    CAPTURE(line);
    CHECK(banned("engine/raft/a.cc", line).size() == 1);
  }
  CHECK(banned("engine/live/a.cc", "std::thread t(f);").empty());
  CHECK(banned("viewer/session/a.cc", "std::chrono::steady_clock::now();").size() == 1);
  CHECK(banned("viewer/app/a.cc", "std::chrono::steady_clock::now();").empty());
}

TEST_CASE("what only looks like a banned call is none") {
  for (const char* line : {"auto h = disk.open(path, true);", "// std::thread would be wrong here",
                           "say(\"std::thread\");", "static_assert(sizeof(x) == 1);",
                           "const char* s = R\"(steady_clock)\";", "env::Disk::open(p);",
                           "operand(x); brand(y);", "int n = 1'000; /* rand() */"}) {
    CAPTURE(line);
    CHECK(banned("engine/raft/a.cc", line).empty());
  }
}

TEST_CASE("a header has its note and its guard") {
  CHECK(check_header(make_source("engine/a.h", "// What it is.\n#pragma once\n")).empty());
  CHECK(check_header(make_source("engine/a.h", "#pragma once\n")).size() == 2);
  CHECK(check_header(make_source("engine/a.cc", "int x;\n")).empty());
}

TEST_CASE("private paths and notes to self do not belong into the tree") {
  CHECK(check_words("a.md", "see /home/me/notes\n").size() == 1);
  CHECK(check_words("a.h", "// TODO: later\n").size() == 1);
  CHECK(check_words("a.md", "a file of engine/home/page and todo lists\n").empty());
}

TEST_CASE("a link that leads nowhere is found, and code is not taken for one") {
  const std::string root = KSCOPE_SOURCE_DIR;
  CHECK(check_links(root, "docs/a.md", "[x](../LICENSE) [y](https://kafka.apache.org)\n").empty());
  CHECK(check_links(root, "docs/a.md", "[x](../LICENSE#part) [y](#here)\n").empty());
  CHECK(check_links(root, "docs/a.md", "[x](nowhere.md)\n").size() == 1);
  CHECK(check_links(root, "docs/a.md", "![x](nowhere.png \"title\")\n").size() == 1);
  CHECK(check_links(root, "docs/a.md", "```\nv[0](nowhere)\n```\n").empty());
}
