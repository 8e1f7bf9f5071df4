// Goal: labs are driven by the engine and graded fairly: the best student gets everything, the
// worst nothing, and the library's labs tell the truth whatever the luck of the cluster.
// Method: whole labs, played on the simulator.
#include <sstream>

#include "tests/catch.h"
#include "viewer/lab/lab_format.h"
#include "viewer/lab/lab_library.h"
#include "viewer/lab/lab_runner.h"
#include "viewer/lab/lab_story.h"
#include "viewer/lab/page_cache_meter.h"
#include "viewer/session/time_machine_port.h"

using namespace kscope;
using namespace kscope::lab;

namespace {

/// One lab measures the machine that it runs on. Tests do not: they are told these figures.
const Figures kMeasured = {{"write_sequential", 400}, {"write_random", 100},
                           {"random_percent", 25},    {"write_100", 90},
                           {"write_1k", 500},         {"write_16k", 2000},
                           {"write_256k", 2500},      {"batch_times", 22},
                           {"write_16k_fsync", 40},   {"fsync_percent", 2},
                           {"copy_read_write", 2000}, {"copy_mmap", 2200},
                           {"copy_sendfile", 3000},   {"sendfile_percent", 150}};

std::vector<Lab> library() {
  pretend_measured(kMeasured);
  auto loaded = load_library(KSCOPE_SOURCE_DIR "/labs");
  REQUIRE(loaded.ok());
  REQUIRE(loaded->problems.empty());
  return std::move(loaded->labs);
}

Lab starting() {
  LoadedLab loaded = parse_lab(starting_lab(), "x/lab.json", "x");
  REQUIRE(loaded.ok());
  return std::move(loaded.lab);
}

}  // namespace

TEST_CASE("the best student gets all points and the worst none, in every lab") {
  std::vector<Lab> labs = library();
  labs.push_back(starting());
  for (const Lab& lab : labs) {
    INFO(lab.id);
    AnswerSheet best = best_answers(lab), worst = worst_answers(lab);
    const LabReport good = run_lab(lab, best), bad = run_lab(lab, worst);
    CHECK(good.broken == "");
    CHECK(good.passed);
    CHECK(good.score == good.max_score);
    CHECK(bad.broken == "");
    CHECK_FALSE(bad.passed);
    CHECK(bad.score == 0);
    CHECK(good.steps.size() == lab.steps.size());
  }
}

TEST_CASE("what the labs say is true with any seed") {
  for (Lab lab : library()) {
    const std::uint64_t seeds = kSanitized ? 1 : 8;  // each a whole lab
    for (std::uint64_t seed = 100; seed < 100 + seeds; ++seed) {
      lab.seed = seed;
      INFO(lab.id << " with seed " << seed);
      AnswerSheet best = best_answers(lab);
      const LabReport report = run_lab(lab, best);
      CHECK(report.broken == "");
      for (const StepReport& step : report.steps) {
        INFO(step.id << ": " << step.detail);
        CHECK(step.passed);
      }
    }
  }
}

TEST_CASE("predictions change nothing in the run, and the truth comes from the run") {
  const Lab lab = find_lab(KSCOPE_SOURCE_DIR "/labs", "01").value();
  AnswerSheet worst = worst_answers(lab), best = best_answers(lab);
  const LabReport bad = run_lab(lab, worst), good = run_lab(lab, best);
  for (std::size_t i = 0; i < lab.steps.size(); ++i)
    CHECK(bad.steps[i].truth == good.steps[i].truth);
  CHECK(best.predictions.at("predict-hw") == "3");
}

TEST_CASE("a student who is shown one step loses its points and those of later checks") {
  Lab lab = starting();
  AnswerSheet sheet = best_answers(lab);
  sheet.actions.clear();
  const LabReport report = run_lab(lab, sheet);
  CHECK(report.steps[1].points == 2);  // the prediction was right all the same
  CHECK(report.steps[2].points == 0);
  CHECK_FALSE(report.steps[2].passed);
  CHECK(report.steps[4].passed);
  CHECK(report.steps[4].points == 0);
}

TEST_CASE("a lab whose answers do not exclude each other is called broken") {
  Lab lab = starting();
  lab.steps[1].answers[0].holds = lab.steps[1].answers[1].holds;
  AnswerSheet none;
  CHECK(run_lab(lab, none).broken ==
        "step who-gets-it: 2 of its answers are right, expected exactly one");
}

TEST_CASE("a lab that waits for something that does not come is called broken") {
  Lab lab = starting();
  lab.steps[3].goal->value = "3";
  AnswerSheet sheet = best_answers(starting());
  const LabReport report = run_lab(lab, sheet);
  CHECK(report.broken == "step acknowledged: /producers/p1/records_acked is 2, expected == 3");
  CHECK_FALSE(report.passed);
}

TEST_CASE("a check that does not hold fails the lab and says why") {
  Lab lab = starting();
  lab.steps[4].checks[0].holds.fields["to"] = "7";
  AnswerSheet sheet = best_answers(starting());
  const LabReport report = run_lab(lab, sheet);
  CHECK_FALSE(report.passed);
  CHECK(report.steps[4].detail.find("HighWatermarkAdvanced node=1 to=7 happened 0 times") !=
        std::string::npos);
}

TEST_CASE("questions about this machine are settled by what was measured, whatever that is") {
  library();
  const Lab lab = find_lab(KSCOPE_SOURCE_DIR "/labs", "09").value();
  for (const auto& [percent, id] : std::map<std::int64_t, std::string>{
           {0, "slower"}, {109, "slower"}, {110, "faster"}, {199, "faster"}, {200, "twice"}}) {
    Figures figures = kMeasured;
    figures["sendfile_percent"] = percent;
    pretend_measured(figures);
    CHECK(best_answers(lab).predictions.at("predict-copy") == id);
  }
  pretend_measured({{"write_100", 1}});
  AnswerSheet none;
  CHECK(run_lab(lab, none).broken.find("0 of its answers are right") != std::string::npos);
  pretend_measured(kMeasured);
}

TEST_CASE("a step's figures are noted when it is over, and told with bars") {
  pretend_measured(kMeasured);
  Lab lab = starting();
  lab.steps[4].figures = {{{{"en", "sequential"}}, "measured write_sequential", "MB/s"},
                          {{{"en", "random"}}, "measured write_random", "MB/s"},
                          {{{"en", "records"}}, "log 1 orders-0 records", ""},
                          {{{"en", "nothing"}}, "log 1 nowhere-0 bytes", "B"}};
  AnswerSheet sheet = best_answers(lab);
  std::ostringstream out;
  Story story(sheet, out, "en");
  run_lab(lab, story);
  CHECK(out.str().find("sequential                             400 MB/s  " +
                       std::string(30, '#')) != std::string::npos);
  CHECK(out.str().find("random                                 100 MB/s  #######\n") !=
        std::string::npos);
  CHECK(out.str().find("records                                  2") != std::string::npos);
  CHECK(out.str().find("nothing                               none B") != std::string::npos);
}

TEST_CASE("a locked answer cannot be changed") {
  LabRun run(starting());
  viewer::TimeMachinePort machine(
      std::make_unique<sim::TimeMachine>(run.lab().spec, run.lab().seed));
  REQUIRE(run.begin(machine).ok());
  CHECK_FALSE(run.lock("all").ok());  // an explanation is not a question
  run.read_on();
  run.advance(machine);
  CHECK_FALSE(run.lock("nobody").ok());
  REQUIRE(run.lock("leader").ok());
  CHECK_FALSE(run.lock("all").ok());
  CHECK(run.result(1).locked == std::size_t{0});
}

TEST_CASE("answer files are checked against the lab") {
  const Lab lab = starting();
  const auto good = parse_answers(R"({"predictions": {"who-gets-it": "all"},
                                      "actions": {"write": ["send p1 orders-0 count=2"]}})",
                                  "a.json", lab);
  REQUIRE(good.problems.empty());
  AnswerSheet sheet = good.sheet;
  CHECK(run_lab(lab, sheet).score == 4);
  const auto bad = parse_answers(R"({"predictions": {"who-gets-it": "some", "write": "x"}})",
                                 "a.json", lab);
  REQUIRE(bad.problems.size() == 2);
  CHECK(bad.problems[0] ==
        "a.json: /predictions/who-gets-it: expected one of leader, all, found \"some\"");
  CHECK(bad.problems[1] == "a.json: /predictions/write: lab x has no prediction \"write\"");
}

TEST_CASE("the report's JSON has the members that other tools rely on") {
  AnswerSheet sheet = best_answers(starting());
  const auto json = to_json(run_lab(starting(), sheet));
  CHECK(json["id"] == "x");
  CHECK(json["passed"] == true);
  CHECK(json["score"] == 4);
  CHECK(json["max_score"] == 4);
  REQUIRE(json["steps"].size() == 5);
  CHECK(json["steps"][1]["id"] == "who-gets-it");
  CHECK(json["steps"][1]["kind"] == "predict");
  CHECK(json["steps"][1]["passed"] == true);
  CHECK(json["steps"][1]["points"] == 2);
}
