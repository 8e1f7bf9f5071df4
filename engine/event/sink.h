// Sink: where events go, and how they learn their cause.
//
// The machine sets `cause` before it hands an item to a node (the delivered frame, the fired
// timer); every event emitted while that item is handled gets it. A handler may narrow the cause
// for a stretch of code with CauseScope.
//
// Implemented by: sim/world (keeps, hashes, counts). Read next: record/record_batch.h
#pragma once

#include "engine/event/event.h"

namespace kscope::event {

class Sink {
 public:
  virtual ~Sink() = default;
  /// Returns the sequence number given to the event.
  virtual EventSeq emit(NodeId node, Body body) = 0;
  EventSeq cause() const { return cause_; }
  void set_cause(EventSeq cause) { cause_ = cause; }

  /// The metadata log is one log on many nodes, but what a committed record did is told once. True
  /// for whoever asks first for this offset, over the whole cluster and its whole life; offsets are
  /// asked for in rising order. No node could know this by itself: a controller that dies right
  /// after its high watermark moved may or may not have told. So the one who listens remembers.
  virtual bool first_to_tell(Offset metadata_offset) {
    return tell_once(told_, metadata_offset);
  }

 protected:
  static bool tell_once(Offset& told, Offset offset) {
    if (offset < told) return false;
    told = offset + 1;
    return true;
  }
  EventSeq cause_;
  Offset told_;  ///< everything before it was told
};

/// What is emitted in this scope was caused by `cause`.
class CauseScope {
 public:
  CauseScope(Sink& sink, EventSeq cause) : sink_(sink), previous_(sink.cause()) {
    sink_.set_cause(cause);
  }
  ~CauseScope() { sink_.set_cause(previous_); }
  CauseScope(const CauseScope&) = delete;
  CauseScope& operator=(const CauseScope&) = delete;

 private:
  Sink& sink_;
  EventSeq previous_;
};

}  // namespace kscope::event
