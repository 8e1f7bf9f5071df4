// The story of a lab in plain text: what a student reads, does and is told at a terminal.
//
// Called by: cli/lab_command. Read next: lab/lab_runner.h
#pragma once

#include <istream>
#include <ostream>

#include "viewer/lab/lab_runner.h"

namespace kscope::lab {

/// A person at a terminal. Reads lines from `in`; the end of it means "no answer" from then on.
class Person : public Student {
 public:
  Person(std::istream& in, std::ostream& out, std::string language)
      : in_(in), out_(out), language_(std::move(language)) {}
  std::optional<std::string> predict(const Step& step) override;
  std::vector<std::string> act(const Step& step, int attempt) override;
  void refused(const std::string& command, const Error& error) override;

 private:
  std::optional<std::string> line(const std::string& prompt);
  bool tell_hint(const std::string& line, const Step& step, std::size_t* next_hint);

  std::istream& in_;
  std::ostream& out_;
  std::string language_;
};

/// Tells what happens to any student, and passes the questions on to it.
class Story : public Student {
 public:
  Story(Student& student, std::ostream& out, std::string language)
      : student_(student), out_(out), language_(std::move(language)) {}
  void begins(const LabRun& run) override;
  void ends(const LabRun& run, viewer::Machine& machine) override;
  std::optional<std::string> predict(const Step& step) override;
  std::vector<std::string> act(const Step& step, int attempt) override;
  void refused(const std::string& command, const Error& error) override;

 private:
  void tell_events(viewer::Machine& machine);
  void tell_result(const Step& step, const StepResult& result);
  void tell_figures(const Step& step, const StepResult& result);

  Student& student_;
  std::ostream& out_;
  std::string language_;
  EventSeq told_;
  std::vector<bool> settled_;  // predictions whose outcome was told
};

/// Title, objectives, what it takes.
void tell_title(const Lab& lab, const std::string& language, std::ostream& out);
/// The steps with their points, and the score.
void tell_report(const LabReport& report, std::ostream& out);
/// Paragraphs of at most `width` columns, each line behind `indent`.
std::string wrapped(const std::string& text, const std::string& indent, std::size_t width = 78);

}  // namespace kscope::lab
