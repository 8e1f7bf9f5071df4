// Progress: which labs a person has passed, and how well, kept between runs.
//
// One small JSON file, $XDG_STATE_HOME/kafkascope/progress.json (by default ~/.local/state). It is
// written beside itself and renamed, so that a crash leaves the old or the new one. A file that
// cannot be read is kept aside as progress.json.broken and said so once; nobody's labs stop working
// for it.
//
// Called by: lab_command, lab_desk. Read next: lab/lab_library.h
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/base/result.h"

namespace kscope::lab {

struct LabProgress {
  std::int32_t runs = 0;
  bool passed = false;            ///< in any run
  std::int32_t best_score = 0;
  std::int32_t max_score = 0;     ///< of the run with the best score
  std::int32_t steps_passed = 0;  ///< likewise
  std::int32_t steps_total = 0;
};

class Progress {
 public:
  /// Where it is kept: `override_path` if not empty, else by the environment; empty if there is no
  /// home directory (then nothing is remembered).
  static std::string default_path();
  /// Never fails: what cannot be read counts as nothing, and `warning()` says why.
  static Progress load(const std::string& path);

  const LabProgress* of(const std::string& lab_id) const;
  /// Takes in the outcome of one run; the best one counts.
  void record(const std::string& lab_id, const LabProgress& run);
  Result<void> save() const;
  const std::string& warning() const { return warning_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::map<std::string, LabProgress> labs_;
  std::string warning_;
};

}  // namespace kscope::lab
