// Goal: the coordinator's assignors give the targets that Kafka 3.9's give, and keep their laws.
// Method: the cases of Kafka's RangeAssignorTest, OptimizedUniformAssignmentBuilderTest and
// UniformHeterogeneousAssignmentBuilderTest, named after them; 98 made-up groups whose results
// Kafka's own classes computed; and groups that live through members coming and going.
#include "engine/coordinator/assignor/server_assignor.h"

#include <sstream>

#include "engine/env/random.h"
#include "tests/catch.h"
#include "tests/unit/support/assignor_golden.h"

using namespace kscope;
using namespace kscope::coordinator;

namespace {

Uuid topic_id(const std::string& name) {
  Uuid id;
  std::copy(name.begin(), name.end(), id.bytes.begin());
  return id;
}
std::string topic_name(const Uuid& id) {
  std::string name(id.bytes.begin(), id.bytes.end());
  return name.substr(0, name.find('\0'));
}

GroupSpec spec(const std::string& topics) {
  GroupSpec group;
  std::istringstream in(topics);
  for (std::string word; in >> word;) {
    const std::size_t colon = word.find(':');
    group.partition_counts[topic_id(word.substr(0, colon))] = std::stoi(word.substr(colon + 1));
  }
  return group;
}

/// "t1-0 t1-1" in any order.
PartitionsByTopicId target_of(const std::string& partitions) {
  PartitionsByTopicId target;
  std::istringstream in(partitions);
  for (std::string word; in >> word;) {
    const std::size_t dash = word.rfind('-');
    target[topic_id(word.substr(0, dash))].push_back(std::stoi(word.substr(dash + 1)));
  }
  for (auto& [topic, list] : target) std::sort(list.begin(), list.end());
  return target;
}

void add(GroupSpec& group, const std::string& id, const std::string& topics,
         const std::string& target = "", const std::string& instance = "") {
  MemberSpec& member = group.members[id];
  std::istringstream in(topics);
  for (std::string word; in >> word;) member.topics.insert(topic_id(word));
  member.target = target_of(target);
  if (!instance.empty()) member.instance_id = instance;
}

std::string told(const TargetAssignment& target) {
  std::string text;
  for (const auto& [id, topics] : target) {
    text += (text.empty() ? "" : " | ") + id;
    for (const auto& [topic, partitions] : topics) {
      for (const std::int32_t p : partitions) {
        text += " " + topic_name(topic) + "-" + std::to_string(p);
      }
    }
  }
  return text;
}

void set_kind(GroupSpec& group) {
  group.subscriptions = SubscriptionType::Homogeneous;
  for (const auto& [id, member] : group.members) {
    if (member.topics != group.members.begin()->second.topics) {
      group.subscriptions = SubscriptionType::Heterogeneous;
    }
  }
}

std::string assign(const char* name, GroupSpec group) {
  set_kind(group);
  const auto target = find_server_assignor(name)->assign(group);
  return target.ok() ? told(*target) : target.error().message;
}

}  // namespace

TEST_CASE("server range: the example of its Javadoc, with and without instance ids") {
  GroupSpec group = spec("T1:3 T2:3");
  add(group, "M0", "T1 T2");
  add(group, "M1", "T1 T2");
  CHECK(assign("range", group) == "M0 T1-0 T1-1 T2-0 T2-1 | M1 T1-2 T2-2");
  group.members.clear();  // after a rolling bounce
  add(group, "M3", "T1 T2", "", "I0");
  add(group, "M2", "T1 T2", "", "I1");
  CHECK(assign("range", group) == "M2 T1-2 T2-2 | M3 T1-0 T1-1 T2-0 T2-1");
}

TEST_CASE("server range: different subscriptions, and more members than partitions") {
  GroupSpec group = spec("t1:3 t2:3 t3:2");
  add(group, "A", "t1 t2");
  add(group, "B", "t3");
  add(group, "C", "t2 t3");
  CHECK(assign("range", group) == "A t1-0 t1-1 t1-2 t2-0 t2-1 | B t3-0 | C t2-2 t3-1");
  group = spec("t1:2 t3:2");
  for (const char* id : {"A", "B", "C"}) add(group, id, "t1 t3");
  CHECK(assign("range", group) == "A t1-0 t3-0 | B t1-1 t3-1 | C");
}

TEST_CASE("uniform, homogeneous: first assignments") {
  GroupSpec group = spec("t1:3 t3:2");
  add(group, "A", "t1 t3");
  add(group, "B", "t1 t3");
  CHECK(assign("uniform", group) == "A t1-0 t1-1 t1-2 | B t3-0 t3-1");
  group = spec("t1:1 t2:1");
  for (const char* id : {"A", "B", "C"}) add(group, id, "t1 t2");
  CHECK(assign("uniform", group) == "A t1-0 | B t2-0 | C");
}

TEST_CASE("uniform, homogeneous: what is beyond the quota goes to who is below") {
  GroupSpec group = spec("t1:3 t2:3");
  add(group, "A", "t1 t2", "t1-0 t1-1 t2-0 t2-1");
  add(group, "B", "t1 t2", "t1-2 t2-2");
  CHECK(assign("uniform", group) == "A t1-0 t1-1 t2-0 | B t1-2 t2-1 t2-2");
  add(group, "C", "t1 t2");
  CHECK(assign("uniform", group) == "A t1-0 t1-1 | B t1-2 t2-2 | C t2-0 t2-1");
  group = spec("t1:6 t2:5");  // partitions were added
  add(group, "A", "t1 t2", "t1-0 t1-2 t2-0");
  add(group, "B", "t1 t2", "t1-1 t2-1 t2-2");
  CHECK(assign("uniform", group) == "A t1-0 t1-2 t1-3 t1-4 t1-5 t2-0 | B t1-1 t2-1 t2-2 t2-3 t2-4");
  group.members.erase("B");  // one left
  CHECK(assign("uniform", group) == "A t1-0 t1-1 t1-2 t1-3 t1-4 t1-5 t2-0 t2-1 t2-2 t2-3 t2-4");
}

TEST_CASE("uniform, homogeneous: a topic that nobody wants any more") {
  GroupSpec group = spec("t1:2 t2:2");
  add(group, "A", "t2", "t1-0 t2-0");
  add(group, "B", "t2", "t1-1 t2-1");
  CHECK(assign("uniform", group) == "A t2-0 | B t2-1");
}

TEST_CASE("uniform, homogeneous: who may have one more is a matter of order, not of having") {
  GroupSpec group = spec("t1:5");
  add(group, "A", "t1", "t1-0");
  add(group, "B", "t1", "t1-1 t1-2");
  add(group, "C", "t1", "t1-3 t1-4");
  // sticky would have left everything as it is.
  CHECK(assign("uniform", group) == "A t1-0 t1-4 | B t1-1 t1-2 | C t1-3");
}

TEST_CASE("uniform, heterogeneous: first assignments (testFirstAssignment…)") {
  GroupSpec group = spec("t1:3 t3:6");
  add(group, "A", "t1 t3");
  add(group, "B", "t3");
  CHECK(assign("uniform", group) == "A t1-0 t1-1 t1-2 t3-3 t3-5 | B t3-0 t3-1 t3-2 t3-4");
  group = spec("t1:2 t3:1");
  add(group, "A", "t3");
  add(group, "B", "t3");
  add(group, "C", "t1");
  CHECK(assign("uniform", group) == "A t3-0 | B | C t1-0 t1-1");
  group = spec("t1:3");
  add(group, "A", "t1");
  add(group, "B", "");
  CHECK(assign("uniform", group) == "A t1-0 t1-1 t1-2 | B");
}

TEST_CASE("uniform, heterogeneous: from an unbalanced target (testReassignmentForTwoMembers…)") {
  GroupSpec group = spec("t1:6 t2:4 t3:4");
  add(group, "A", "t1", "t1-0 t1-1 t1-2");
  add(group, "B", "t1 t2", "t1-3 t2-0");
  add(group, "C", "t1 t2 t3", "t1-4 t1-5 t2-1 t2-2 t2-3 t3-0 t3-1 t3-2 t3-3");
  CHECK(assign("uniform", group) ==
        "A t1-0 t1-1 t1-2 t1-3 t1-4 | B t2-0 t2-1 t2-2 t2-3 | C t1-5 t3-0 t3-1 t3-2 t3-3");
}

TEST_CASE("uniform, heterogeneous: partitions and members are added (testReassignmentWhen…)") {
  GroupSpec group = spec("t1:6 t2:5 t3:3 t4:3");
  add(group, "A", "t1 t3", "t1-0 t1-1 t1-2 t1-3 t3-0 t3-1");
  add(group, "B", "t1 t2 t3 t4", "t2-0 t2-1 t2-2 t4-0 t4-1 t4-2");
  CHECK(assign("uniform", group) ==
        "A t1-0 t1-1 t1-2 t1-3 t1-4 t1-5 t3-0 t3-1 t3-2 | "
        "B t2-0 t2-1 t2-2 t2-3 t2-4 t4-0 t4-1 t4-2");
  group = spec("t1:6 t2:7");
  add(group, "A", "t1", "t1-0 t1-2 t2-0");
  add(group, "B", "t1 t2", "t1-1 t2-1 t2-2");
  add(group, "C", "t1 t2");
  CHECK(assign("uniform", group) ==
        "A t1-0 t1-2 t1-3 t1-4 t1-5 | B t1-1 t2-1 t2-2 t2-5 | C t2-0 t2-3 t2-4 t2-6");
}

TEST_CASE("uniform, heterogeneous: a member, and a subscription, go (testReassignmentWhen…)") {
  GroupSpec group = spec("t1:3 t2:8 t3:3");
  add(group, "A", "t1 t3", "t1-0 t1-1 t1-2 t3-0 t3-1");
  add(group, "B", "t2", "t2-3 t2-4 t2-5 t2-6");
  CHECK(assign("uniform", group) ==
        "A t1-0 t1-1 t1-2 t3-0 t3-1 t3-2 | B t2-0 t2-1 t2-2 t2-3 t2-4 t2-5 t2-6 t2-7");
  group = spec("t1:3 t2:5");
  add(group, "A", "t1", "t1-0 t1-2 t2-1 t2-3");
  add(group, "B", "t1 t2", "t1-1 t2-0 t2-2 t2-4");
  CHECK(assign("uniform", group) == "A t1-0 t1-1 t1-2 | B t2-0 t2-1 t2-2 t2-3 t2-4");
}

TEST_CASE("server assignors: nobody, nothing, and a topic that does not exist") {
  for (const char* name : {"uniform", "range"}) {
    CHECK(assign(name, spec("t1:3")) == "");
    GroupSpec group = spec("t1:3");
    add(group, "A", "");
    add(group, "B", "");
    CHECK(assign(name, group) == "A | B");
    add(group, "C", "t1 gone");
    CHECK(assign(name, group) ==
          "C is subscribed to topic " + topic_id("gone").str() + ", which does not exist");
  }
  CHECK(find_server_assignor("sticky") == nullptr);
}

TEST_CASE("server assignors give what Kafka 3.9's own classes give") {
  const std::vector<test::GoldenGroup> goldens = test::golden_groups();
  REQUIRE(goldens.size() == 98);
  for (const test::GoldenGroup& golden : goldens) {
    GroupSpec group;
    for (const auto& [name, racks] : golden.racks_by_topic) {
      group.partition_counts[topic_id(name)] = static_cast<std::int32_t>(racks.size());
    }
    std::set<TopicPartition> taken;  // a target has one owner: the first that claims it
    for (const test::GoldenMember& m : golden.members) {
      MemberSpec& member = group.members[m.id];
      if (!m.instance.empty()) member.instance_id = m.instance;
      for (const std::string& topic : m.topics) member.topics.insert(topic_id(topic));
      for (const TopicPartition& tp : m.owned) {
        if (taken.insert(tp).second) member.target[topic_id(tp.topic)].push_back(tp.partition);
      }
      for (auto& [topic, list] : member.target) std::sort(list.begin(), list.end());
    }
    INFO("group " << golden.number);
    CHECK(assign("uniform", group) == golden.expected.at("uniform"));
    CHECK(assign("range", group) == golden.expected.at("server-range"));
  }
}

namespace {

void check_laws(const GroupSpec& group, const TargetAssignment& target, const char* name) {
  std::map<Uuid, std::vector<int>> owners;  // how many have each partition
  for (const auto& [topic, count] : group.partition_counts) {
    owners[topic].resize(static_cast<std::size_t>(count));
  }
  std::size_t least = SIZE_MAX, most = 0;
  REQUIRE(target.size() == group.members.size());
  for (const auto& [id, topics] : target) {
    std::size_t size = 0;
    for (const auto& [topic, partitions] : topics) {
      CHECK(group.members.at(id).topics.count(topic) == 1);
      CHECK_FALSE(partitions.empty());
      CHECK(std::is_sorted(partitions.begin(), partitions.end()));
      for (const std::int32_t p : partitions) ++owners[topic].at(static_cast<std::size_t>(p));
      size += partitions.size();
    }
    least = std::min(least, size);
    most = std::max(most, size);
  }
  for (const auto& [topic, counts] : owners) {
    bool wanted = false;
    for (const auto& [id, member] : group.members) wanted |= member.topics.count(topic) > 0;
    for (const int count : counts) CHECK(count == (wanted ? 1 : 0));
  }
  if (std::string(name) == "uniform" && group.subscriptions == SubscriptionType::Homogeneous) {
    CHECK(most <= least + 1);
  }
}

}  // namespace

TEST_CASE("server assignors: complete, disjoint, entitled, even, through a group's whole life") {
  const int groups = kSanitized ? 100 : 600;
  for (const char* name : {"uniform", "range"}) {
    for (int g = 0; g < groups; ++g) {
      env::Random random(static_cast<std::uint64_t>(g));
      GroupSpec group = spec("t:5 u:3 v:8");
      const bool alike = random.chance(1, 2);
      int next = 0;
      for (int change = 0; change < 8; ++change) {
        if (random.chance(2, 3) || group.members.size() < 2) {
          std::string topics;
          for (const char* t : {"t", "u", "v"}) {
            if (alike || random.chance(2, 3)) topics += std::string(" ") + t;
          }
          add(group, "m" + std::to_string(next++), topics);
        } else {
          auto it = group.members.begin();
          std::advance(it, static_cast<std::ptrdiff_t>(random.below(group.members.size())));
          group.members.erase(it);
        }
        set_kind(group);
        const TargetAssignment target = find_server_assignor(name)->assign(group).value();
        check_laws(group, target, name);
        for (auto& [id, member] : group.members) member.target = target.at(id);
        // What is balanced stays as it is.
        if (group.subscriptions == SubscriptionType::Homogeneous) {
          CHECK(find_server_assignor(name)->assign(group).value() == target);
        }
      }
    }
  }
}
