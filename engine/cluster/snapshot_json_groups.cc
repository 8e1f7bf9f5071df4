// The groups of a snapshot as JSON. See cluster/snapshot_json.h.
#include "engine/cluster/snapshot_json.h"

namespace kscope::cluster {
namespace {

Json json_of(const GroupMemberView& m) {
  return {{"instance_id", m.instance_id},
          {"client", m.client},
          {"client_id", m.client_id},
          {"client_host", m.client_host},
          {"subscription", m.subscription},
          {"protocols", m.protocols},
          {"assigned", m.assigned},
          {"target", m.target},
          {"joining", m.joining},
          {"syncing", m.syncing},
          {"state", event::to_string(m.state)},
          {"epoch", m.epoch}};
}

Json json_of(const CommittedView& c) {
  return {{"offset", c.offset}, {"metadata", c.metadata}, {"pending", c.pending}};
}

}  // namespace

Json groups_json(const Snapshot& snapshot) {
  Json out = Json::object();
  for (const GroupView& g : snapshot.groups) {
    Json members = Json::object(), committed = Json::object();
    for (const GroupMemberView& m : g.members) members[m.id] = json_of(m);
    for (const auto& [partition, offset] : g.committed) committed[partition] = json_of(offset);
    out[g.id] = {{"coordinator", g.coordinator},
                 {"partition", g.partition},
                 {"loaded", g.loaded},
                 {"protocol", g.consumer_protocol ? "consumer" : "classic"},
                 {"state", event::to_string(g.state)},
                 {"generation", g.generation},
                 {"assignment_epoch", g.assignment_epoch},
                 {"assignor", g.assignor},
                 {"leader", g.leader},
                 {"members", std::move(members)},
                 {"committed", std::move(committed)}};
  }
  return out;
}

}  // namespace kscope::cluster
