// Events of tiered storage: segments that leave the local disk and are read from elsewhere.
//
// The order for one segment: RemoteCopyStarted, RemoteCopyFinished; much later, when it is beyond
// retention, RemoteSegmentDeleted. LocalLogStartAdvanced says that the local copy is gone.
//
// Emitted by storage/. Kafka: RemoteLogManager, RemoteLogSegmentState; KIP-405.
// Read next: event/raft_events.h
#pragma once

#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/event/describe.h"

namespace kscope::event {

struct RemoteCopyStarted {
  static constexpr Info kInfo{"RemoteCopyStarted", Subject::Storage, Weight::Detail,
                              "{node} copies {partition} {base}..{last} to the remote tier"};
  PartitionRef partition;
  Offset base, last;  ///< both inclusive
  void describe(auto&& v) const { v("partition", partition); v("base", base); v("last", last); }
};

struct RemoteCopyFinished {
  static constexpr Info kInfo{"RemoteCopyFinished", Subject::Storage, Weight::Change,
                              "{node}: {partition} {base}..{last} is in the remote tier, {bytes} "
                              "bytes"};
  PartitionRef partition;
  Offset base, last;
  std::int64_t bytes = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("base", base); v("last", last); v("bytes", bytes);
  }
};

struct RemoteSegmentDeleted {
  static constexpr Info kInfo{"RemoteSegmentDeleted", Subject::Storage, Weight::Change,
                              "{node} deletes {partition} {base}..{last} from the remote tier, "
                              "{bytes} bytes"};
  PartitionRef partition;
  Offset base, last;
  std::int64_t bytes = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("base", base); v("last", last); v("bytes", bytes);
  }
};

struct RemoteLogRead {
  static constexpr Info kInfo{"RemoteLogRead", Subject::Storage, Weight::Change,
                              "{node} reads {partition} at {offset} from the remote tier: {bytes} "
                              "bytes of the segment at {base}"};
  PartitionRef partition;
  Offset offset, base;
  std::int64_t bytes = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("offset", offset); v("base", base); v("bytes", bytes);
  }
};

/// Local records before `to` are gone; they can still be read from the remote tier.
struct LocalLogStartAdvanced {
  static constexpr Info kInfo{"LocalLogStartAdvanced", Subject::Storage, Weight::Change,
                              "{node}: {partition} is local from {to} on (was {from})"};
  PartitionRef partition;
  Offset from, to;
  void describe(auto&& v) const { v("partition", partition); v("from", from); v("to", to); }
};

/// The remote tier could not be reached or did not do what was asked; it is tried again later.
struct RemoteTierFailed {
  static constexpr Info kInfo{"RemoteTierFailed", Subject::Storage, Weight::Drama,
                              "{node}: the remote tier fails for {partition} at {base}"};
  PartitionRef partition;
  Offset base;
  void describe(auto&& v) const { v("partition", partition); v("base", base); }
};

}  // namespace kscope::event
