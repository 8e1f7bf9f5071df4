// Goal: a lab's file is read exactly, and whatever is wrong with it is named with file, JSON
// pointer and what was expected. Method: the starting lab, spoilt in one place at a time.
#include "viewer/lab/lab_format.h"

#include "tests/catch.h"
#include "viewer/lab/lab_library.h"

using namespace kscope;
using namespace kscope::lab;

namespace {

/// The starting lab with one piece of text replaced; REQUIREs that it is there.
std::string spoilt(const std::string& from, const std::string& to) {
  std::string text = starting_lab();
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string first_problem(const std::string& from, const std::string& to) {
  const LoadedLab loaded = parse_lab(spoilt(from, to), "x/lab.json", "x");
  REQUIRE_FALSE(loaded.ok());
  return loaded.problems[0];
}

}  // namespace

TEST_CASE("the starting lab is valid, comments included") {
  const LoadedLab loaded = parse_lab(starting_lab(), "x/lab.json", "x");
  for (const std::string& problem : loaded.problems) UNSCOPED_INFO(problem);
  REQUIRE(loaded.ok());
  CHECK(loaded.lab.steps.size() == 5);
  CHECK(loaded.lab.max_score() == 4);
  CHECK(loaded.lab.spec.brokers == 3);
  CHECK(in_language(loaded.lab.title, "zh") == "My first lab");  // English where nothing else is
}

TEST_CASE("all labs in the library are valid") {
  const auto library = load_library(KSCOPE_SOURCE_DIR "/labs");
  REQUIRE(library.ok());
  for (const std::string& problem : library->problems) UNSCOPED_INFO(problem);
  CHECK(library->problems.empty());
  CHECK(library->labs.size() >= 2);
}

TEST_CASE("broken JSON is placed by line and column") {
  const LoadedLab loaded = parse_lab("{\n  \"format\": 1,\n  oops\n}", "x/lab.json", "x");
  REQUIRE(loaded.problems.size() == 1);
  CHECK(loaded.problems[0].rfind("x/lab.json:3:", 0) == 0);
  CHECK(loaded.problems[0].find("not valid JSON") != std::string::npos);
  CHECK_FALSE(parse_lab("[]", "x", "x").ok());
  CHECK_FALSE(parse_lab("", "x", "x").ok());
}

TEST_CASE("every mistake is named with its pointer and what was expected") {
  CHECK(first_problem("\"kind\": \"explain\"", "\"kind\": \"explian\"") ==
        "x/lab.json: /steps/0/kind: expected one of explain, predict, do, inject, observe, check, "
        "found \"explian\"");
  CHECK(first_problem("\"minutes\": 10", "\"minutes\": \"ten\"") ==
        "x/lab.json: /minutes: expected a whole number from 1 to 600, found \"ten\"");
  CHECK(first_problem("{\"en\": \"My first lab\"}", "\"My first lab\"").find("/title: expected") !=
        std::string::npos);
  CHECK(first_problem("\"points\": 2", "\"ponits\": 2").find("/steps/1/ponits: nothing of that") !=
        std::string::npos);
  CHECK(
      first_problem("\"within\": \"10s\"}", "\"within\": \"soon\"}").find("expected a duration") !=
      std::string::npos);
  CHECK(first_problem("\"settled_by\": \"acknowledged\"", "\"settled_by\": \"welcome\"") ==
        "x/lab.json: /steps/1/settled_by: expected the id of a later step, found \"welcome\"");
  CHECK(first_problem("\"id\": \"write\"", "\"id\": \"welcome\"").find("has the id \"welcome\"") !=
        std::string::npos);
  CHECK(first_problem("\"format\": 1", "\"format\": 9").find("/format") != std::string::npos);
}

TEST_CASE("a screen and figures are optional, and checked like everything else") {
  CHECK(first_problem("\"minutes\": 10", "\"screen\": \"log file\", \"minutes\": 10") ==
        "x/lab.json: /screen: expected one of cluster, partition, log, retention, quorum, "
        "groups, sequence, request, metrics, config, found \"log file\"");
  const auto with_figures = [](const std::string& figure) {
    return spoilt("\"checks\": [", "\"figures\": [" + figure + "], \"checks\": [");
  };
  const std::string good =
      R"({"label": {"en": "a"}, "path": "log 1 orders-0 bytes", "unit": "B"})";
  const LoadedLab loaded = parse_lab(with_figures(good), "x/lab.json", "x");
  REQUIRE(loaded.ok());
  CHECK(loaded.lab.steps[4].figures.at(0).place == "log 1 orders-0 bytes");
  const LoadedLab bad = parse_lab(
      with_figures(R"({"label": {"en": "a"}, "path": "log 1 orders-0 size", "unit": "B"})"),
      "x/lab.json", "x");
  REQUIRE(bad.problems.size() == 1);
  CHECK(bad.problems[0].find("/steps/4/figures/0/path: \"log 1 orders-0 size\"") !=
        std::string::npos);
}

TEST_CASE("commands, events, fields and places are checked before a lab is played") {
  CHECK(first_problem("send p1 orders-0 count=2", "sned p1 orders-0").find("/steps/2/solution/0") !=
        std::string::npos);
  CHECK(first_problem("HighWatermarkAdvanced", "HighWaterAdvanced")
            .find("expected the name of an event") != std::string::npos);
  const std::string field = first_problem("\"to\": 2}}", "\"too\": 2}}");
  CHECK(field.find("HighWatermarkAdvanced has no field \"too\"; it has node") != std::string::npos);
  CHECK(first_problem("/producers/p1/records_acked", "/producer/p1/records_acked")
            .find("begins with none of") != std::string::npos);
  CHECK(first_problem("producer p1 queued", "producer p1 queue").find("/goal/path") !=
        std::string::npos);
  CHECK(first_problem("\"op\": \"==\", \"value\": 2},\n      \"within\"",
                      "\"op\": \"=\", \"value\": 2},\n      \"within\"")
            .find("expected one of ==, !=") != std::string::npos);
}

TEST_CASE("a lab of any broken shape is refused, never a crash") {
  const std::string text = starting_lab();
  for (std::size_t cut = 0; cut < text.size(); cut += 37) {
    CHECK_FALSE(parse_lab(text.substr(0, cut), "x", "x").ok());
  }
  for (const char* replacement : {"null", "[]", "{}", "17", "\"\"", "true"}) {
    for (const char* member : {"\"steps\"", "\"cluster\"", "\"setup\"", "\"answers\"", "\"checks\"",
                               "\"holds\"", "\"goal\"", "\"until\"", "\"title\"", "\"hints\""}) {
      std::string spoiled = text;
      const std::size_t at = spoiled.find(member);
      REQUIRE(at != std::string::npos);
      spoiled.insert(at + std::string(member).size(),
                     std::string(": ") + replacement + ", \"was\"");
      parse_lab(spoiled, "x", "x");  // any verdict will do
    }
  }
}

TEST_CASE("a lab is found by id, number and name; an unknown one lists what there is") {
  const std::string labs = KSCOPE_SOURCE_DIR "/labs";
  CHECK(find_lab(labs, "01-watermarks").ok());
  CHECK(find_lab(labs, "01")->id == "01-watermarks");
  CHECK(find_lab(labs, "leader-failover")->id == "02-leader-failover");
  const auto unknown = find_lab(labs, "nope");
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().message.find("01-watermarks, 02-leader-failover") != std::string::npos);
}
