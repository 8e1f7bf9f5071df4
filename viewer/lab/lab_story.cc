#include "viewer/lab/lab_story.h"

#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "engine/event/render.h"

namespace kscope::lab {

namespace {

constexpr const char* kIndent = "   ";
/// A restart or an election is a handful of these; more than that is a story of its own.
constexpr int kMaxEventsTold = 12;

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == text.npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

}  // namespace

std::string wrapped(const std::string& text, const std::string& indent, std::size_t width) {
  std::string out, current;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    current = indent;
    for (std::string word; words >> word;) {
      if (current.size() > indent.size() && current.size() + 1 + word.size() > width) {
        out += current + "\n";
        current = indent;
      }
      current += (current.size() > indent.size() ? " " : "") + word;
    }
    out += (current == indent ? "" : current) + "\n";
  }
  return out;
}

// ---- a person at a terminal -------------------------------------------------------------------

std::optional<std::string> Person::line(const std::string& prompt) {
  out_ << prompt << std::flush;
  std::string text;
  if (!std::getline(in_, text)) return std::nullopt;
  return trimmed(text);
}

bool Person::tell_hint(const std::string& line, const Step& step, std::size_t* next_hint) {
  if (line != "hint" && line != "?") return false;
  if (*next_hint < step.hints.size()) {
    out_ << wrapped("Hint: " + in_language(step.hints[(*next_hint)++], language_), kIndent);
  } else {
    out_ << kIndent << "There are no more hints.\n";
  }
  return true;
}

std::optional<std::string> Person::predict(const Step& step) {
  std::size_t next_hint = 0;
  while (const auto text = line("   Your answer (a number, or \"hint\"): ")) {
    if (tell_hint(*text, step, &next_hint)) continue;
    for (std::size_t i = 0; i < step.answers.size(); ++i) {
      if (*text == std::to_string(i + 1) || *text == step.answers[i].id) return step.answers[i].id;
    }
    out_ << kIndent << "Please answer with 1 to " << step.answers.size() << ".\n";
  }
  return std::nullopt;
}

std::vector<std::string> Person::act(const Step& step, int attempt) {
  std::size_t next_hint = 0;
  if (attempt > 0) out_ << kIndent << "The goal is not reached yet.\n";
  out_ << kIndent
       << "Commands, one a line; an empty line runs them; \"hint\"; \"show\" gives up.\n";
  std::vector<std::string> commands;
  while (const auto text = line("   > ")) {
    if (tell_hint(*text, step, &next_hint)) continue;
    if (*text == "show") return {};
    if (text->empty() && !commands.empty()) return commands;
    if (!text->empty()) commands.push_back(*text);
  }
  return commands;
}

void Person::refused(const std::string& command, const Error& error) {
  out_ << kIndent << command << ": " << error.message << "\n";
}

// ---- the story ---------------------------------------------------------------------------------

void Story::begins(const LabRun& run) {
  settled_.resize(run.lab().steps.size());
  const Step& step = run.step();
  out_ << fmt::format("\n{}. {}  [{}]\n", run.current() + 1, in_language(step.title, language_),
                      to_string(step.kind));
  if (const std::string& text = in_language(step.text, language_); !text.empty()) {
    out_ << wrapped(text, kIndent);
  }
  for (std::size_t i = 0; i < step.answers.size(); ++i) {
    out_ << wrapped(fmt::format("({}) {}", i + 1, in_language(step.answers[i].text, language_)),
                    "     ");
  }
}

std::optional<std::string> Story::predict(const Step& step) {
  const auto id = student_.predict(step);
  for (const Answer& answer : step.answers) {
    if (id == answer.id) {
      out_ << wrapped("Locked: " + in_language(answer.text, language_), kIndent);
    }
  }
  if (!id) out_ << kIndent << "No answer.\n";
  return id;
}

std::vector<std::string> Story::act(const Step& step, int attempt) {
  const auto commands = student_.act(step, attempt);
  for (const std::string& command : commands) out_ << kIndent << "$ " << command << "\n";
  if (commands.empty()) out_ << kIndent << "Let me show you:\n";
  return commands;
}

void Story::refused(const std::string& command, const Error& error) {
  out_ << kIndent << "refused: " << command << ": " << error.message << "\n";
  student_.refused(command, error);
}

void Story::ends(const LabRun& run, viewer::Machine& machine) {
  if (run.result(run.current()).shown) {
    for (const ScriptItem& item : run.step().script) {
      if (!item.command.empty()) out_ << kIndent << "$ " << item.command << "\n";
    }
  }
  tell_events(machine);
  tell_figures(run.step(), run.result(run.current()));
  if (run.step().kind != StepKind::Predict) tell_result(run.step(), run.result(run.current()));
  for (std::size_t i = 0; i < run.current(); ++i) {
    const Step& step = run.lab().steps[i];
    if (step.kind != StepKind::Predict || settled_[i] || !run.result(i).truth) continue;
    settled_[i] = true;
    out_ << kIndent << "Your prediction \"" << in_language(step.title, language_) << "\":\n";
    tell_result(step, run.result(i));
    out_ << wrapped(in_language(step.because, language_), "     ");
  }
}

void Story::tell_result(const Step& step, const StepResult& result) {
  const bool graded = step.points > 0 || !result.passed;
  if (!graded) return;
  out_ << kIndent << (result.passed ? "ok  " : "no  ")
       << fmt::format("{} of {} points", result.points, step.points);
  if (!result.detail.empty()) out_ << ": " << result.detail;
  out_ << "\n";
}

/// A line with a bar for each figure; the longest bar is the largest figure.
void Story::tell_figures(const Step& step, const StepResult& result) {
  constexpr std::int64_t kLongest = 30;
  std::int64_t largest = 1;
  for (const auto& figure : result.figures) largest = std::max(largest, figure.value_or(0));
  if (!result.figures_of.empty()) out_ << kIndent << result.figures_of << "\n";
  for (std::size_t i = 0; i < result.figures.size(); ++i) {
    const std::int64_t value = result.figures[i].value_or(0);
    const auto length =
        static_cast<std::size_t>(std::max<std::int64_t>(value, 0) * kLongest / largest);
    out_ << fmt::format("   {:<34} {:>7} {:<5} {}\n", in_language(step.figures[i].label, language_),
                        result.figures[i] ? std::to_string(value) : "none", step.figures[i].unit,
                        std::string(length, '#'));
  }
}

void Story::tell_events(viewer::Machine& machine) {
  const auto namer = [&](NodeId node, event::Subject) {
    return machine.snapshot().name_of(node.value());
  };
  int told = 0;
  for (std::uint64_t seq = told_.value() + 1; seq <= machine.present().value(); ++seq) {
    const event::Event& event = machine.event(EventSeq(seq));
    if (event::info_of(event.body).weight != event::Weight::Drama) continue;
    if (++told > kMaxEventsTold) continue;
    out_ << fmt::format("   {:>10}  {}\n", format_instant(event.at),
                        event::sentence(event, machine.names(), namer));
  }
  if (told > kMaxEventsTold) {
    out_ << fmt::format("   {:>10}  and {} more\n", "", told - kMaxEventsTold);
  }
  told_ = machine.present();
}

void tell_title(const Lab& lab, const std::string& language, std::ostream& out) {
  out << in_language(lab.title, language) << "\n"
      << std::string(in_language(lab.title, language).size(), '=') << "\n"
      << fmt::format("Lab {}, about {} minutes, {} points\n", lab.id, lab.minutes, lab.max_score());
  for (const std::string& objective : in_language(lab.objectives, language)) {
    out << wrapped("- " + objective, " ");
  }
}

void tell_report(const LabReport& report, std::ostream& out) {
  out << "\n";
  for (const StepReport& step : report.steps) {
    if (step.max_points == 0 && step.passed) continue;
    out << fmt::format("  {}  {:>2}/{:<2} {:<8} {}\n", step.passed ? "ok" : "no", step.points,
                       step.max_points, to_string(step.kind), step.title);
  }
  if (!report.broken.empty()) out << "\n  The lab itself failed: " << report.broken << "\n";
  out << fmt::format("\n{}: {} of {} points, {}\n", report.id, report.score, report.max_score,
                     report.passed ? "passed" : "not passed");
}

}  // namespace kscope::lab
