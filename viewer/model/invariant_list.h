// InvariantList: how every promise of the cluster stands at the moment, in words.
//
// Called by: panels/invariants_panel. Read next: engine/sim/invariants/invariants.h
#pragma once

#include <string>
#include <vector>

#include "engine/cluster/snapshot.h"
#include "viewer/model/words.h"

namespace kscope::viewer {

enum class Standing : std::uint8_t { Watching, Held, Violated };

struct InvariantRow {
  std::string id, name, promise;
  Standing standing = Standing::Watching;
  std::string state;  ///< "held", "watching", "violated at event 1 234"
  std::string looks;  ///< "12 345 looks"; empty while it only watches
  EventSeq event;     ///< of the violation
  std::string what;   ///< what is the case instead, if it is violated
};

struct InvariantList {
  std::vector<InvariantRow> rows;  ///< violated ones first, then by id
  std::string summary;             ///< "35 promises: 30 held, 5 watching"
  bool any_violated = false;
};

InvariantList build_invariant_list(const cluster::Snapshot& snapshot);

}  // namespace kscope::viewer
