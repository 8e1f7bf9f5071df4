// Events of the machine itself: inputs, timers, processes and the faults put into them.
// Emitted by cluster/ and sim/. Read next: event/network_events.h
#pragma once

#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/base/time.h"
#include "engine/env/timers.h"
#include "engine/event/describe.h"

namespace kscope::event {

enum class CrashKind : std::uint8_t {
  Process,    ///< the process dies; the page cache survives in the kernel
  PowerLoss,  ///< the machine dies; only flushed bytes are certain
};
const char* to_string(CrashKind kind);

enum class DiskFault : std::uint8_t { SlowFlush, FailingFlush, Full, Failed };
const char* to_string(DiskFault fault);

struct InputApplied {
  static constexpr Info kInfo{"InputApplied", Subject::Machine, Weight::Detail,
                              "input {input}: {action}"};
  std::uint32_t input = 0;  ///< index into the recorded inputs
  NameRef action;           ///< the input's verb, as written in a scenario
  void describe(auto&& v) const { v("input", input); v("action", action); }
};

struct TimerFired {
  static constexpr Info kInfo{"TimerFired", Subject::Machine, Weight::Detail,
                              "timer {kind} fires on {node}"};
  env::TimerKind kind{};
  std::int64_t key = 0;
  void describe(auto&& v) const { v("kind", kind); v("key", key); }
};

struct NodeStarted {
  static constexpr Info kInfo{"NodeStarted", Subject::Machine, Weight::Drama,
                              "{node} starts (incarnation {incarnation})"};
  std::int32_t incarnation = 0;
  void describe(auto&& v) const { v("incarnation", incarnation); }
};

struct NodeStopped {
  static constexpr Info kInfo{"NodeStopped", Subject::Machine, Weight::Drama,
                              "{node} shuts down cleanly"};
  std::int32_t incarnation = 0;
  void describe(auto&& v) const { v("incarnation", incarnation); }
};

struct NodeCrashed {
  static constexpr Info kInfo{"NodeCrashed", Subject::Fault, Weight::Drama,
                              "{node} crashes ({kind}); {bytes_lost} bytes were not flushed and "
                              "are lost"};
  CrashKind kind{};
  std::int64_t bytes_lost = 0;
  void describe(auto&& v) const { v("kind", kind); v("bytes_lost", bytes_lost); }
};

struct NodePaused {
  static constexpr Info kInfo{"NodePaused", Subject::Fault, Weight::Drama,
                              "{node} pauses (as in a long garbage collection)"};
  void describe(auto&&) const {}
};

struct NodeResumed {
  static constexpr Info kInfo{"NodeResumed", Subject::Fault, Weight::Drama, "{node} resumes"};
  void describe(auto&&) const {}
};

struct ClockSkewed {
  static constexpr Info kInfo{"ClockSkewed", Subject::Fault, Weight::Change,
                              "the wall clock of {node} is now off by {skew}"};
  Duration skew{};
  void describe(auto&& v) const { v("skew", skew); }
};

/// Direction `from` to `to` only; a two-way cut is two events.
struct LinkCut {
  static constexpr Info kInfo{"LinkCut", Subject::Fault, Weight::Drama,
                              "the link from {from} to {to} is cut"};
  NodeId from, to;
  void describe(auto&& v) const { v("from", from); v("to", to); }
};

struct LinkHealed {
  static constexpr Info kInfo{"LinkHealed", Subject::Fault, Weight::Drama,
                              "the link from {from} to {to} is whole again"};
  NodeId from, to;
  void describe(auto&& v) const { v("from", from); v("to", to); }
};

struct LinkSlowed {
  static constexpr Info kInfo{"LinkSlowed", Subject::Fault, Weight::Change,
                              "frames from {from} to {to} take {extra} longer"};
  NodeId from, to;
  Duration extra{};
  void describe(auto&& v) const { v("from", from); v("to", to); v("extra", extra); }
};

struct DiskFaultChanged {
  static constexpr Info kInfo{"DiskFaultChanged", Subject::Fault, Weight::Drama,
                              "disk fault on {node}: {fault}, active: {active}"};
  DiskFault fault{};
  bool active = false;
  void describe(auto&& v) const { v("fault", fault); v("active", active); }
};

struct BitFlipped {
  static constexpr Info kInfo{"BitFlipped", Subject::Fault, Weight::Drama,
                              "one bit of {file} on {node} flips at byte {position}"};
  NameRef file;
  std::int64_t position = 0;
  void describe(auto&& v) const { v("file", file); v("position", position); }
};

}  // namespace kscope::event
