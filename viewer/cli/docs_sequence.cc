#include <fmt/core.h>

#include <set>
#include <sstream>

#include "engine/event/render.h"
#include "engine/protocol/labels.h"
#include "engine/sim/scenario_runner.h"
#include "viewer/cli/commands.h"
#include "viewer/cli/docs_blocks.h"

// Sequence diagrams of real runs: the arrows are frames that were delivered, their texts are read
// off the frames' bytes, the notes are events. Nothing in them was written by hand.

namespace kscope::cli {
namespace {

struct Wanted {
  std::string scenario;
  std::string from;
  int occurrence = 1;
  int messages = 12;
  std::set<std::string> apis;    ///< empty: all
  std::set<std::string> events;  ///< shown as notes
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

// Mermaid reads ';' and '#' as its own.
std::string plain(std::string text) {
  for (char& c : text) {
    if (c == ';' || c == '#') c = ',';
  }
  return text;
}

class Diagram {
 public:
  Diagram(const sim::TimeMachine& machine, const Wanted& wanted)
      : machine_(machine), wanted_(wanted), snapshot_(machine.world().snapshot()) {}

  Result<std::string> draw() {
    std::uint64_t seq = begin();
    if (seq == 0) {
      return Error{ErrorKind::NotFound,
                   fmt::format("sequence: {} never happens in {}", wanted_.from, wanted_.scenario)};
    }
    std::string body;
    for (int left = wanted_.messages; left > 0 && seq <= machine_.recorded_end().value(); ++seq) {
      const event::Event& e = machine_.event(EventSeq(seq));
      if (const auto* frame = std::get_if<event::FrameDelivered>(&e.body)) {
        const std::string arrow = arrow_of(e, *frame);
        if (arrow.empty()) continue;
        body += arrow;
        --left;
      } else if (wanted_.events.count(event::info_of(e.body).name) > 0) {
        body += note_of(e);
      }
    }
    std::string head = "```mermaid\nsequenceDiagram\n";
    for (const std::int32_t node : seen_) {
      head += fmt::format("  participant n{} as {}\n", node, snapshot_.name_of(node));
    }
    return head + body + "```\n";
  }

 private:
  std::uint64_t begin() const {
    int left = wanted_.occurrence;
    for (std::uint64_t seq = 1; seq <= machine_.recorded_end().value(); ++seq) {
      if (wanted_.from == event::info_of(machine_.event(EventSeq(seq)).body).name && --left == 0) {
        return seq;
      }
    }
    return 0;
  }

  std::string arrow_of(const event::Event& e, const event::FrameDelivered& delivered) {
    const std::string api = to_string(delivered.api);
    if (!wanted_.apis.empty() && wanted_.apis.count(api) == 0) return "";
    const event::Event& sent_event = machine_.event(machine_.frame_sent_event(delivered.frame));
    const auto& sent = std::get<event::FrameSent>(sent_event.body);
    seen_.insert(delivered.from.value());
    seen_.insert(e.node.value());
    return fmt::format("  n{}{}n{}: {}{}\n", delivered.from.value(),
                       delivered.is_response ? "-->>" : "->>", e.node.value(),
                       delivered.is_response ? api + ": " : "",
                       plain(protocol::frame_label(machine_.frame(delivered.frame),
                                                   delivered.is_response, sent.api, sent.version)));
  }

  std::string note_of(const event::Event& e) {
    const cluster::Snapshot& snapshot = snapshot_;
    const std::string text = event::sentence(
        e, machine_.world().names(),
        [&](NodeId node, event::Subject) { return snapshot.name_of(node.value()); });
    seen_.insert(e.node.value());
    return fmt::format("  Note over n{}: {}\n", e.node.value(), plain(text));
  }

  const sim::TimeMachine& machine_;
  const Wanted& wanted_;
  cluster::Snapshot snapshot_;
  std::set<std::int32_t> seen_;
};

}  // namespace

Result<std::string> sequence_diagram(const std::string& arguments) {
  KTRY_ASSIGN(const Wanted wanted, parse(arguments));
  const std::string path =
      fmt::format("{}/tests/scenarios/{}.txt", KSCOPE_SOURCE_DIR, wanted.scenario);
  KTRY_ASSIGN(const std::string text, read_file(path));
  KTRY_ASSIGN(const sim::Scenario scenario, sim::parse_scenario(text, path));
  sim::ScenarioRunner runner(scenario);
  const sim::ScenarioOutcome outcome = runner.run();
  if (!outcome.passed) return Error{ErrorKind::Invalid, outcome.failure};
  return Diagram(runner.machine(), wanted).draw();
}

}  // namespace kscope::cli
