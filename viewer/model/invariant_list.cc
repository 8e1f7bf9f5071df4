#include "viewer/model/invariant_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace kscope::viewer {

namespace {

InvariantRow row_of(const cluster::InvariantView& view, const cluster::Snapshot& snapshot) {
  InvariantRow row{std::string(view.id),
                   std::string(view.name),
                   std::string(view.promise),
                   Standing::Watching,
                   "watching",
                   "",
                   view.violated_at,
                   ""};
  if (view.looks > 0) {
    row.standing = Standing::Held;
    row.state = "held";
    row.looks = group_digits(view.looks) + (view.looks == 1 ? " look" : " looks");
  }
  for (const cluster::Violation& violation : snapshot.violations) {
    if (violation.invariant != view.id) continue;
    row.standing = Standing::Violated;
    row.state = "violated at event " + group_digits(violation.event.value());
    row.what = violation.text;
    break;
  }
  return row;
}

}  // namespace

InvariantList build_invariant_list(const cluster::Snapshot& snapshot) {
  InvariantList list;
  int count[3] = {};
  for (const cluster::InvariantView& view : snapshot.invariants) {
    list.rows.push_back(row_of(view, snapshot));
    ++count[static_cast<int>(list.rows.back().standing)];
  }
  std::stable_partition(list.rows.begin(), list.rows.end(),
                        [](const InvariantRow& row) { return row.standing == Standing::Violated; });
  const int violated = count[static_cast<int>(Standing::Violated)];
  list.any_violated = violated > 0;
  if (list.rows.empty()) {
    list.summary = "Nobody looks: the checkers are off, or this is a picture of a cluster.";
    return list;
  }
  list.summary = fmt::format(
      "{} promises: {}{} held, {} watching (nothing to look at yet)", list.rows.size(),
      violated > 0 ? fmt::format("{} violated, ", violated) : "",
      count[static_cast<int>(Standing::Held)], count[static_cast<int>(Standing::Watching)]);
  return list;
}

}  // namespace kscope::viewer
