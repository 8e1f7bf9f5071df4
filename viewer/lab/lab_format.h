// The format of lab.json, and everything that can be wrong with it.
//
// The file is JSON in which // comments are allowed. docs/formats/lab.md describes each member;
// `kafkascope lab new DIR` writes a commented example. A lab that loads without problems has:
//   unique step ids; predictions that a later step settles; commands, durations, event names, event
//   fields and places that exist; conditions that refer to steps and remembered names before them.
//
// Called by: lab_library, the command line, tests. Read next: lab/lab_run.h
#pragma once

#include "viewer/lab/json_reader.h"
#include "viewer/lab/lab.h"

namespace kscope::lab {

inline constexpr int kLabFormat = 1;

struct LoadedLab {
  Lab lab;
  /// "FILE: POINTER: what was expected"; the lab is only usable if there are none.
  std::vector<std::string> problems;
  bool ok() const { return problems.empty(); }
};

/// `file` is for messages; `id` is the lab's folder.
LoadedLab parse_lab(const std::string& text, const std::string& file, const std::string& id);

/// Shared with the tests of conditions.
Condition read_condition(JsonValue value);

}  // namespace kscope::lab
