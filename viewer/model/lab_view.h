// LabView: what the left panel shows of the labs, as data.
//
// The seam between the viewer and the lab library: whoever runs labs fills a LabView once a frame
// and implements LabActions; the panel draws the one and calls the other and knows nothing else.
//
// Filled by: viewer/lab. Drawn by: panels/lab_panel. Read next: panels/lab_panel.h
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kscope::viewer {

/// One line of the library.
struct LabEntry {
  std::string id;  ///< "watermarks"
  std::string title;
  std::string group;  ///< "Replication": shown once above its labs
  std::int32_t minutes = 0;
  std::int32_t done = 0, total = 0;  ///< steps; done == total: a full ring
  bool current = false;
};

enum class LabStepState : std::uint8_t { Open, Current, Done, Failed };

struct LabStepLine {
  std::string text;
  std::string detail;  ///< why it failed, what was seen; empty: nothing
  LabStepState state = LabStepState::Open;
};

/// A number of the card, with a bar beside those it is compared with.
struct LabBar {
  std::string label;
  std::string value;  ///< "412 MB/s"
  float share = 0;    ///< of the largest one: 0..1
};

/// The card under the steps: what the current step asks of the student.
struct LabCard {
  std::string title;  ///< "Before you run it, predict"; empty: no card
  std::string text;
  std::string bars_title;            ///< what was measured, and on what
  std::vector<LabBar> bars;
  float progress = -1;               ///< 0..1 of a job that takes its time; -1: none
  std::string progress_text;         ///< what it does at the moment
  std::vector<std::string> options;  ///< a prediction's answers
  std::int32_t chosen = -1;
  std::int32_t correct = -1;  ///< known once locked and graded
  bool locked = false;
  std::string action;  ///< label of the main button: "Lock answer", "Continue"; empty: none
  bool action_enabled = true;
  std::int32_t hints_left = 0;
  std::vector<std::string> hints;  ///< those already shown
};

struct LabView {
  std::vector<LabEntry> library;
  std::string title;  ///< of the running lab; empty: none runs
  std::string screen;  ///< where it is best watched: the beginning of a tab's label; or empty
  std::string score;  ///< "3 of 8 points"
  std::vector<LabStepLine> steps;
  LabCard card;
};

class LabActions {
 public:
  virtual ~LabActions() = default;
  virtual void open(const std::string& lab_id) = 0;
  virtual void close() = 0;
  virtual void choose(std::int32_t option) = 0;
  virtual void act() = 0;  ///< the card's main button
  virtual void hint() = 0;
};

}  // namespace kscope::viewer
