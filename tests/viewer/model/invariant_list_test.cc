// Goal: the list of invariants says of each promise whether it was looked at, held or broken, and a
// broken one stands first. Method: a hand-made snapshot.
#include "viewer/model/invariant_list.h"

#include "tests/catch.h"

namespace kscope::viewer {

TEST_CASE("an invariant is watching, held, or violated at an event") {
  cluster::Snapshot s;
  s.invariants = {{"A1", "Log matching", "Copies agree.", 1234, {}},
                  {"A8", "High watermark", "It only rises.", 5, EventSeq(77)},
                  {"F5", "Clean shutdown", "Nothing is gone.", 0, {}}};
  s.violations = {{"A8", "orders-0: it falls", EventSeq(77), Instant{}}};
  const InvariantList list = build_invariant_list(s);
  REQUIRE(list.rows.size() == 3);
  CHECK(list.any_violated);
  CHECK(list.rows[0].id == "A8");
  CHECK(list.rows[0].state == "violated at event 77");
  CHECK(list.rows[0].what == "orders-0: it falls");
  CHECK(list.rows[0].event == EventSeq(77));
  CHECK(list.rows[1].state == "held");
  CHECK(list.rows[1].looks == "1 234 looks");
  CHECK(list.rows[2].state == "watching");
  CHECK(list.rows[2].looks.empty());
  CHECK(list.summary == "3 promises: 1 violated, 1 held, 1 watching (nothing to look at yet)");
}

TEST_CASE("without checkers the list says so") {
  CHECK(build_invariant_list({}).summary.find("checkers are off") != std::string::npos);
}

}  // namespace kscope::viewer
