// Goal: both sticky assignors decide as Kafka's do, down to which partition goes to whom.
// Method: the cases of Kafka's AbstractStickyAssignorTest, named after them, with their expected
// results.
#include "engine/client/assignor/assignor_laws.h"
#include "tests/catch.h"
#include "tests/unit/client/assignor_fixture.h"

using namespace kscope;
using namespace kscope::client;
using namespace kscope::client::trial;

namespace {

constexpr int kGeneration = 1;

std::string sticky(const std::string& cluster, const std::vector<MemberSubscription>& members) {
  return told(assignor("sticky").assign(topics(cluster), members));
}
std::string cooperative(const std::string& cluster,
                        const std::vector<MemberSubscription>& members) {
  return told(assignor("cooperative-sticky").assign(topics(cluster), members));
}
MemberSubscription c(int number, const std::string& topics_of_it, const std::string& owned,
                     int generation = kGeneration) {
  return owning(member("consumer" + std::to_string(number), topics_of_it), owned, generation);
}

}  // namespace

TEST_CASE("sticky: nobody owned anything yet") {
  const std::string both = "topic1 topic2";
  CHECK(sticky("topic:3", {member("c", "")}) == "c");
  CHECK(sticky("", {member("c", "topic")}) == "c");
  CHECK(sticky("topic1:1 topic2:2", {member("c", both)}) == "c topic1-0 topic2-0 topic2-1");
  CHECK(sticky("topic:2", {member("c1", "topic"), member("c2", "topic")}) ==
        "c1 topic-0 | c2 topic-1");
  CHECK(sticky("topic1:3 topic2:3", {member("c1", both), member("c2", both)}) ==
        "c1 topic1-0 topic1-2 topic2-1 | c2 topic1-1 topic2-0 topic2-2");
  // testMultipleConsumersMixedTopicSubscriptions
  CHECK(sticky("topic1:3 topic2:2",
               {member("c1", "topic1"), member("c2", both), member("c3", "topic1")}) ==
        "c1 topic1-0 topic1-2 | c2 topic2-0 topic2-1 | c3 topic1-1");
}

TEST_CASE("sticky: only partitions of subscribed topics (testOnlyAssignsPartitions…)") {
  CHECK(sticky("topic:2", {c(1, "topic", "topic-0 topic-1 other-0 other-1")}) ==
        "consumer1 topic-0 topic-1");
}

TEST_CASE("sticky: who owned the smaller quota may get the larger (testConsumerOwningMinQuota…)") {
  const std::string both = "topic1 topic2";
  CHECK(sticky("topic1:2 topic2:3",
               {c(1, both, "topic1-0 topic2-1"), c(2, both, "topic1-1 topic2-2")}) ==
        "consumer1 topic1-0 topic2-1 topic2-0 | consumer2 topic1-1 topic2-2");
}

TEST_CASE("sticky: more members at the larger quota than may be (testMaxQuotaConsumer…)") {
  const std::string both = "topic1 topic2";
  const std::vector<MemberSubscription> group = {c(1, both, "topic1-0 topic2-0"),
                                                 c(2, both, "topic1-1 topic2-1"), c(3, both, "")};
  // Kafka expects the other way round for the first two, as its hash map has consumer2 first.
  CHECK(sticky("topic1:2 topic2:2", group) ==
        "consumer1 topic1-0 topic2-0 | consumer2 topic1-1 | consumer3 topic2-1");
  CHECK(cooperative("topic1:2 topic2:2", group) ==
        "consumer1 topic1-0 topic2-0 | consumer2 topic1-1 | consumer3");
}

TEST_CASE("sticky: all below the smaller quota (testAllConsumersAreUnderMinQuota)") {
  const std::string both = "topic1 topic2";
  CHECK(sticky("topic1:2 topic2:3",
               {c(1, both, "topic1-0"), c(2, both, "topic1-1"), c(3, both, "")}) ==
        "consumer1 topic1-0 topic2-1 | consumer2 topic1-1 topic2-2 | consumer3 topic2-0");
}

TEST_CASE("sticky: one comes, one goes (testAddRemoveConsumerOneTopic)") {
  const std::vector<MemberSubscription> joined = {c(1, "topic", "topic-0 topic-1 topic-2"),
                                                  c(2, "topic", "")};
  CHECK(sticky("topic:3", joined) == "consumer1 topic-0 topic-1 | consumer2 topic-2");
  CHECK(cooperative("topic:3", joined) == "consumer1 topic-0 topic-1 | consumer2");
  CHECK(sticky("topic:3", {c(2, "topic", "topic-2")}) == "consumer2 topic-2 topic-0 topic-1");
}

TEST_CASE("sticky: two come, two go (testAddRemoveTwoConsumersTwoTopics)") {
  const std::string both = "topic1 topic2";
  const std::string cluster = "topic1:3 topic2:4";
  CHECK(sticky(cluster, {member("consumer1", both), member("consumer2", both)}) ==
        "consumer1 topic1-0 topic1-2 topic2-1 topic2-3 | consumer2 topic1-1 topic2-0 topic2-2");
  const std::vector<MemberSubscription> four = {c(1, both, "topic1-0 topic1-2 topic2-1 topic2-3"),
                                                c(2, both, "topic1-1 topic2-0 topic2-2"),
                                                c(3, both, ""), c(4, both, "")};
  CHECK(sticky(cluster, four) ==
        "consumer1 topic1-0 topic2-1 | consumer2 topic2-0 topic1-1 | "
        "consumer3 topic1-2 topic2-3 | consumer4 topic2-2");
  CHECK(cooperative(cluster, four) ==
        "consumer1 topic1-0 topic2-1 | consumer2 topic2-0 topic1-1 | consumer3 | consumer4");
  CHECK(sticky(cluster, {c(3, both, "topic1-2 topic2-3"), c(4, both, "topic2-2")}) ==
        "consumer3 topic1-2 topic2-3 topic1-0 topic2-1 | consumer4 topic2-2 topic1-1 topic2-0");
}

TEST_CASE("sticky: topics stay evenly spread (testTopicBalanceAfterReassignment)") {
  const std::string both = "topic1 topic2";
  const ClusterTopics cluster = topics("topic1:12 topic2:12");
  std::string all;
  for (int p = 0; p < 12; ++p) {
    all += " topic1-" + std::to_string(p) + " topic2-" + std::to_string(p);
  }
  for (const auto& [id, share] :
       assignor("sticky").assign(cluster, {c(1, both, all), c(2, both, "")})) {
    CHECK(std::count_if(share.begin(), share.end(),
                        [](const TopicPartition& tp) { return tp.topic == "topic1"; }) == 6);
  }
}

TEST_CASE("sticky: everybody has what they should (testAllConsumersReachExpectedQuota…)") {
  CHECK(sticky("topic:4",
               {c(1, "topic", "topic-0 topic-1"), c(2, "topic", "topic-2"), c(3, "topic", "")}) ==
        "consumer1 topic-0 topic-1 | consumer2 topic-2 | consumer3 topic-3");
}

TEST_CASE("sticky: the younger claim counts (testOwnedPartitionsAreInvalidated…)") {
  const std::string both = "topic topic2";
  const std::string owned = "topic-0 topic-2 topic2-1";
  for (const int stale : {9, -1}) {
    const std::vector<MemberSubscription> group = {c(1, both, owned, 10), c(2, both, owned, stale)};
    const std::string expected = told_sorted(
        shares("consumer1 topic-0 topic-2 topic2-1 | consumer2 topic-1 topic2-0 topic2-2"));
    CHECK(told_sorted(shares(sticky("topic:3 topic2:3", group))) == expected);
    CHECK(told_sorted(shares(cooperative("topic:3 topic2:3", group))) == expected);
  }
  CHECK(told_sorted(
            shares(sticky("topic:3 topic2:3", {c(1, both, "topic-0 topic2-1 topic-1", 10),
                                               c(2, both, "topic-0 topic2-1 topic2-2", 8)}))) ==
        told_sorted(
            shares("consumer1 topic-0 topic2-1 topic-1 | consumer2 topic-2 topic2-2 topic2-0")));
}

TEST_CASE(
    "sticky: always to the youngest claim (testEnsurePartitionsAssignedToHighestGeneration)") {
  const std::string all = "topic topic2 topic3";
  CHECK(told_sorted(shares(cooperative(
            "topic:3 topic2:3 topic3:3",
            {c(1, all, "topic-0 topic2-0 topic3-0", 10), c(2, all, "topic-1 topic2-1 topic3-1", 9),
             c(3, all, "topic2-1 topic3-0 topic3-2", 8)}))) ==
        "consumer1 topic-0 topic2-0 topic3-0 | consumer2 topic-1 topic2-1 topic3-1 | "
        "consumer3 topic-2 topic2-2 topic3-2");
}

TEST_CASE("sticky: claims of one generation that contradict each other are both void") {
  // testPartitionsTransferringOwnershipIncludeThePartitionClaimedByMultipleConsumers…
  const std::vector<MemberSubscription> group = {
      c(1, "topic", "topic-0 topic-1"), c(2, "topic", "topic-0 topic-2"), c(3, "topic", "")};
  CHECK(sticky("topic:3", group) == "consumer1 topic-1 | consumer2 topic-2 | consumer3 topic-0");
  // Both may still read it: withheld until they have given it up.
  CHECK(cooperative("topic:3", group) == "consumer1 topic-1 | consumer2 topic-2 | consumer3");
}

TEST_CASE("sticky: a partition that a member lists twice is not believed either") {
  CHECK(cooperative("topic:2", {c(1, "topic", "topic-0 topic-0 topic-1"), c(2, "topic", "")}) ==
        "consumer1 topic-1 | consumer2");
}

TEST_CASE("sticky: old owners keep what is theirs (testNoReassignmentOnCurrentMembers)") {
  const std::string all = "topic topic1 topic2 topic3";
  CHECK(
      told_sorted(shares(cooperative("topic:3 topic1:3 topic2:3 topic3:3",
                                     {c(1, all, "", -1), c(2, all, "topic-0 topic2-0 topic1-0", 9),
                                      c(3, all, "topic3-2 topic2-2 topic1-1", 8),
                                      c(4, all, "topic3-1 topic-1 topic-2", 7)}))) ==
      told_sorted(shares("consumer1 topic1-2 topic2-1 topic3-0 | "
                         "consumer2 topic-0 topic1-0 topic2-0 | "
                         "consumer3 topic1-1 topic2-2 topic3-2 | "
                         "consumer4 topic-1 topic-2 topic3-1")));
}

TEST_CASE("sticky: what roundrobin does badly (testPoorRoundRobinAssignmentScenario)") {
  const std::vector<MemberSubscription> group = {
      member("consumer1", "topic1 topic2 topic3 topic4 topic5"),
      member("consumer2", "topic1 topic3 topic5"), member("consumer3", "topic1 topic3 topic5"),
      member("consumer4", "topic1 topic2 topic3 topic4 topic5")};
  const std::string cluster = "topic1:2 topic2:1 topic3:2 topic4:1 topic5:2";
  CHECK(told(assignor("roundrobin").assign(topics(cluster), group)) ==
        "consumer1 topic1-0 topic3-0 topic5-0 | consumer2 topic1-1 topic3-1 topic5-1 | "
        "consumer3 | consumer4 topic2-0 topic4-0");
  const GroupAssignment even = assignor("sticky").assign(topics(cluster), group);
  CHECK_FALSE(check_even(topics(cluster), group, even, Evenness::Best));
  for (const auto& [id, share] : even) CHECK(share.size() == 2);
}

TEST_CASE("sticky: claims of three generations and different subscriptions") {
  // testSubscriptionNotEqualAndAssignSamePartitionWith3Generation
  std::vector<int> g = {1, 2, 3};
  do {
    const std::vector<MemberSubscription> group = {
        c(1, "topic", "topic-0 topic-2", g[0]), c(2, "topic", "topic-1 topic-2 topic-3", g[1]),
        c(3, "topic", "topic-2 topic-4 topic-5", g[2]), c(4, "topic1", "topic1-0", 2)};
    const GroupAssignment result = assignor("sticky").assign(topics("topic:6 topic1:1"), group);
    CHECK_FALSE(check_shares(topics("topic:6 topic1:1"), group, result));
    for (const auto& [id, share] : result) CHECK((share.size() >= 1 && share.size() <= 2));
  } while (std::next_permutation(g.begin(), g.end()));
}

TEST_CASE("sticky: a member that subscribes to nothing gets nothing") {
  CHECK(sticky("topic:2", {member("a", ""), member("b", "topic")}) == "a | b topic-0 topic-1");
}

TEST_CASE("sticky: a topic that was made again with fewer partitions") {
  CHECK(cooperative("topic:2", {c(1, "topic", "topic-0 topic-1 topic-2 topic-3")}) ==
        "consumer1 topic-0 topic-1");
}

TEST_CASE("sticky: a stale member gets nothing back that it no longer wants") {
  const std::vector<MemberSubscription> group = {c(1, "t u", "t-0 t-1 t-2 t-3 u-0", 5),
                                                 c(2, "u", "t-0", 3), c(3, "t", "", -1)};
  CHECK_FALSE(
      check_shares(topics("t:4 u:1"), group, assignor("sticky").assign(topics("t:4 u:1"), group)));
}
