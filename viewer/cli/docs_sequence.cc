#include <fmt/core.h>

#include <set>
#include <sstream>

#include "engine/sim/scenario_runner.h"
#include "viewer/cli/docs_blocks.h"
#include "viewer/cli/scenario_files.h"
#include "viewer/model/sequence_export.h"
#include "viewer/session/time_machine_port.h"

// Sequence diagrams of real runs: the arrows are frames, their texts are read off the frames'
// bytes, the notes are events. Nothing in them was written by hand; the screen "Sequence" draws
// the same model.

namespace kscope::cli {
namespace {

struct Wanted {
  std::string scenario;
  std::string from;
  int occurrence = 1;
  int messages = 12;
  std::set<std::string> apis;    ///< empty: all
  std::set<std::string> events;  ///< shown as notes; empty: none
};

std::set<std::string> split(const std::string& list) {
  std::set<std::string> out;
  std::stringstream stream(list);
  for (std::string part; std::getline(stream, part, ',');) out.insert(part);
  return out;
}

Result<Wanted> parse(const std::string& arguments) {
  Wanted wanted;
  std::stringstream stream(arguments);
  stream >> wanted.scenario;
  for (std::string word; stream >> word;) {
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (key == "from") {
      const std::size_t hash = value.find('#');
      wanted.from = value.substr(0, hash);
      if (hash != std::string::npos) wanted.occurrence = std::stoi(value.substr(hash + 1));
    } else if (key == "messages") {
      wanted.messages = std::stoi(value);
    } else if (key == "apis") {
      wanted.apis = split(value);
    } else if (key == "events") {
      wanted.events = split(value);
    } else {
      return Error{ErrorKind::Invalid, fmt::format("sequence: \"{}\" is not known", word)};
    }
  }
  return wanted;
}

/// The event that the diagram begins with.
Result<EventSeq> find_begin(const viewer::Machine& machine, const Wanted& wanted) {
  int left = wanted.occurrence;
  for (std::uint64_t seq = 1; seq <= machine.recorded_end().value(); ++seq) {
    const event::Event& e = machine.event(EventSeq(seq));
    if (wanted.from == event::info_of(e.body).name && --left == 0) return EventSeq(seq);
  }
  return Error{ErrorKind::NotFound,
               fmt::format("sequence: {} never happens in {}", wanted.from, wanted.scenario)};
}

}  // namespace

Result<std::string> sequence_diagram(const std::string& arguments) {
  KTRY_ASSIGN(const Wanted wanted, parse(arguments));
  KTRY_ASSIGN(sim::Scenario scenario, load_scenario(wanted.scenario));
  sim::ScenarioRunner runner(std::move(scenario));
  const sim::ScenarioOutcome outcome = runner.run();
  if (!outcome.passed) return Error{ErrorKind::Invalid, outcome.failure};
  viewer::TimeMachinePort machine(runner.take_machine());
  viewer::EventIndex index;
  index.update(machine);
  viewer::SequenceQuery query;
  KTRY_ASSIGN(query.first, find_begin(machine, wanted));
  query.apis = wanted.apis;
  query.events = wanted.events;
  query.notes = viewer::NoteLevel::None;
  query.most_messages = static_cast<std::size_t>(wanted.messages);
  query.fold = query.phases = query.pauses = false;
  const viewer::SequenceView view =
      viewer::build_sequence(machine, index, viewer::PhaseIndex(), query);
  return "```mermaid\n" + viewer::to_mermaid(view) + "```\n";
}

}  // namespace kscope::cli
