// The assignors of the lab write-an-assignor, and the grader that holds one against the laws.
//
// Three files beside the lab's lab.json are compiled into the program: the one that the student
// edits, a solution and a wrong one. They are registered like anybody's own assignor and can be
// named wherever an assignor can: `consumer c1 group=g topics=t assignor=my-assignor`.
//
// Labs ask for a verdict by a place:
//
//   assignor NAME LAW       of the assignor of that name ("sticky", "my-assignor")
//   assignor-of GROUP LAW   of the one that the members of that group voted for
//   LAW is entitled|disjoint|complete|any-order|even|sticky
//
// The value is "kept", or the story of the first group in which the law broke, or "not decided
// while LAW is broken". A law is tried on kTrialGroups made-up groups, once in a process.
//
// What the student wrote may throw; that is caught here and told as a story, too.
//
// Called by: lab/condition, the program's start. Read next: client/assignor/assignor_trials.h
#pragma once

#include <memory>
#include <string>

#include "engine/client/assignor/assignor.h"
#include "viewer/session/machine.h"

namespace kscope::lab {

// labs/52-write-an-assignor/*.cc
const client::Assignor& my_assignor();
const client::Assignor& solution_assignor();
const client::Assignor& wrong_assignor();

inline constexpr int kTrialGroups = 400;

/// The same assignor, except that what it throws is noted, and everybody gets an empty share. The
/// inner one must live as long.
std::unique_ptr<const client::Assignor> guard(const client::Assignor& inner);
/// "assign() threw an exception: …" of the assignor of that name; empty: nothing was thrown.
std::string what_was_thrown(const std::string& name);

/// Makes the three known by name. Does nothing the second time.
void register_lab_assignors();

/// Does the place begin with one of the words above?
bool is_assignor_place(const std::string& place);
/// What is wrong with it; empty: nothing. REQUIRES is_assignor_place(place).
std::string check_assignor_place(const std::string& place);
/// "none" if the group, or an assignor of its name, is not there.
/// REQUIRES check_assignor_place(place) is empty.
std::string read_assignor_place(viewer::Machine& machine, const std::string& place);

}  // namespace kscope::lab
