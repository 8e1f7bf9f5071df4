#include "viewer/cli/lab_command.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "viewer/lab/lab_library.h"
#include "viewer/lab/lab_story.h"
#include "viewer/lab/progress.h"

namespace kscope::cli {

namespace {

constexpr int kDone = 0, kBadInput = 1, kBrokenLab = 2;

struct LabOptions {
  std::string labs;
  std::string id;
  std::string answers;
  std::string directory;
  std::string language = "en";
  bool json = false;
};

int complain_to(const LabEnvironment& environment, const std::string& what) {
  environment.err << "kafkascope lab: " << what << "\n";
  return kBadInput;
}

std::string progress_mark(const lab::LabProgress* progress) {
  if (progress == nullptr) return "";
  return fmt::format("{} {}/{}", progress->passed ? "passed" : "tried", progress->best_score,
                     progress->max_score);
}

int list_labs(const LabOptions& options, const LabEnvironment& environment) {
  const auto library = lab::load_library(options.labs);
  if (!library.ok()) return complain_to(environment, library.error().message);
  const lab::Progress progress = lab::Progress::load(environment.progress_file);
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const lab::Lab& entry : library->labs) {
    const std::string& title = lab::in_language(entry.title, options.language);
    if (options.json) {
      json.push_back({{"id", entry.id},
                      {"title", title},
                      {"chapter", entry.chapter},
                      {"minutes", entry.minutes},
                      {"objectives", lab::in_language(entry.objectives, options.language)}});
      continue;
    }
    environment.out << fmt::format("{:<22} {:>3} min  {:<14} {}\n", entry.id, entry.minutes,
                                   progress_mark(progress.of(entry.id)), title);
  }
  if (options.json) environment.out << json.dump(2) << "\n";
  if (!progress.warning().empty()) environment.err << progress.warning() << "\n";
  for (const std::string& problem : library->problems) environment.err << problem << "\n";
  return library->problems.empty() ? kDone : kBadInput;
}

/// A lab by its id, or a folder that holds one.
Result<lab::Lab> lab_by_id_or_folder(const LabOptions& options) {
  std::error_code failed;
  const std::filesystem::path folder(options.id);
  if (std::filesystem::exists(folder / "lab.json", failed)) {
    const std::filesystem::path whole = std::filesystem::weakly_canonical(folder, failed);
    return lab::find_lab(whole.parent_path().string(), whole.filename().string());
  }
  return lab::find_lab(options.labs, options.id);
}

Result<lab::AnswerSheet> answers_for(const lab::Lab& lab, const std::string& from) {
  if (from == "best") return lab::best_answers(lab);
  if (from == "worst") return lab::worst_answers(lab);
  const auto text = lab::read_text_file(from);
  if (!text) {
    return Error{ErrorKind::NotFound,
                 fmt::format("--answers {}: no such file (best and worst are known, too)", from)};
  }
  auto loaded = lab::parse_answers(*text, from, lab);
  if (!loaded.problems.empty()) return Error{ErrorKind::Invalid, loaded.problems[0]};
  return std::move(loaded.sheet);
}

lab::LabProgress progress_of(const lab::LabReport& report) {
  lab::LabProgress entry;
  entry.passed = report.passed;
  entry.best_score = report.score;
  entry.max_score = report.max_score;
  entry.steps_total = static_cast<std::int32_t>(report.steps.size());
  for (const lab::StepReport& step : report.steps) entry.steps_passed += step.passed ? 1 : 0;
  return entry;
}

void remember(const lab::LabReport& report, const LabEnvironment& environment) {
  lab::Progress progress = lab::Progress::load(environment.progress_file);
  if (!progress.warning().empty()) environment.err << progress.warning() << "\n";
  progress.record(report.id, progress_of(report));
  if (const auto saved = progress.save(); !saved.ok()) {
    environment.err << "kafkascope lab: progress is not remembered: " << saved.error().message
                    << "\n";
  }
}

int run_one(const LabOptions& options, const LabEnvironment& environment) {
  const auto found = lab_by_id_or_folder(options);
  if (!found.ok()) return complain_to(environment, found.error().message);
  lab::AnswerSheet sheet;
  if (!options.answers.empty()) {
    auto answers = answers_for(*found, options.answers);
    if (!answers.ok()) return complain_to(environment, answers.error().message);
    sheet = std::move(*answers);
  }
  std::ostream silence(nullptr);
  std::ostream& story_out = options.json ? silence : environment.out;
  lab::Person person(environment.in, story_out, options.language);
  lab::Student& student = options.answers.empty() ? static_cast<lab::Student&>(person) : sheet;
  lab::Story story(student, story_out, options.language);
  lab::tell_title(*found, options.language, story_out);
  const lab::LabReport report = lab::run_lab(*found, story);
  lab::tell_report(report, story_out);
  if (options.json) environment.out << lab::to_json(report).dump(2) << "\n";
  // The best and the worst student are machines: what they know is nobody's progress.
  if (options.answers != "best" && options.answers != "worst") remember(report, environment);
  if (report.broken.empty()) return kDone;
  environment.err << "kafkascope lab: " << found->file << ": the lab failed: " << report.broken
                  << "\n";
  return kBrokenLab;
}

int check_one(const LabOptions& options, const LabEnvironment& environment) {
  const auto found = lab_by_id_or_folder(options);
  if (!found.ok()) return complain_to(environment, found.error().message);
  environment.out << fmt::format("{}: {} steps, {} points, no problems\n", found->file,
                                 found->steps.size(), found->max_score());
  return kDone;
}

int begin_new(const LabOptions& options, const LabEnvironment& environment) {
  const auto written = lab::write_starting_lab(options.directory);
  if (!written.ok()) return complain_to(environment, written.error().message);
  environment.out << fmt::format("{} is a lab; try it:\n  ./kafkascope lab run {} --answers best\n",
                                 *written, options.directory);
  return kDone;
}

std::string no_such_command(const std::string& word) {
  return fmt::format(
      "there is no \"lab {}\"; there are lab list, lab run ID, lab check ID and lab new DIR (to "
      "play "
      "a lab: lab run {})",
      word, word);
}

}  // namespace

std::string default_labs_directory() {
  std::error_code failed;
  if (std::filesystem::is_directory("labs", failed)) return "labs";
#ifdef KSCOPE_SOURCE_DIR
  return KSCOPE_SOURCE_DIR "/labs";
#else
  return "labs";
#endif
}

int lab_command(const std::vector<std::string>& arguments, const LabEnvironment& environment) {
  LabOptions options;
  options.labs = environment.labs_directory;
  CLI::App app("Labs: lessons that are played and graded", "kafkascope lab");
  app.require_subcommand(1);
  app.add_option("--labs", options.labs, "The folder of labs")->capture_default_str();
  app.add_option("--language", options.language, "Language of the texts")->capture_default_str();
  CLI::App* list = app.add_subcommand("list", "List the labs");
  list->add_flag("--json", options.json, "As JSON");
  CLI::App* run = app.add_subcommand("run", "Play a lab in the terminal and grade it");
  run->add_option("ID", options.id, "A lab's id, number or name, or its folder")->required();
  run->add_option("--answers", options.answers, "FILE, or what the best or worst would answer")
      ->type_name("FILE|best|worst");
  run->add_flag("--json", options.json, "Only the grades, as JSON");
  CLI::App* check = app.add_subcommand("check", "Say what is wrong with a lab's file");
  check->add_option("ID", options.id, "A lab's id or its folder")->required();
  CLI::App* fresh = app.add_subcommand("new", "Write a commented lab to start from");
  fresh->add_option("DIR", options.directory, "A folder for it")->required();
  for (CLI::App* sub : {list, run, check, fresh}) sub->fallthrough();
  try {
    // CLI11 takes arguments from the back.
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp& help) {
    environment.out << (app.get_subcommands().empty() ? app.help()
                                                      : app.get_subcommands()[0]->help());
    return kDone;
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> unknown = app.remaining();
    if (app.get_subcommands().empty() && !unknown.empty()) {
      return complain_to(environment, no_such_command(unknown.front()));
    }
    return complain_to(environment, std::string(error.what()) + " (--help shows what there is)");
  }
  if (list->parsed()) return list_labs(options, environment);
  if (run->parsed()) return run_one(options, environment);
  if (check->parsed()) return check_one(options, environment);
  return begin_new(options, environment);
}

}  // namespace kscope::cli
