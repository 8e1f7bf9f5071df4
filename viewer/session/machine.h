// Machine: what the viewer needs of a cluster that can be wound back.
//
// The session, the models and the panels know the cluster through this interface and through
// nothing else. In the program it is sim::TimeMachine (session/time_machine_port.h); the viewer's
// own tests put hand-made snapshots behind it, so that every picture can be tested without running
// an engine.
//
// Invariants: present() <= recorded_end(); event(n).seq == n; snapshot() is the state after
// present().
//
// Called by: session/session, model/*. Read next: session/session.h
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/cluster/log_upkeep.h"
#include "engine/cluster/metrics_tape.h"
#include "engine/cluster/snapshot.h"
#include "engine/event/event.h"
#include "engine/record/record_batch.h"
#include "viewer/session/side_run.h"

namespace kscope::viewer {

/// Bytes taken apart: every field with the bytes that hold it.
struct Dissection {
  std::string title;  ///< "Fetch request v12"
  Bytes bytes;
  std::vector<record::FieldSpan> fields;  ///< in the order of the bytes
  std::string problem;                    ///< why there is nothing to see; empty: all is well
};

/// A file on a node's disk. The first `flushed` bytes survive a power loss; -1: nobody can tell,
/// because it lies in a real folder.
struct StoredFile {
  std::string path;
  std::int64_t size = 0;
  std::int64_t flushed = 0;
  bool operator==(const StoredFile&) const = default;
};

/// A file and what was in it.
struct StoredCopy {
  StoredFile file;
  Bytes bytes;
};

class Machine {
 public:
  virtual ~Machine() = default;

  virtual const cluster::Snapshot& snapshot() = 0;
  virtual const NameTable& names() const = 0;
  virtual Instant now() const = 0;
  virtual EventSeq present() const = 0;
  virtual EventSeq recorded_end() const = 0;
  virtual Instant recorded_until() const = 0;
  /// When the queue's next item is due; nothing if it is empty.
  virtual std::optional<Instant> next_item_at() const = 0;

  /// False in live mode, where time belongs to the wall: nothing below moves it then.
  virtual bool can_travel() const { return true; }
  /// As sim::TimeMachine's.
  virtual bool step() = 0;
  virtual bool big_step() = 0;
  virtual bool step_back() = 0;
  virtual void run_until(Instant until) = 0;
  virtual void seek(Instant to) = 0;
  virtual void seek(EventSeq to) = 0;
  virtual Result<bool> act(const std::string& command) = 0;

  /// REQUIRES 1 <= seq <= recorded_end().
  virtual const event::Event& event(EventSeq seq) const = 0;
  virtual std::vector<EventSeq> why(EventSeq seq) const = 0;
  virtual EventSeq frame_sent_event(FrameId frame) const = 0;
  /// The recorded input's whole line: "crash broker 1".
  virtual std::string input_text(std::uint32_t input) const = 0;

  virtual Dissection dissect_frame(FrameId frame) const = 0;
  /// What it says in a few words, as protocol::frame_label; empty if its bytes are forgotten.
  virtual std::string frame_label(FrameId) const { return {}; }
  /// The batch of a replica's log that holds this offset.
  virtual Dissection dissect_batch(std::int32_t node, const TopicPartition& partition,
                                   std::int64_t offset) const = 0;

  /// The node's replicas as they were before the item that emitted `event`, so that a crashed
  /// broker's logs can still be shown. Empty where the past cannot be visited.
  virtual std::vector<cluster::ReplicaView> replicas_before(std::int32_t, EventSeq) { return {}; }

  /// The same run from its beginning, changed; null where there is none (a live cluster). `why_not`
  /// says then why.
  virtual std::unique_ptr<SideRun> side_run(const RunChange&, std::string* why_not) const {
    *why_not = "a cluster that lives in real time cannot be run again";
    return nullptr;
  }

  // ---- metrics
  /// The cluster's own settings, as in server.properties.
  virtual std::map<std::string, std::string> cluster_config() const { return {}; }
  /// Kafka's metrics at the present moment: a fold over the events up to it.
  const cluster::MetricsFold& metrics();

  // ---- a node's disk, also of one that is down
  /// Ordered by path.
  virtual std::vector<StoredFile> stored_files(std::int32_t node) const = 0;
  virtual Result<Bytes> stored_bytes(std::int32_t node, const std::string& path) const = 0;
  /// What lay in `folder` before the item that emitted `event`. Costs a short replay; empty where
  /// the past cannot be visited (a live cluster). REQUIRES 1 <= event <= recorded_end().
  virtual std::vector<StoredCopy> stored_before(std::int32_t node, const std::string& folder,
                                                EventSeq event) const = 0;
  /// What retention and the cleaner have before them in a log; nothing while it is not online.
  virtual std::optional<cluster::LogUpkeep> log_upkeep(std::int32_t, const TopicPartition&) const {
    return {};
  }

 protected:
  /// Whoever lets the past fork says so here.
  void forget_metrics_after(EventSeq last) { metrics_.forget_after(last); }

 private:
  cluster::MetricsTape metrics_;
};

}  // namespace kscope::viewer
