// Sequence diagrams on the command line: what part of a run, and the file that it becomes.
//
//   kafkascope run leader-failover --sequence F.svg --between 8s..14s --apis Fetch,AlterPartition
//   kafkascope view --scenario leader-failover --at 12s --panel sequence --export F.png
//
// Called by: run_command, view_command. Read next: viewer/model/sequence_export.h
#pragma once

#include <string>

#include "engine/base/result.h"
#include "viewer/session/machine.h"

namespace kscope::cli {

struct SequenceOptions {
  std::string file;        ///< ends in .mmd, .svg or .png; empty: no diagram is wanted
  std::string between;     ///< "8s..14s"; empty: the whole run
  std::string apis;        ///< "Fetch,Vote"; empty: all
  std::string partition;   ///< "orders-0"; empty: all
  std::int32_t node = -1;  ///< -1: all
  bool unfolded = false;   ///< routine one by one
};

/// The run that `machine` has recorded. The error names what is wrong with which option.
Result<void> write_sequence_of_run(viewer::Machine& machine, const std::string& title,
                                   const SequenceOptions& options);
/// What the screen "Sequence" would show at the present moment.
Result<void> write_sequence_of_moment(viewer::Machine& machine, const std::string& title,
                                      const std::string& file);

}  // namespace kscope::cli
