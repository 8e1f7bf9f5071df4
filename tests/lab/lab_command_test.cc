// Goal: the command line's contract - outputs, exit codes, one clear line for bad input - and
// progress that survives between runs. Method: lab_command with streams and a folder of its own.
#include "viewer/cli/lab_command.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/catch.h"
#include "viewer/lab/progress.h"

using namespace kscope;
namespace fs = std::filesystem;

namespace {

class Terminal {
 public:
  Terminal() : folder_(fs::path(KSCOPE_BINARY_DIR) / "lab_command_test") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  int run(const std::vector<std::string>& arguments, const std::string& typed = "") {
    std::istringstream in(typed);
    out.str("");
    err.str("");
    return cli::lab_command(arguments, {in, out, err, KSCOPE_SOURCE_DIR "/labs", progress_file()});
  }
  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  std::string progress_file() const { return (folder_ / "state/progress.json").string(); }
  std::string folder(const std::string& name) const { return (folder_ / name).string(); }
  std::ostringstream out, err;

 private:
  fs::path folder_;
};

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("lab list --json lists what a catalogue needs") {
  Terminal t;
  REQUIRE(t.run({"list", "--json"}) == 0);
  const auto json = nlohmann::json::parse(t.out.str());
  REQUIRE(json.size() >= 2);
  CHECK(json[0]["id"] == "01-watermarks");
  for (const char* member : {"title", "chapter"}) CHECK(json[0][member].is_string());
  CHECK(json[0]["minutes"].is_number_integer());
  CHECK(json[0]["objectives"].size() >= 1);
}

TEST_CASE("a word that is no subcommand is named, with what there is") {
  Terminal t;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"nope"}, {"nope", "--json"}, {"--language", "en", "nope"}}) {
    CHECK(t.run(words) == 1);
    CHECK(t.out.str().empty());
    CHECK(lines_in(t.err.str()) == 1);
    CHECK(t.err.str().find("there is no \"lab nope\"; there are lab list") != std::string::npos);
  }
}

TEST_CASE("lab run --json prints one object and nothing else") {
  Terminal t;
  REQUIRE(t.run({"run", "watermarks", "--answers", "best", "--json"}) == 0);
  const auto json = nlohmann::json::parse(t.out.str());
  CHECK(json["passed"] == true);
  CHECK(json["score"] == json["max_score"]);
  REQUIRE(t.run({"run", "watermarks", "--answers", "worst", "--json"}) == 0);
  CHECK(nlohmann::json::parse(t.out.str())["passed"] == false);
}

TEST_CASE("bad input is one line that names the thing, and exit code 1") {
  Terminal t;
  const std::vector<std::vector<std::string>> bad = {
      {"run", "no-such-lab"},
      {"run", "01", "--answers", "no-such-file.json"},
      {"run", "01", "--answers", t.file("a.json", "{\"predictions\": {\"nobody\": \"x\"}}")},
      {"run"},
      {"nonsense"},
      {},
      {"list", "--labs", "/no/such/folder"},
      {"check", "no-such-lab"}};
  for (const auto& arguments : bad) {
    INFO((arguments.empty() ? "nothing" : arguments.back()));
    CHECK(t.run(arguments) == 1);
    CHECK(lines_in(t.err.str()) == 1);
    CHECK(t.out.str().empty());
  }
}

TEST_CASE("lab new writes a lab that validates and plays, and never overwrites one") {
  Terminal t;
  REQUIRE(t.run({"new", t.folder("mine")}) == 0);
  CHECK(t.run({"check", t.folder("mine")}) == 0);
  REQUIRE(t.run({"run", t.folder("mine"), "--answers", "best", "--json"}) == 0);
  CHECK(nlohmann::json::parse(t.out.str())["passed"] == true);
  CHECK(t.run({"new", t.folder("mine")}) == 1);
  CHECK(t.err.str().find("is there already") != std::string::npos);
}

TEST_CASE("a person at the terminal is asked, may take hints, and may be shown") {
  Terminal t;
  REQUIRE(t.run({"new", t.folder("mine")}) == 0);
  const std::string typed = "hint\n9\n2\nsend p1 orders-0 cuont=2\n\nsend p1 orders-0 count=2\n\n";
  REQUIRE(t.run({"run", t.folder("mine")}, typed) == 0);
  CHECK(t.out.str().find("What does the word") != std::string::npos);
  CHECK(t.out.str().find("Please answer with 1 to 2") != std::string::npos);
  CHECK(t.out.str().find("refused: send p1") != std::string::npos);
  CHECK(t.out.str().find("mine: 4 of 4 points, passed") != std::string::npos);
  REQUIRE(t.run({"run", t.folder("mine")}, "1\nshow\n") == 0);
  CHECK(t.out.str().find("mine: 0 of 4 points, not passed") != std::string::npos);
  REQUIRE(t.run({"run", t.folder("mine")}, "") == 0);  // nobody there
}

TEST_CASE("progress is remembered, the best run counts, and machines make no progress") {
  Terminal t;
  REQUIRE(t.run({"new", t.folder("mine")}) == 0);
  REQUIRE(t.run({"run", t.folder("mine"), "--answers", "best"}) == 0);
  CHECK_FALSE(fs::exists(t.progress_file()));
  REQUIRE(t.run({"run", t.folder("mine")}, "2\nsend p1 orders-0 count=2\n\n") == 0);
  REQUIRE(t.run({"run", t.folder("mine")}, "1\nshow\n") == 0);
  const lab::Progress progress = lab::Progress::load(t.progress_file());
  REQUIRE(progress.of("mine") != nullptr);
  CHECK(progress.of("mine")->runs == 2);
  CHECK(progress.of("mine")->passed);
  CHECK(progress.of("mine")->best_score == 4);
}

TEST_CASE("a damaged progress file is kept aside and nothing else stops working") {
  Terminal t;
  fs::create_directories(fs::path(t.progress_file()).parent_path());
  std::ofstream(t.progress_file()) << "{\"labs\": 3";
  CHECK(t.run({"list"}) == 0);
  CHECK(t.err.str().find("progress starts anew") != std::string::npos);
  CHECK(fs::exists(t.progress_file() + ".broken"));
  CHECK(t.run({"list"}) == 0);
  CHECK(t.err.str().empty());
}
