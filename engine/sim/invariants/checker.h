// Checker: one promise of the cluster, and the events at which it is worth looking whether it is
// kept.
//
// A checker is a constant: its id in the literature, a name and a sentence for people, and hooks.
// A hook is a function over one kind of event, at one of three moments:
//
//   before   the ghost still is as it was before this event: may this step be taken?
//   after    the ghost knows of the event: is the state it led to a good one?
//   at_end   the whole item is over: what several events of one decision break and mend in between
//
// So whoever reads one file of this folder has read everything about that invariant, and adding
// one is a file and a line in list.h. Recorders (ghost_*.cc) are hooks of the same kind that run
// between `before` and `after` and write the ghost.
//
//   void on_fall(Check& check, const event::HighWatermarkSet& e) {
//     if (check.holds(e.to.value() <= …)) return;
//     check.violated(check.where(e.partition), fmt::format(…));
//   }
//   const Checker a8_high_watermark{"A8", "High watermark", "…", {before<on_fall>()}};
//
// Called by: sim/invariants/invariants.cc. Read next: a8_high_watermark.cc, ghost.h
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "engine/cluster/snapshot.h"
#include "engine/sim/invariants/checked_cluster.h"
#include "engine/sim/invariants/ghost.h"

namespace kscope::sim {

/// The batch of the BatchAppended that is being looked at, as it was found in the log.
struct FoundBatch {
  enum class State : std::uint8_t {
    NotLooked,   ///< of a topic that is deleted
    Gone,        ///< the process ended within the same item: it is read when the log opens again
    Unreadable,  ///< `problem` says why
    Corrupt,
    Seen,  ///< the log was scanned after this append, in the same item
    New,
  };
  State state = State::NotLooked;
  BatchId id;
  std::string problem;
};

struct Checker;

/// One event under the glass.
class Check {
 public:
  Check(Ghost& g, const CheckedCluster& e, std::vector<cluster::Violation>& v)
      : ghost(g), engine(e), violations_(v) {}

  Ghost& ghost;
  const CheckedCluster& engine;
  const event::Event* event = nullptr;
  FoundBatch found;

  NodeId node() const { return event->node; }
  /// Counts that the promise was looked at. True: it is kept (or the rule is silenced by a test).
  bool holds(bool kept);
  /// Reported once for each invariant and subject.
  void violated(const std::string& subject, const std::string& what);

  bool is_metadata(PartitionRef partition);
  PartitionGhost& partition(PartitionRef ref) { return ghost.partitions[ref]; }
  NodeGhost& machine() { return ghost.nodes[node()]; }
  VoterGhost& voter() { return ghost.voters[node()]; }
  /// The log that a storage event is about; nullptr if it is of a topic that was deleted.
  LogGhost* log_of(PartitionRef ref);
  std::string name(PartitionRef ref) const { return engine.names().name(ref).str(); }
  std::string where(PartitionRef ref) const;  ///< "orders-0 on broker 2"
  std::string voter_name() const;             ///< "controller 2"
  /// The log of the event's node from its first byte to its last; read once for one event.
  const ScannedLog& scan(PartitionRef ref);
  /// The rule is switched off (or wrong) for a test of the tests.
  bool broken(const char* id) const { return ghost.broken_rule == id; }

  // ---- for invariants.cc
  void look_at(const event::Event& next);
  const Checker* checker = nullptr;
  std::size_t number = 0;  ///< of the checker, in the list

 private:
  std::vector<cluster::Violation>& violations_;
  ScannedLog scanned_;
  bool is_scanned_ = false;
};

enum class Moment : std::uint8_t { None, Before, Record, After, AtEnd };

struct Hook {
  Moment moment = Moment::None;
  std::size_t event = 0;  ///< index into event::Body
  void (*run)(Check&, const event::Body&) = nullptr;
};

namespace hooks {

template <class E, class Variant>
struct IndexOf;
template <class E, class... All>
struct IndexOf<E, std::variant<All...>> {
  static constexpr std::size_t find() {
    std::size_t i = 0, found = 0;
    ((std::is_same_v<E, All> ? (found = i, ++i) : ++i), ...);
    return found;
  }
};

template <auto run>
struct Of;
template <class E, void (*run)(Check&, const E&)>
struct Of<run> {
  static void call(Check& check, const event::Body& body) { run(check, *std::get_if<E>(&body)); }
  static constexpr Hook at(Moment moment) {
    return {moment, IndexOf<E, event::Body>::find(), &call};
  }
};

}  // namespace hooks

template <auto run>
constexpr Hook before() { return hooks::Of<run>::at(Moment::Before); }
template <auto run>
constexpr Hook after() { return hooks::Of<run>::at(Moment::After); }
template <auto run>
constexpr Hook at_end() { return hooks::Of<run>::at(Moment::AtEnd); }
/// Writes the ghost.
template <auto run>
constexpr Hook record() { return hooks::Of<run>::at(Moment::Record); }

struct Checker {
  const char* id;       ///< as in ../docs/testing.md and the literature
  const char* name;     ///< two or three words
  const char* promise;  ///< one sentence
  std::array<Hook, 6> hooks{};
};

struct Recorder {
  std::array<Hook, 10> hooks{};
};

/// Every checker, in the order of their ids; every recorder, in the order in which they write.
const std::vector<const Checker*>& all_checkers();
const std::vector<const Recorder*>& all_recorders();

}  // namespace kscope::sim
