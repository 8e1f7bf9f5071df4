// A wrong assignor, to see what being wrong looks like: contiguous ranges whose ends were rounded.
//
// Member i of m takes the partitions from i·n/m to (i+1)·n/m. Both ends are meant, one of them is
// meant twice: where one range ends, the next begins, and two members read that partition. In a
// test with as many members as partitions, or with one member, nobody notices.
#include <algorithm>

#include "viewer/lab/lab_assignors.h"

namespace kscope::lab {

namespace {

class WrongAssignor final : public client::Assignor {
 public:
  const char* name() const override { return "wrong"; }

  client::GroupAssignment assign(
      const client::ClusterTopics& topics,
      const std::vector<client::MemberSubscription>& members) const override {
    client::GroupAssignment shares;
    for (const client::MemberSubscription& member : members) shares[member.member_id];
    for (const auto& [topic, layout] : topics) {
      std::vector<std::string> subscribers;
      for (const auto& [id, share] : shares) {
        const auto member = std::find_if(members.begin(), members.end(),
                                         [&id = id](const auto& m) { return m.member_id == id; });
        const std::vector<std::string>& wanted = member->subscription.topics;
        if (std::find(wanted.begin(), wanted.end(), topic) != wanted.end()) {
          subscribers.push_back(id);
        }
      }
      const int n = layout.partition_count, m = static_cast<int>(subscribers.size());
      for (int i = 0; i < m; ++i) {
        const int last = std::min((i + 1) * n / m, n - 1);  // the mistake: this one is the next's
        for (int p = i * n / m; p <= last; ++p) shares[subscribers[i]].push_back({topic, p});
      }
    }
    return shares;
  }
};

}  // namespace

const client::Assignor& wrong_assignor() {
  static const WrongAssignor kWrong;
  return kWrong;
}

}  // namespace kscope::lab
