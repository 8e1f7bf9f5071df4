// The block `assignor NAME`: one small group, and what the assignor of that name makes of it.
//
// Members a, b, c read orders (4 partitions) and payments (3); then b leaves; then d joins. Every
// column is an assignment that the assignor really made, and a column's number is the generation.
#include <fmt/format.h>

#include <algorithm>

#include "engine/client/assignor/assignor_trials.h"
#include "engine/coordinator/assignor/server_assignor.h"
#include "viewer/cli/docs_blocks.h"

namespace kscope::cli {
namespace {

using client::GroupAssignment;

const client::ClusterTopics& example_topics() {
  static const client::ClusterTopics kTopics{{"orders", {4, {}}}, {"payments", {3, {}}}};
  return kTopics;
}

struct Column {
  std::string heading;
  GroupAssignment shares;
};

/// What happens to the example's group, told to whoever plays it.
template <class Group>
std::vector<Column> live_through(Group& group) {
  std::vector<Column> columns;
  const auto rebalance = [&](const std::string& what) {
    for (const GroupAssignment& round : group.rebalance()) {
      columns.push_back({fmt::format("{}: {}", columns.size() + 1, what), round});
    }
  };
  for (const char* id : {"a", "b", "c"}) group.join(id);
  rebalance("a, b and c are there");
  group.leave("b");
  rebalance("b has left");
  group.join("d");
  rebalance("d has joined");
  return columns;
}

/// A leader among consumers decides.
class ClassicExample {
 public:
  explicit ClassicExample(const client::Assignor& assignor) : group_(assignor, example_topics()) {}
  void join(const std::string& id) {
    client::MemberSubscription member;
    member.member_id = id;
    member.subscription.topics = {"orders", "payments"};
    group_.join(member);
  }
  void leave(const std::string& id) { group_.leave(id); }
  std::vector<GroupAssignment> rebalance() {
    const auto broken = group_.rebalance();
    KCHECK(!broken);
    return group_.rounds();
  }

 private:
  client::TrialGroup group_;
};

/// The coordinator decides: what is shown are targets (KIP-848).
class ServerExample {
 public:
  explicit ServerExample(const coordinator::ServerAssignor& assignor) : assignor_(assignor) {
    for (const auto& [name, layout] : example_topics()) {
      group_.partition_counts[id_of(name)] = layout.partition_count;
    }
  }
  void join(const std::string& id) {
    for (const auto& [name, layout] : example_topics()) {
      group_.members[id].topics.insert(id_of(name));
    }
  }
  void leave(const std::string& id) { group_.members.erase(id); }
  std::vector<GroupAssignment> rebalance() {
    const coordinator::TargetAssignment target = assignor_.assign(group_).value();
    GroupAssignment named;
    for (const auto& [id, topics] : target) {
      group_.members[id].target = topics;
      std::vector<TopicPartition>& share = named[id];
      for (const auto& [name, layout] : example_topics()) {
        const auto partitions = topics.find(id_of(name));
        if (partitions == topics.end()) continue;
        for (const std::int32_t p : partitions->second) share.push_back({name, p});
      }
    }
    return {named};
  }

 private:
  static Uuid id_of(const std::string& name) {
    Uuid id;
    std::copy(name.begin(), name.end(), id.bytes.begin());
    return id;
  }
  const coordinator::ServerAssignor& assignor_;
  coordinator::GroupSpec group_;
};

/// "orders 0 **3** payments 1": what is new to the member is bold.
std::string share_in_words(const Column& column, const Column* before, const std::string& id) {
  if (column.shares.count(id) == 0) return "";
  std::vector<TopicPartition> share = column.shares.at(id), had;
  if (before != nullptr && before->shares.count(id) > 0) had = before->shares.at(id);
  std::sort(share.begin(), share.end());
  std::string text, topic;
  for (const TopicPartition& tp : share) {
    if (tp.topic != topic) text += (text.empty() ? "" : ", ") + tp.topic;
    topic = tp.topic;
    const bool is_new = before != nullptr && std::find(had.begin(), had.end(), tp) == had.end();
    const char* bold = is_new ? "**" : "";
    text += fmt::format(" {}{}{}", bold, tp.partition, bold);
  }
  return text.empty() ? "nothing" : text;
}

std::string table_of(const std::vector<Column>& columns) {
  std::string out = "| member |", line = "|---|";
  for (const Column& column : columns) {
    out += fmt::format(" {} |", column.heading);
    line += "---|";
  }
  out += "\n" + line + "\n";
  for (const char* id : {"a", "b", "c", "d"}) {
    out += fmt::format("| {} |", id);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Column* before = i == 0 ? nullptr : &columns[i - 1];
      out += fmt::format(" {} |", share_in_words(columns[i], before, id));
    }
    out += "\n";
  }
  return out;
}

}  // namespace

Result<std::string> assignor_example(const std::string& name) {
  if (const client::Assignor* assignor = client::find_assignor(name)) {
    ClassicExample group(*assignor);
    return table_of(live_through(group));
  }
  constexpr std::string_view kServer = "server-";
  const std::string_view rest =
      std::string_view(name).substr(name.rfind(kServer, 0) == 0 ? kServer.size() : 0);
  if (const coordinator::ServerAssignor* assignor = coordinator::find_server_assignor(rest)) {
    ServerExample group(*assignor);
    return table_of(live_through(group));
  }
  return Error{ErrorKind::Invalid, fmt::format("there is no assignor \"{}\"; known: {}, uniform, "
                                               "server-range",
                                               name, fmt::join(client::assignor_names(), ", "))};
}

}  // namespace kscope::cli
