// `kafkascope lab`: list, run and begin labs.
//
//   lab list [--json]                               [{id, title, chapter, minutes, objectives}]
//   lab run ID [--answers FILE|best|worst] [--json] {id, passed, score, max_score, steps}
//   lab check ID|DIR                                validates, says every problem
//   lab new DIR                                     writes a commented starting lab
//
// Exit: 0 the command did what it was asked for (a lab that was played but not passed included);
//       1 bad input, one line on `err` says what and the way out; 2 the lab itself is broken.
//
// Called by: cli/main. Read next: lab/lab_runner.h
#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <vector>

namespace kscope::cli {

struct LabEnvironment {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  std::string labs_directory;  ///< where the labs are, unless --labs says otherwise
  std::string progress_file;   ///< lab::Progress::default_path(); empty: remember nothing
};

/// `arguments` are those after "lab".
int lab_command(const std::vector<std::string>& arguments, const LabEnvironment& environment);
/// "labs" here, or in the folder the program was built from.
std::string default_labs_directory();

}  // namespace kscope::cli
