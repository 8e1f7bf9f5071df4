// What in the docs is printed by the engine itself.
//
// A page holds blocks between two comments:
//
//   <!-- generated: events Storage -->
//   …
//   <!-- end generated -->
//
// and `kafkascope docs --write` fills them; a test runs `docs --check`, so a table can never say
// something else than the code. Blocks:
//
//   events [SUBJECT]      every event, or those of one subject (Machine, Network, Storage, Raft …)
//   errors                Kafka's error codes as far as the engine knows them
//   apis                  APIs, versions, doors
//   settings              broker settings and their defaults
//   commands              what can be done to a cluster
//   invariants            what the checkers promise
//   metrics               the metrics, their meaning and their thresholds
//   assignor NAME         a small group, and what that assignor makes of it as members come and go
//   raft-roles            the transition table of a quorum member
//   scenarios             the scripts in tests/scenarios
//   sequence SCENARIO from=EVENT[#N] messages=N [apis=A,B] [events=E,F]
//                         a Mermaid diagram of a real run, from the N-th such event on
//
// Called by: cli/docs_command. Read next: docs/00-map.md
#pragma once

#include <string>

#include "engine/base/result.h"

namespace kscope::cli {

/// The text of one block; Invalid for a name or an argument that is not known.
Result<std::string> docs_block(const std::string& specification);
/// A whole page with its blocks filled anew. The error names the block.
Result<std::string> fill_docs_blocks(const std::string& page);

/// The `assignor` block (docs_assignors.cc).
Result<std::string> assignor_example(const std::string& name);
/// The `sequence` block (docs_sequence.cc).
Result<std::string> sequence_diagram(const std::string& arguments);

}  // namespace kscope::cli
