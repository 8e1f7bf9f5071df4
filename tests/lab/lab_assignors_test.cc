// Goal: the grader of the lab write-an-assignor is right about assignors that are known, tells its
// stories, and survives code that throws.
// Method: its places, read without a cluster in the way.
#include "viewer/lab/lab_assignors.h"

#include <stdexcept>

#include "tests/catch.h"
#include "viewer/lab/condition.h"
#include "viewer/session/time_machine_port.h"

using namespace kscope;
using namespace kscope::lab;

namespace {

std::string ask(const std::string& place) {
  viewer::TimeMachinePort machine(std::make_unique<sim::TimeMachine>(sim::ClusterSpec{}, 1));
  REQUIRE(check_place(place) == "");
  return read_place(machine, place);
}

class ThrowingAssignor final : public client::Assignor {
 public:
  const char* name() const override { return "throwing"; }
  client::GroupAssignment assign(const client::ClusterTopics&,
                                 const std::vector<client::MemberSubscription>&) const override {
    throw std::runtime_error("no members?");
  }
};

}  // namespace

TEST_CASE(
    "the grader: solution keeps every law, wrong does not, and each known one breaks its own") {
  for (const char* law : {"entitled", "disjoint", "complete", "any-order", "even", "sticky"}) {
    INFO(law);
    CHECK(ask(std::string("assignor solution ") + law) == "kept");
    CHECK(ask(std::string("assignor sticky ") + law) == "kept");
    CHECK(ask(std::string("assignor cooperative-sticky ") + law) == "kept");
  }
  CHECK(ask("assignor roundrobin even") == "kept");
  CHECK(ask("assignor roundrobin sticky").find(" moved from ") != std::string::npos);
  CHECK(ask("assignor consistent-hash sticky") == "kept");
  CHECK(ask("assignor consistent-hash even").find(" only ") != std::string::npos);
}

TEST_CASE("the grader: the first failure is told in words, with the smallest group that shows it") {
  CHECK(
      ask("assignor wrong disjoint") ==
      "after b joined, members a (t), b (t); topic t with 3 partitions: t-1 was given to a and to "
      "b");
  CHECK(ask("assignor wrong entitled") == "kept");
  CHECK(ask("assignor wrong even") == "not decided while \"disjoint\" is broken");
}

TEST_CASE("the grader: a group that is not there, and places that cannot be") {
  CHECK(ask("assignor-of nobody even") == "none");
  CHECK(check_place("assignor nosuch even")
            .find("there is no assignor \"nosuch\"; known: range, "
                  "roundrobin, sticky") != std::string::npos);
  CHECK(check_place("assignor sticky fair") ==
        "\"assignor sticky fair\": expected assignor NAME and one of entitled, disjoint, complete, "
        "any-order, even, sticky");
  CHECK(check_place("assignor-of work") != "");
}

TEST_CASE("the grader: what a student's code throws is part of the story") {
  static const ThrowingAssignor kThrowing;
  const auto guarded = guard(kThrowing);
  CHECK(guarded->assign({}, {}).empty());
  CHECK(what_was_thrown("throwing") == "assign() threw an exception: no members?");
}
