// Events of an admin client that asks about groups: what kafka-consumer-groups.sh prints, line by
// line. `{node}` is the admin client's process.
//
// Emitted by client/group_admin. Read next: event/group_events.h (the coordinator's side of it)
#pragma once

#include "engine/base/api_key.h"
#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/event/describe.h"

namespace kscope::event {

/// A row of --list --state. `type`: classic or consumer.
struct GroupListed {
  static constexpr Info kInfo{"GroupListed", Subject::Client, Weight::Change,
                              "{node}: group {group} ({protocol}) is {state}, broker {coordinator} "
                              "coordinates it"};
  NameRef group, protocol, state;
  NodeId coordinator;
  void describe(auto&& v) const {
    v("group", group); v("protocol", protocol); v("state", state); v("coordinator", coordinator);
  }
};

/// The head of --describe --state. `assignor` is empty without members.
struct GroupDescribed {
  static constexpr Info kInfo{"GroupDescribed", Subject::Client, Weight::Change,
                              "{node}: group {group} is {state} with {members} members (assignor "
                              "{assignor}), broker {coordinator} coordinates it"};
  NameRef group, state, assignor;
  std::int32_t members = 0;
  NodeId coordinator;
  void describe(auto&& v) const {
    v("group", group); v("state", state); v("assignor", assignor); v("members", members);
    v("coordinator", coordinator);
  }
};

/// A row of --describe, or of --reset-offsets, where `committed` is the new offset; -1: none.
/// `member` is who reads the partition, or empty.
struct GroupLagReported {
  static constexpr Info kInfo{"GroupLagReported", Subject::Client, Weight::Change,
                              "{node}: group {group}, {partition}: committed {committed}, log ends "
                              "at {end}, lag {lag} ({member})"};
  NameRef group, member;
  PartitionRef partition;
  Offset committed, end;
  std::int64_t lag = -1;  ///< -1: one of the two is unknown
  void describe(auto&& v) const {
    v("group", group); v("partition", partition); v("committed", committed); v("end", end);
    v("lag", lag); v("member", member);
  }
};

/// Why an operation was refused, and the way out, in words; AdminCompleted follows.
struct AdminExplained {
  static constexpr Info kInfo{"AdminExplained", Subject::Client, Weight::Change,
                              "{node}: {api}: {words}"};
  ApiKey api{};
  NameRef words;
  void describe(auto&& v) const { v("api", api); v("words", words); }
};

}  // namespace kscope::event
