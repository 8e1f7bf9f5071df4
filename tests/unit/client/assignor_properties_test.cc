// Goal: every assignor keeps its laws in groups that nobody thought of.
// Method: made-up groups that live through members coming and going, topics growing, subscriptions
// changing (assignor_trials), and broken assignors that show that each law can be seen to break.
#include "engine/client/assignor/assignor_trials.h"
#include "tests/catch.h"
#include "tests/unit/client/assignor_fixture.h"

using namespace kscope;
using namespace kscope::client;
using namespace kscope::client::trial;

namespace {

constexpr int kGroups = kSanitized ? 200 : 2000;

void keeps_its_laws(const char* name, const Promises& promises) {
  const TrialReport report = try_assignor(assignor(name), promises, 2026, kGroups);
  for (const auto& [law, story] : report.first_story) FAIL_CHECK(to_string(law) << ": " << story);
  CHECK(report.groups == kGroups);
  CHECK(report.assignments > 3 * kGroups);
}

/// Breaks one law on purpose, and otherwise does as round robin does.
class BrokenAssignor : public Assignor {
 public:
  explicit BrokenAssignor(AssignorLaw law) : law_(law) {}
  const char* name() const override { return "broken"; }
  GroupAssignment assign(const ClusterTopics& cluster,
                         const std::vector<MemberSubscription>& members) const override {
    GroupAssignment all = assignor("roundrobin").assign(cluster, members);
    std::vector<TopicPartition>& first = all.begin()->second;
    std::vector<TopicPartition>& last = all.rbegin()->second;
    switch (law_) {
      case AssignorLaw::Entitled:
        first.push_back({"nobody-wants-this", 0});
        break;
      case AssignorLaw::Disjoint:
        if (!first.empty() && all.size() > 1) last.push_back(first.front());
        break;
      case AssignorLaw::Complete:
        if (!last.empty()) last.pop_back();
        break;
      case AssignorLaw::AnyOrder:
        std::swap(all[members.front().member_id], all[members.back().member_id]);
        break;
      case AssignorLaw::Even:
        for (auto& [id, share] : all) {
          if (&share == &first) continue;
          first.insert(first.end(), share.begin(), share.end());
          share.clear();
        }
        break;
      case AssignorLaw::Sticky:
        break;  // round robin moves more than it must
    }
    return all;
  }

 private:
  AssignorLaw law_;
};

}  // namespace

TEST_CASE("laws: range") { keeps_its_laws("range", {Evenness::PerTopic, false}); }
TEST_CASE("laws: roundrobin") { keeps_its_laws("roundrobin", {Evenness::IfAlike, false}); }
TEST_CASE("laws: sticky") { keeps_its_laws("sticky", {Evenness::Best, true}); }
TEST_CASE("laws: cooperative-sticky") {
  keeps_its_laws("cooperative-sticky", {Evenness::Best, true});
}
TEST_CASE("laws: consistent-hash, which promises no evenness") {
  keeps_its_laws("consistent-hash", {Evenness::None, true});
}

TEST_CASE("laws: whatever is broken is seen, and told") {
  for (const AssignorLaw law : {AssignorLaw::Entitled, AssignorLaw::Disjoint, AssignorLaw::Complete,
                                AssignorLaw::AnyOrder, AssignorLaw::Even, AssignorLaw::Sticky}) {
    // The group that a law is checked in must be otherwise in order.
    const TrialReport report = try_assignor(BrokenAssignor(law), {Evenness::IfAlike, true}, 7, 300);
    INFO(to_string(law));
    CHECK_FALSE(report.keeps(law));
  }
}

TEST_CASE("laws: a story names the group and the partition") {
  const ClusterTopics cluster = topics("t:5");
  const std::vector<MemberSubscription> group = {member("a", "t"), member("b", "t")};
  const auto story = [&](const std::string& result) {
    const auto law = check_shares(cluster, group, shares(result));
    return law ? law->story : "kept";
  };
  const std::string where = "members a (t), b (t); topic t with 5 partitions: ";
  CHECK(story("a t-0 t-1 t-2 | b t-3 t-4") == "kept");
  CHECK(story("a t-0 t-1 t-2 t-3 | b t-3 t-4") == where + "t-3 was given to a and to b");
  CHECK(story("a t-0 t-1 | b t-3 t-4") == where + "nobody was given t-2");
  CHECK(story("a t-0 t-1 t-2 t-3 t-4 t-5 | b") == where + "a was given t-5, which does not exist");
  CHECK(story("a t-0 t-1 t-2 t-3 t-4") ==
        where + "b is missing from the assignment (an empty share has to be there as well)");
  const auto even =
      check_even(cluster, group, shares("a t-0 t-1 t-2 t-3 | b t-4"), Evenness::IfAlike);
  REQUIRE(even);
  CHECK(even->story == where + "a was given 4 partitions and b only 1");
  const auto moved =
      check_sticky(shares("a t-0 t-1 | b t-2 | c t-3 t-4"), shares("a t-0 t-3 t-4 | b t-1 t-2"));
  REQUIRE(moved);
  CHECK(moved->story == "t-1 moved from a to b, although both were there before and still are");
}

TEST_CASE("laws: consistent hashing shares more or less evenly") {
  const ClusterTopics cluster = topics("t:1000");
  std::vector<MemberSubscription> group;
  for (int m = 0; m < 10; ++m) group.push_back(member("m" + std::to_string(m), "t"));
  for (const auto& [id, share] : assignor("consistent-hash").assign(cluster, group)) {
    CHECK((share.size() > 50 && share.size() < 200));
  }
}
