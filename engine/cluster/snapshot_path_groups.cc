#include "engine/cluster/snapshot_path_groups.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

namespace kscope::cluster {
namespace {

constexpr const char* kNothing = "none";

std::string braced(const std::vector<std::string>& names) {
  std::string out = "{";
  for (const std::string& name : names) out += (out.size() > 1 ? "," : "") + name;
  return out + "}";
}

std::string text_or_none(const std::string& text) { return text.empty() ? kNothing : text; }

std::optional<std::string> read(const GroupView& g, std::string_view field) {
  if (field == "state") return std::string(event::to_string(g.state));
  if (field == "generation" || field == "epoch") return std::to_string(g.generation);
  if (field == "coordinator") return std::to_string(g.coordinator);
  if (field == "partition") return std::to_string(g.partition);
  if (field == "loaded") return std::string(g.loaded ? "true" : "false");
  if (field == "protocol") return std::string(g.consumer_protocol ? "consumer" : "classic");
  if (field == "assignor") return text_or_none(g.assignor);
  if (field == "leader") return text_or_none(g.leader);
  if (field == "members") return std::to_string(g.members.size());
  if (field == "offsets") return std::to_string(g.committed.size());
  if (field == "assignment_epoch") return std::to_string(g.assignment_epoch);
  if (field != "member_ids") return std::nullopt;
  std::vector<std::string> ids;
  for (const GroupMemberView& m : g.members) ids.push_back(m.id);
  return braced(ids);
}

bool of_member(std::string_view field) { return field == "assigned" || field == "member"; }
bool of_partition(std::string_view field) { return field == "committed" || field == "metadata"; }

const GroupMemberView* member_named(const Snapshot& s, const GroupView& g, std::string_view name) {
  for (const GroupMemberView& m : g.members) {
    const ClientView* client = s.client(m.client);
    if (m.id == name || m.instance_id == name || (client != nullptr && client->name == name)) {
      return &m;
    }
  }
  return nullptr;
}

}  // namespace

Result<void> check_group_path(std::string_view path, const std::vector<std::string_view>& w) {
  const bool plain = w.size() == 3 && read(GroupView{}, w[2]);
  const bool with_name = w.size() == 4 && (of_member(w[2]) || of_partition(w[2]));
  if (plain || with_name) return {};
  return Error{ErrorKind::Invalid,
               fmt::format("\"{}\": expected group ID and one of state, generation, epoch, "
                           "assignment_epoch, coordinator, partition, loaded, protocol, assignor, "
                           "leader, members, member_ids, offsets, committed PARTITION, metadata "
                           "PARTITION, assigned CLIENT, member CLIENT",
                           path)};
}

std::string read_group_path(const Snapshot& s, const std::vector<std::string_view>& w) {
  const auto it = std::find_if(s.groups.begin(), s.groups.end(),
                               [&](const GroupView& g) { return g.id == w[1]; });
  if (it == s.groups.end()) return kNothing;
  if (w.size() == 3) return *read(*it, w[2]);
  if (of_partition(w[2])) {
    const auto committed = it->committed.find(std::string(w[3]));
    if (committed == it->committed.end()) return kNothing;
    return w[2] == "committed" ? std::to_string(committed->second.offset)
                               : text_or_none(committed->second.metadata);
  }
  const GroupMemberView* member = member_named(s, *it, w[3]);
  if (member == nullptr) return kNothing;
  return w[2] == "member" ? member->id : braced(member->assigned);
}

}  // namespace kscope::cluster
