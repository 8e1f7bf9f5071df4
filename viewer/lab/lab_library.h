// The lab library: the folders under labs/, in their order, and how a new one begins.
//
// A folder NN-name with a lab.json is a lab, and its name is the lab's id; "watermarks" and "01"
// find "01-watermarks", too.
//
// Called by: lab_command, lab_desk. Read next: cli/lab_command.h
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "viewer/lab/lab_format.h"

namespace kscope::lab {

struct Library {
  std::vector<Lab> labs;              ///< those without problems, ordered by id
  std::vector<std::string> problems;  ///< of the others
  std::vector<std::string> folders;   ///< names of all labs, broken ones included
};

/// NotFound if the directory is not there.
Result<Library> load_library(const std::string& directory);
/// By id, number or name. NotFound lists what there is; Invalid tells what is wrong with the lab's
/// file, its first problem first.
Result<Lab> find_lab(const std::string& directory, const std::string& wanted);
/// Writes a commented starting lab to DIR/lab.json and returns that path. Invalid if there is one.
Result<std::string> write_starting_lab(const std::string& directory);
/// What write_starting_lab writes.
const char* starting_lab();

}  // namespace kscope::lab
