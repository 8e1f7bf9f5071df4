// What a rebalance is called on the screen "Groups", and how events are said there.
//
// On a screen about one group its name in front of every sentence is noise, and members' ids of
// forty letters are nobody's names: here both are taken out, and what the new protocol calls an
// epoch is not called a generation.
//
// Called by: model/group_desk. Read next: model/group_picture.h
#pragma once

#include <string>

#include "viewer/model/group_picture.h"

namespace kscope::viewer {

/// "c3 joins", "the session of c2 expired": why the rebalance began.
std::string cause_of(const GroupScope& scope, const Rebalance& rebalance);
/// "Stable after 3.00 s", "Under way for 0.61 s": what came of it, seen from the present moment.
std::string outcome_of(const GroupScope& scope, const Rebalance& rebalance);
/// "c2 crashed; its session still runs": what happened since the latest rebalance that is none.
std::string incident_of(const GroupScope& scope);
/// The same text with names in place of members' ids, and without the group's.
class PlainWords {
 public:
  explicit PlainWords(const GroupScope& scope);
  std::string of(std::string text) const;

 private:
  std::vector<std::pair<std::string, std::string>> names_;  ///< id and name
  std::string group_;
  bool epochs_ = false;
};

}  // namespace kscope::viewer
