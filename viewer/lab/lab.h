// Lab: a lesson as data.
//
// A lab is one cluster, a few faults, and questions about what they do. Its steps come in six
// kinds:
//
//   explain   something to read
//   predict   choose what will happen; locked before it happens, settled by a later step
//   do        the student acts until a goal is reached (or asks to be shown)
//   inject    the lab acts
//   observe   time passes until something is the case
//   check     what must be the case now; the lab's own proof that the engine did what the text says
//
// Which answer of a prediction is right is nowhere written down: every answer carries a condition,
// and the run decides. So a lab can never teach something that the engine does not do.
//
// Texts are kept by language ("en" is always there); add "zh" beside it to translate a lab.
//
// Written: labs/*/lab.json. Read by: lab_format. Played by: lab_run.
// Read next: lab/condition.h, lab/lab_format.h
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/cluster/snapshot_path.h"
#include "engine/sim/cluster_spec.h"

namespace kscope::lab {

/// By language; "en" is always present.
using Text = std::map<std::string, std::string>;
using TextList = std::map<std::string, std::vector<std::string>>;

/// The text in that language, in English if there is none, empty if the text was left out.
const std::string& in_language(const Text& text, const std::string& language);
const std::vector<std::string>& in_language(const TextList& texts, const std::string& language);

enum class ConditionKind : std::uint8_t {
  Place,       ///< a value in the snapshot compares as it says
  Event,       ///< so many events that match have happened
  Invariants,  ///< none is violated (or exactly the named one is)
  All, Any, Not
};

/// Something that is the case, or is not. A tree of plain values.
struct Condition {
  ConditionKind kind = ConditionKind::All;
  // Place: "/nodes/1/replicas/orders-0/log_end" (cluster/snapshot_json.h) or "replica 1 orders-0
  // leo" (cluster/snapshot_path.h), compared with a value, another place or something remembered.
  std::string place;
  cluster::Comparison comparison = cluster::Comparison::Equal;
  std::string value;
  std::string other_place;
  std::string remembered;
  // Event: its name and fields as a person reads them; "node" is where it happened.
  std::string event;
  std::map<std::string, std::string> fields;
  std::string since;           ///< a step; empty: since the lab began
  std::int64_t count = 1;      ///< compared with `comparison`, which is >= unless the lab says so
  // Invariants: the one that must be violated; empty: none may be.
  std::string violated;
  std::vector<Condition> parts;
};

/// One thing that a script does: a command line (sim/command.h), or waiting.
struct ScriptItem {
  std::string command;               ///< empty: wait
  Duration run{0};                   ///< this long …
  std::optional<Condition> until;    ///< … or until this is the case, at most `within`
  Duration within{0};
};
using Script = std::vector<ScriptItem>;

struct Answer {
  std::string id;
  Text text;
  Condition holds;  ///< right if this is the case when the prediction is settled
};

struct Check {
  Text that;
  Condition holds;
};

/// A number that is shown as a bar when the step is over.
struct Figure {
  Text label;
  std::string place;  ///< as in a condition: a whole number is there
  std::string unit;   ///< "MB/s"
};

enum class StepKind : std::uint8_t { Explain, Predict, Do, Inject, Observe, Check };
const char* to_string(StepKind kind);

struct Step {
  std::string id;
  StepKind kind = StepKind::Explain;
  Text title;    ///< a few words, for the list of steps
  Text text;     ///< what the student reads
  std::vector<Text> hints;
  std::int32_t points = 0;
  std::map<std::string, std::string> remember;  ///< name -> place, noted when the step is over
  // predict
  std::vector<Answer> answers;
  std::string settled_by;  ///< the later step after which the run decides
  Text because;            ///< shown once it is settled
  // do: `goal` is reached, or `script` (its solution) reaches it; observe: `goal` comes by itself
  std::optional<Condition> goal;
  Duration within{0};      ///< of the cluster's time
  Script script;           ///< do, inject
  Script worst;            ///< do: what the worst student does; empty: nothing
  // check
  std::vector<Check> checks;
  std::string figures_of;        ///< place whose text stands above the figures: "measured machine"
  std::vector<Figure> figures;
};

struct Lab {
  std::string id;          ///< the folder's name: "01-watermarks"
  std::string file;        ///< as it was opened
  std::string chapter;     ///< of the book, and the group in the library
  std::int32_t minutes = 0;
  std::string screen;      ///< the one it opens on: "partition"; empty: the Cluster screen
  Text title;
  TextList objectives;
  sim::ClusterSpec spec;
  std::uint64_t seed = 1;
  Script setup;            ///< before the first step
  std::int32_t pass_percent = 60;
  std::vector<Step> steps;

  std::int32_t max_score() const;
  const Step* step(const std::string& step_id) const;
};

}  // namespace kscope::lab
