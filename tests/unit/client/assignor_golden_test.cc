// Goal: our assignors and Kafka 3.9's agree on every partition, in groups that nobody thought of.
// Method: 98 made-up groups with static members, racks, different subscriptions, stale and
// contradicting claims; the results were computed by Kafka's own classes.
#include "tests/unit/support/assignor_golden.h"

#include "tests/catch.h"
#include "tests/unit/client/assignor_fixture.h"

using namespace kscope;
using namespace kscope::client;
using namespace kscope::client::trial;

namespace {

ClusterTopics topics_of(const test::GoldenGroup& group) {
  ClusterTopics cluster;
  for (const auto& [name, racks] : group.racks_by_topic) {
    cluster[name] = {static_cast<std::int32_t>(racks.size()), racks};
  }
  return cluster;
}

std::vector<MemberSubscription> members_of(const test::GoldenGroup& group, bool eager) {
  std::vector<MemberSubscription> members;
  for (const test::GoldenMember& golden : group.members) {
    MemberSubscription& m = members.emplace_back();
    m.member_id = golden.id;
    if (!golden.instance.empty()) m.instance_id = golden.instance;
    if (!golden.rack.empty()) m.subscription.rack_id = golden.rack;
    m.subscription.topics = golden.topics;
    m.subscription.generation_id = golden.generation;
    if (eager) {
      m.subscription.user_data = write_sticky_user_data({golden.owned, golden.generation});
    } else {
      m.subscription.owned_partitions = by_topic(golden.owned);
    }
  }
  return members;
}

}  // namespace

TEST_CASE("assignors give what Kafka 3.9's own classes give") {
  const std::vector<test::GoldenGroup> groups = test::golden_groups();
  REQUIRE(groups.size() == 98);
  for (const test::GoldenGroup& group : groups) {
    for (const char* name : {"range", "roundrobin", "sticky", "cooperative-sticky"}) {
      INFO("group " << group.number << ", " << name);
      const auto members = members_of(group, std::string(name) == "sticky");
      CHECK(told_sorted(assignor(name).assign(topics_of(group), members)) ==
            group.expected.at(name));
    }
  }
}
