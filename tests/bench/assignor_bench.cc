// Assignors with a large group: 1 000 members, 100 topics with 100 partitions each.
#include "engine/client/assignor/consumer_protocol.h"
#include "engine/client/assignor/sticky_assignor.h"
#include "engine/coordinator/assignor/server_assignor.h"
#include "engine/env/random.h"
#include "tests/bench/bench.h"

namespace kscope::bench {
namespace {

using client::Assignor;
using client::ClusterTopics;
using client::GroupAssignment;
using client::MemberSubscription;

constexpr int kMembers = 1000;
constexpr int kTopics = 100;
constexpr int kPartitions = 100;  // of each topic
constexpr int kRuns = 5;
constexpr double kStickyLimitMs = 2000;

std::string topic_name(int t) { return "topic-" + std::to_string(t); }

ClusterTopics large_cluster() {
  ClusterTopics topics;
  for (int t = 0; t < kTopics; ++t) topics[topic_name(t)].partition_count = kPartitions;
  return topics;
}

/// Everybody wants everything, or everybody another half of it.
std::vector<MemberSubscription> large_group(bool alike) {
  env::Random random(848);
  std::vector<MemberSubscription> members(kMembers);
  for (int m = 0; m < kMembers; ++m) {
    members[m].member_id = "consumer-" + std::to_string(m) + "-0a1b2c3d";
    for (int t = 0; t < kTopics; ++t) {
      if (alike || random.chance(1, 2)) {
        members[m].subscription.topics.push_back(topic_name(t));
      }
    }
  }
  return members;
}

/// As they were after an earlier rebalance.
void give(const GroupAssignment& shares, std::vector<MemberSubscription>& members) {
  for (MemberSubscription& member : members) {
    const auto& share = shares.at(member.member_id);
    member.subscription.owned_partitions = client::by_topic(share);
    member.subscription.generation_id = 1;
    member.subscription.user_data = client::write_sticky_user_data({share, 1});
  }
}

template <class Assign>
Figure timed(const std::string& name, Assign assign) {
  std::vector<double> runs;
  for (int run = 0; run < kRuns; ++run) {
    const Stopwatch watch;
    assign();
    runs.push_back(watch.seconds() * 1e3);
  }
  Figure figure{"assignor_" + name, "ms", median(std::move(runs)), kRuns, {}, {}};
  if (name.find("sticky") != std::string::npos) {
    figure.limit = "what is promised";
    figure.limit_value = kStickyLimitMs;
  }
  return figure;
}

/// Nobody has anything yet.
Figure from_nothing(const std::string& figure, const char* name) {
  const ClusterTopics topics = large_cluster();
  const auto members = large_group(true);
  return timed(figure, [&] { client::find_assignor(name)->assign(topics, members); });
}

/// One member of a thousand has left, and a hundred came.
Figure after_changes(const std::string& figure, const char* name, bool alike) {
  const ClusterTopics topics = large_cluster();
  auto members = large_group(alike);
  const auto newcomers =
      std::vector<MemberSubscription>(members.end() - kMembers / 10, members.end());
  members.resize(kMembers - kMembers / 10 + 1);
  give(client::find_assignor("sticky")->assign(topics, members), members);
  members.erase(members.begin());
  members.insert(members.end(), newcomers.begin() + 1, newcomers.end());
  return timed(figure, [&] { client::find_assignor(name)->assign(topics, members); });
}

Figure on_the_coordinator(const std::string& figure, const char* name, bool alike) {
  coordinator::GroupSpec group;
  group.subscriptions = alike ? coordinator::SubscriptionType::Homogeneous
                              : coordinator::SubscriptionType::Heterogeneous;
  const auto id_of = [](const std::string& topic) {
    Uuid id;
    std::copy(topic.begin(), topic.end(), id.bytes.begin());
    return id;
  };
  for (int t = 0; t < kTopics; ++t) group.partition_counts[id_of(topic_name(t))] = kPartitions;
  for (const MemberSubscription& member : large_group(alike)) {
    for (const std::string& topic : member.subscription.topics) {
      group.members[member.member_id].topics.insert(id_of(topic));
    }
  }
  const coordinator::ServerAssignor& assignor = *coordinator::find_server_assignor(name);
  const coordinator::TargetAssignment target = assignor.assign(group).value();
  for (auto& [id, member] : group.members) member.target = target.at(id);
  group.members.erase(group.members.begin());
  return timed(figure, [&] { assignor.assign(group).value(); });
}

}  // namespace

std::vector<Figure> assignor_bench() {
  std::vector<Figure> figures = {
      from_nothing("range", "range"),
      from_nothing("roundrobin", "roundrobin"),
      from_nothing("consistent_hash", "consistent-hash"),
      from_nothing("sticky_from_nothing", "sticky"),
      after_changes("sticky", "sticky", true),
      after_changes("sticky_mixed", "sticky", false),
      after_changes("cooperative_sticky", "cooperative-sticky", true),
      after_changes("cooperative_sticky_mixed", "cooperative-sticky", false),
      on_the_coordinator("uniform", "uniform", true),
      on_the_coordinator("uniform_mixed", "uniform", false),
      on_the_coordinator("server_range", "range", true)};
  for (const Figure& figure : rebalance_bench()) figures.push_back(figure);
  return figures;
}

}  // namespace kscope::bench
