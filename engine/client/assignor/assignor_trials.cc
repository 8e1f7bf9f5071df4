#include "engine/client/assignor/assignor_trials.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/client/assignor/consumer_protocol.h"

namespace kscope::client {
namespace {

constexpr int kChangesPerGroup = 4;
constexpr int kLargest = 12;  // members of the largest group

std::vector<TopicPartition> sorted(std::vector<TopicPartition> partitions) {
  std::sort(partitions.begin(), partitions.end());
  return partitions;
}

}  // namespace

void TrialGroup::join(MemberSubscription member) {
  const std::string id = member.member_id;
  KCHECK(consumers_.count(id) == 0);
  consumers_[id] = Consumer{std::move(member), {}};
}

void TrialGroup::leave(const std::string& member_id) {
  consumers_.erase(member_id);
  shares_.erase(member_id);
}

void TrialGroup::subscribe(const std::string& member_id, std::vector<std::string> topics) {
  consumers_.at(member_id).member.subscription.topics = std::move(topics);
}

void TrialGroup::grow(const std::string& topic, std::int32_t partition_count) {
  TopicLayout& layout = topics_.at(topic);
  layout.partition_count = partition_count;
  if (!layout.racks.empty()) layout.racks.resize(static_cast<std::size_t>(partition_count));
}

std::vector<std::string> TrialGroup::member_ids() const {
  std::vector<std::string> ids;
  for (const auto& [id, consumer] : consumers_) ids.push_back(id);
  return ids;
}

std::vector<MemberSubscription> TrialGroup::subscriptions() const {
  std::vector<MemberSubscription> members;
  for (const auto& [id, consumer] : consumers_) {
    MemberSubscription member = consumer.member;
    protocol::ConsumerProtocolSubscription& subscription = member.subscription;
    subscription.generation_id = generation_ == 0 || shares_.count(id) == 0 ? -1 : generation_;
    subscription.user_data =
        assignor_->subscription_user_data(subscription.topics, consumer.memory);
    const auto share = shares_.find(id);
    if (assignor_->protocol() == RebalanceProtocol::Cooperative && share != shares_.end()) {
      // Partitions of topics that it no longer wants are given up before it joins.
      std::vector<TopicPartition> owned = share->second;
      const std::vector<std::string>& wanted = subscription.topics;
      owned.erase(std::remove_if(owned.begin(), owned.end(),
                                 [&](const TopicPartition& tp) {
                                   return std::find(wanted.begin(), wanted.end(), tp.topic) ==
                                          wanted.end();
                                 }),
                  owned.end());
      subscription.owned_partitions = by_topic(owned);
    }
    member.subscription = read_subscription(write_subscription(std::move(subscription))).value();
    members.push_back(std::move(member));
  }
  return members;
}

void TrialGroup::hand_out(const GroupAssignment& assignment, bool* gave_up_something) {
  for (auto& [id, consumer] : consumers_) {
    const Blob bytes = write_assignment({assignment.at(id), std::nullopt});
    const MemberAssignment mine = read_assignment(bytes).value();
    const std::vector<TopicPartition> now = sorted(mine.partitions);
    for (const TopicPartition& had : shares_[id]) {
      if (!std::binary_search(now.begin(), now.end(), had)) *gave_up_something = true;
    }
    shares_[id] = mine.partitions;
    assignor_->on_assignment(mine, generation_, &consumer.memory);
  }
}

std::optional<BrokenLaw> TrialGroup::rebalance_once(bool* gave_up_something) {
  const std::vector<MemberSubscription> members = subscriptions();
  const GroupAssignment assignment = assignor_->assign(topics_, members);
  ++generation_;
  if (auto law = check_shares(topics_, members, assignment, assignor_->protocol())) return law;
  if (auto law = check_any_order(*assignor_, topics_, members, assignment)) return law;
  hand_out(assignment, gave_up_something);
  rounds_.push_back(assignment);
  return std::nullopt;
}

std::optional<BrokenLaw> TrialGroup::rebalance() {
  const bool cooperative = assignor_->protocol() == RebalanceProtocol::Cooperative;
  settled_ = false;
  rounds_.clear();
  for (int round = 0; round < kMostRounds && !settled_; ++round) {
    bool gave_up_something = false;
    if (auto law = rebalance_once(&gave_up_something)) return law;
    settled_ = !cooperative || !gave_up_something;
  }
  // Nothing is withheld for anybody any more.
  return settled_ ? check_shares(topics_, subscriptions(), shares_) : std::nullopt;
}

namespace {

/// One made-up group and what becomes of it.
class Trial {
 public:
  Trial(const Assignor& assignor, const Promises& promises, env::Random random, int size)
      : promises_(promises),
        random_(random),
        size_(size),
        alike_(random_.chance(2, 3)),
        group_(assignor, make_topics()) {}

  /// The first law that was broken.
  std::optional<BrokenLaw> live(int* assignments) {
    const auto members = 1 + static_cast<int>(random_.below(static_cast<std::uint64_t>(size_)));
    for (int m = 0; m < members; ++m) join();
    if (auto law = check(false, "")) return law;
    for (int change = 0; change < kChangesPerGroup; ++change) {
      const int before = group_.generation();
      const auto law = change_something();
      *assignments += group_.generation() - before;
      if (law) return law;
    }
    return std::nullopt;
  }

 private:
  bool racks() const { return racks_ > 0; }

  ClusterTopics make_topics() {
    racks_ = random_.chance(1, 3) ? 2 + static_cast<int>(random_.below(2)) : 0;
    const std::uint64_t count = 1 + random_.below(size_ <= 2 ? 1 : 4);
    ClusterTopics topics;
    for (std::uint64_t t = 0; t < count; ++t) {
      TopicLayout layout;
      layout.partition_count = static_cast<std::int32_t>(1 + random_.below(7));
      for (std::int32_t p = 0; racks() && p < layout.partition_count; ++p) {
        layout.racks.push_back({rack(p), rack(p + static_cast<int>(random_.below(2)))});
      }
      names_.push_back(std::string(1, static_cast<char>('t' + t)));
      topics[names_.back()] = layout;
    }
    return topics;
  }
  std::string rack(int number) const { return "rack-" + std::to_string(number % racks_); }

  std::vector<std::string> some_topics() {
    if (alike_) return names_;
    std::vector<std::string> topics;
    for (const std::string& name : names_) {
      if (random_.chance(3, 5)) topics.push_back(name);
    }
    return topics;  // none is possible, as with a pattern that matches nothing
  }

  void join() {
    MemberSubscription member;
    member.member_id =
        next_ < 26 ? std::string(1, static_cast<char>('a' + next_)) : "m" + std::to_string(next_);
    ++next_;
    if (random_.chance(1, 4)) member.instance_id = "i-" + member.member_id;
    member.subscription.topics = some_topics();
    if (racks() && random_.chance(4, 5)) {
      member.subscription.rack_id = rack(static_cast<int>(random_.below(3)));
    }
    last_ = member.member_id;
    group_.join(std::move(member));
  }

  std::string any_member() {
    const std::vector<std::string> ids = group_.member_ids();
    return ids[random_.below(ids.size())];
  }

  std::optional<BrokenLaw> change_something() {
    const std::vector<std::string> ids = group_.member_ids();
    switch (random_.below(5)) {
      case 0:
      case 1:
        if (ids.size() < 2) return std::nullopt;
        last_ = any_member();
        group_.leave(last_);
        return check(true, last_ + " left");
      case 2:
        join();
        return check(true, last_ + " joined");
      case 3: {
        const std::string& topic = names_[random_.below(names_.size())];
        const std::int32_t more = group_.topics().at(topic).partition_count + 2;
        group_.grow(topic, more);
        return check(false, topic + " grew to " + std::to_string(more) + " partitions");
      }
      default:
        if (!alike_) group_.subscribe(any_member(), some_topics());
        return check(false, "the same group joined again");
    }
  }

  std::optional<BrokenLaw> check(bool members_only, const std::string& what_happened) {
    const GroupAssignment before = group_.shares();
    std::optional<BrokenLaw> law = group_.rebalance();
    const auto members = group_.subscriptions();
    if (!law && !group_.settled()) {
      if (racks()) return std::nullopt;  // Kafka's, too: see TrialGroup::settled
      law = BrokenLaw{AssignorLaw::Complete,
                      in_words(group_.topics(), members) + ": after " +
                          std::to_string(TrialGroup::kMostRounds) +
                          " rebalances somebody still has to give something up"};
    }
    if (!law) law = check_even(group_.topics(), members, group_.shares(), promises_.evenness);
    if (!law && members_only && promises_.sticky && alike_ && !racks()) {
      law = check_sticky(before, group_.shares());
      if (law) law->story = in_words(group_.topics(), members) + ": " + law->story;
    }
    if (law && !what_happened.empty()) law->story = "after " + what_happened + ", " + law->story;
    return law;
  }

  Promises promises_;
  env::Random random_;
  int size_;
  bool alike_;
  int racks_ = 0;  // 0: brokers have none
  std::vector<std::string> names_;
  int next_ = 0;
  std::string last_;  // who joined or left last
  TrialGroup group_;
};

}  // namespace

TrialReport try_assignor(const Assignor& assignor, const Promises& promises, std::uint64_t seed,
                         int groups) {
  TrialReport report;
  env::Random seeds(seed);
  for (int g = 0; g < groups; ++g) {
    const int size = 2 + g * (kLargest - 2) / std::max(groups, 1);
    Trial trial(assignor, promises, env::Random(seeds.next()), size);
    const auto law = trial.live(&report.assignments);
    if (law) report.first_story.try_emplace(law->law, law->story);
    ++report.groups;
  }
  return report;
}

}  // namespace kscope::client
