#include "engine/client/assignor/assignor_laws.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace kscope::client {
namespace {

using Members = std::vector<MemberSubscription>;

bool subscribes(const MemberSubscription& member, const std::string& topic) {
  const std::vector<std::string>& topics = member.subscription.topics;
  return std::find(topics.begin(), topics.end(), topic) != topics.end();
}

std::map<std::string, const MemberSubscription*> by_id(const Members& members) {
  std::map<std::string, const MemberSubscription*> index;
  for (const MemberSubscription& member : members) index[member.member_id] = &member;
  return index;
}

std::map<TopicPartition, std::string> owners_of(const GroupAssignment& assignment) {
  std::map<TopicPartition, std::string> owners;
  for (const auto& [member, partitions] : assignment) {
    for (const TopicPartition& tp : partitions) owners[tp] = member;
  }
  return owners;
}

std::optional<std::string> not_entitled(const ClusterTopics& topics, const Members& members,
                                        const GroupAssignment& assignment) {
  const auto known = by_id(members);
  for (const auto& [id, member] : known) {
    if (assignment.count(id) == 0)
      return id +
             " is missing from the assignment (an empty share "
             "has to be there as well)";
  }
  for (const auto& [id, partitions] : assignment) {
    const auto member = known.find(id);
    if (member == known.end()) return "the assignment names " + id + ", who is no member";
    for (const TopicPartition& tp : partitions) {
      const auto topic = topics.find(tp.topic);
      if (topic == topics.end() || tp.partition < 0 ||
          tp.partition >= topic->second.partition_count) {
        return fmt::format("{} was given {}, which does not exist", id, tp.str());
      }
      if (!subscribes(*member->second, tp.topic)) {
        return fmt::format("{} was given {} and has not subscribed to {}", id, tp.str(), tp.topic);
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string> given_twice(const GroupAssignment& assignment) {
  std::map<TopicPartition, std::string> owners;
  for (const auto& [id, partitions] : assignment) {
    for (const TopicPartition& tp : partitions) {
      const auto [it, first] = owners.try_emplace(tp, id);
      if (first) continue;
      if (it->second == id) return fmt::format("{} was given {} twice", id, tp.str());
      return fmt::format("{} was given to {} and to {}", tp.str(), it->second, id);
    }
  }
  return std::nullopt;
}

std::map<TopicPartition, std::string> said_to_own(const Members& members) {
  std::map<TopicPartition, std::string> owners;
  for (const MemberSubscription& member : members) {
    for (const auto& topic : member.subscription.owned_partitions) {
      for (const std::int32_t p : topic.partitions) owners[{topic.topic, p}] = member.member_id;
    }
  }
  return owners;
}

std::optional<std::string> not_complete(const ClusterTopics& topics, const Members& members,
                                        const GroupAssignment& assignment, bool may_withhold) {
  const auto owners = owners_of(assignment);
  const auto before = may_withhold ? said_to_own(members) : owners;
  for (const auto& [name, layout] : topics) {
    const bool wanted = std::any_of(members.begin(), members.end(),
                                    [&name = name](const auto& m) { return subscribes(m, name); });
    for (std::int32_t p = 0; wanted && p < layout.partition_count; ++p) {
      const TopicPartition tp{name, p};
      if (owners.count(tp) == 0 && before.count(tp) == 0) {
        return fmt::format("nobody was given {}", tp.str());
      }
    }
  }
  return std::nullopt;
}

/// KIP-429: what somebody still reads goes to nobody else (ConsumerCoordinator.
/// validateCooperativeAssignment).
std::optional<std::string> taken_from_owner(const Members& members,
                                            const GroupAssignment& assignment) {
  const auto before = said_to_own(members);
  for (const auto& [tp, owner] : owners_of(assignment)) {
    const auto had = before.find(tp);
    if (had != before.end() && had->second != owner) {
      return fmt::format("{} was given to {} while {} still owns it", tp.str(), owner, had->second);
    }
  }
  return std::nullopt;
}

std::optional<BrokenLaw> broken(AssignorLaw law, const ClusterTopics& topics,
                                const Members& members, const std::optional<std::string>& what) {
  if (!what) return std::nullopt;
  return BrokenLaw{law, in_words(topics, members) + ": " + *what};
}

std::string racks_in_words(const TopicLayout& layout) {
  std::string text;
  for (const std::vector<std::string>& racks : layout.racks) {
    text += fmt::format(" {{{}}}", fmt::join(racks, ","));
  }
  return text;
}

struct Load {
  std::string member;
  std::size_t size = 0;
};

std::optional<std::string> far_apart(std::vector<Load> loads, const std::string& of_what) {
  if (loads.empty()) return std::nullopt;
  const auto less = [](const Load& a, const Load& b) { return a.size < b.size; };
  const auto [least, most] = std::minmax_element(loads.begin(), loads.end(), less);
  if (most->size <= least->size + 1) return std::nullopt;
  return fmt::format("{} was given {} {} and {} only {}", most->member, most->size, of_what,
                     least->member, least->size);
}

std::optional<std::string> uneven_topic(const ClusterTopics& topics, const Members& members,
                                        const GroupAssignment& assignment) {
  for (const auto& [name, layout] : topics) {
    std::vector<Load> loads;
    for (const MemberSubscription& member : members) {
      if (!subscribes(member, name)) continue;
      const auto& share = assignment.at(member.member_id);
      const auto mine = std::count_if(share.begin(), share.end(),
                                      [&name = name](const auto& tp) { return tp.topic == name; });
      loads.push_back({member.member_id, static_cast<std::size_t>(mine)});
    }
    if (auto what = far_apart(loads, "partitions of " + name)) return what;
  }
  return std::nullopt;
}

bool subscribe_alike(const Members& members) {
  const auto topics_of = [](const MemberSubscription& m) {
    return std::set<std::string>(m.subscription.topics.begin(), m.subscription.topics.end());
  };
  return std::all_of(members.begin(), members.end(), [&](const MemberSubscription& m) {
    return topics_of(m) == topics_of(members.front());
  });
}

std::optional<std::string> uneven_if_alike(const Members& members,
                                           const GroupAssignment& assignment) {
  if (!subscribe_alike(members)) return std::nullopt;
  std::vector<Load> loads;
  for (const auto& [id, share] : assignment) loads.push_back({id, share.size()});
  return far_apart(loads, "partitions");
}

std::optional<std::string> could_be_better(const Members& members,
                                           const GroupAssignment& assignment) {
  // The most loaded owner of a partition of each topic.
  std::map<std::string, std::pair<std::size_t, TopicPartition>> most;
  for (const auto& [id, share] : assignment) {
    for (const TopicPartition& tp : share) {
      auto& [size, example] = most[tp.topic];
      if (share.size() > size) std::tie(size, example) = std::tuple(share.size(), tp);
    }
  }
  const auto owners = owners_of(assignment);
  for (const MemberSubscription& member : members) {
    const std::size_t mine = assignment.at(member.member_id).size();
    for (const std::string& topic : member.subscription.topics) {
      const auto it = most.find(topic);
      if (it == most.end() || it->second.first <= mine + 1) continue;
      const auto& [size, example] = it->second;
      return fmt::format("{} has {} partitions and {} only {}, although it could take {}",
                         owners.at(example), size, member.member_id, mine, example.str());
    }
  }
  return std::nullopt;
}

}  // namespace

const char* to_string(AssignorLaw law) {
  switch (law) {
    case AssignorLaw::Entitled:
      return "entitled";
    case AssignorLaw::Disjoint:
      return "disjoint";
    case AssignorLaw::Complete:
      return "complete";
    case AssignorLaw::AnyOrder:
      return "any order";
    case AssignorLaw::Even:
      return "even";
    case AssignorLaw::Sticky:
      return "sticky";
  }
  return "unknown";
}

std::string in_words(const ClusterTopics& topics, const Members& members) {
  std::string text = members.size() == 1 ? "member" : "members";
  for (std::size_t m = 0; m < members.size(); ++m) {
    const auto& [topics_of_it, data, owned, generation, rack] = members[m].subscription;
    text += fmt::format("{} {} ({}{})", m == 0 ? "" : ",", members[m].member_id,
                        fmt::join(topics_of_it, " "), rack ? " in " + *rack : "");
  }
  text += topics.size() == 1 ? "; topic" : "; topics";
  bool first = true;
  for (const auto& [name, layout] : topics) {
    text += fmt::format("{} {} with {} partition{}", first ? "" : ",", name, layout.partition_count,
                        layout.partition_count == 1 ? "" : "s");
    if (!layout.racks.empty()) text += " in" + racks_in_words(layout);
    first = false;
  }
  return text;
}

std::optional<BrokenLaw> check_shares(const ClusterTopics& topics, const Members& members,
                                      const GroupAssignment& assignment,
                                      RebalanceProtocol protocol) {
  const bool cooperative = protocol == RebalanceProtocol::Cooperative;
  auto law =
      broken(AssignorLaw::Entitled, topics, members, not_entitled(topics, members, assignment));
  if (!law) law = broken(AssignorLaw::Disjoint, topics, members, given_twice(assignment));
  if (!law && cooperative) {
    law = broken(AssignorLaw::Disjoint, topics, members, taken_from_owner(members, assignment));
  }
  if (!law) {
    law = broken(AssignorLaw::Complete, topics, members,
                 not_complete(topics, members, assignment, cooperative));
  }
  return law;
}

std::optional<BrokenLaw> check_even(const ClusterTopics& topics, const Members& members,
                                    const GroupAssignment& assignment, Evenness evenness) {
  std::optional<std::string> what;
  switch (evenness) {
    case Evenness::None:
      break;
    case Evenness::PerTopic:
      what = uneven_topic(topics, members, assignment);
      break;
    case Evenness::IfAlike:
      what = uneven_if_alike(members, assignment);
      break;
    case Evenness::Best:
      what = could_be_better(members, assignment);
      break;
  }
  return broken(AssignorLaw::Even, topics, members, what);
}

std::optional<BrokenLaw> check_any_order(const Assignor& assignor, const ClusterTopics& topics,
                                         const Members& members,
                                         const GroupAssignment& assignment) {
  Members other = members;
  for (int turn = 0; turn < 2; ++turn) {
    if (turn == 0) {
      std::reverse(other.begin(), other.end());
    } else if (other.size() > 2) {
      std::rotate(other.begin(), other.begin() + 1, other.end());
    }
    const GroupAssignment again = assignor.assign(topics, other);
    if (again == assignment) continue;
    for (const auto& [tp, owner] : owners_of(assignment)) {
      const auto now = owners_of(again);
      const auto it = now.find(tp);
      if (it != now.end() && it->second == owner) continue;
      return broken(AssignorLaw::AnyOrder, topics, members,
                    fmt::format("{} went to {}; with the members listed in another order it goes "
                                "to {}",
                                tp.str(), owner, it == now.end() ? "nobody" : it->second));
    }
    return broken(
        AssignorLaw::AnyOrder, topics, members,
        "with the members listed in another order somebody's share is sorted differently");
  }
  return std::nullopt;
}

std::optional<BrokenLaw> check_sticky(const GroupAssignment& before, const GroupAssignment& after) {
  const auto now = owners_of(after);
  for (const auto& [id, share] : before) {
    if (after.count(id) == 0) continue;
    for (const TopicPartition& tp : share) {
      const auto it = now.find(tp);
      if (it == now.end() || it->second == id || before.count(it->second) == 0) continue;
      return BrokenLaw{AssignorLaw::Sticky,
                       fmt::format("{} moved from {} to {}, although both were there before and "
                                   "still are",
                                   tp.str(), id, it->second)};
    }
  }
  return std::nullopt;
}

}  // namespace kscope::client
