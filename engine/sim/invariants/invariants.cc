#include "engine/sim/invariants/invariants.h"

#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

/// For each kind of event, what is to be run at each moment.
struct Table {
  struct Entry {
    void (*run)(Check&, const event::Body&);
    const Checker* checker;
    std::size_t number;
  };
  using Row = std::array<std::vector<Entry>, std::variant_size_v<event::Body>>;
  Row before, record, after, at_end;

  Table() {
    for (const Recorder* recorder : all_recorders())
      for (const Hook& hook : recorder->hooks) add(hook, nullptr, 0);
    std::size_t number = 0;
    for (const Checker* checker : all_checkers()) {
      for (const Hook& hook : checker->hooks) add(hook, checker, number);
      ++number;
    }
  }

 private:
  void add(const Hook& hook, const Checker* checker, std::size_t number) {
    if (hook.moment == Moment::None) return;
    Row& row = hook.moment == Moment::Before   ? before
               : hook.moment == Moment::Record ? record
               : hook.moment == Moment::After  ? after
                                               : at_end;
    row[hook.event].push_back({hook.run, checker, number});
  }
};

const Table& table() {
  static const Table table;
  return table;
}

void run(const Table::Row& row, Check& check) {
  for (const Table::Entry& entry : row[check.event->body.index()]) {
    check.checker = entry.checker;
    check.number = entry.number;
    entry.run(check, check.event->body);
  }
}

}  // namespace

void Check::look_at(const event::Event& next) {
  event = &next;
  is_scanned_ = false;
  found.state = FoundBatch::State::NotLooked;
}

bool Check::holds(bool kept) {
  if (ghost.looks.size() <= number) ghost.looks.resize(all_checkers().size());
  ++ghost.looks[number];
  return kept || broken(checker->id);
}

void Check::violated(const std::string& subject, const std::string& what) {
  if (!ghost.reported.insert(fmt::format("{} {}", checker->id, subject)).second) return;
  violations_.push_back({checker->id, fmt::format("{}: {}", subject, what), event->seq, event->at});
}

bool Check::is_metadata(PartitionRef ref) {
  if (!ghost.metadata_topic && engine.names().name(ref.topic) == kClusterMetadataTopic)
    ghost.metadata_topic = ref.topic;
  return ghost.metadata_topic == ref.topic;
}

std::string Check::where(PartitionRef ref) const {
  return fmt::format("{} on broker {}", name(ref), node().value());
}

std::string Check::voter_name() const { return fmt::format("controller {}", node().value()); }

LogGhost* Check::log_of(PartitionRef ref) {
  if (is_metadata(ref)) return &ghost.quorum_log;
  PartitionGhost& p = partition(ref);
  return p.deleted ? nullptr : &p.log;
}

const ScannedLog& Check::scan(PartitionRef ref) {
  if (!is_scanned_) scanned_ = engine.scan(node(), ref);
  is_scanned_ = true;
  return scanned_;
}

void Invariants::after_item(const CheckedCluster& engine, const std::vector<event::Event>& fresh,
                            std::vector<cluster::Violation>& violations) {
  Check check(ghost_, engine, violations);
  for (const event::Event& event : fresh) {
    check.look_at(event);
    run(table().before, check);
    run(table().record, check);
    run(table().after, check);
  }
  for (const event::Event& event : fresh) {
    check.look_at(event);
    run(table().at_end, check);
  }
}

std::vector<cluster::InvariantView> Invariants::standing(
    const std::vector<cluster::Violation>& violations) const {
  std::vector<cluster::InvariantView> out;
  for (const Checker* checker : all_checkers()) {
    cluster::InvariantView view{checker->id, checker->name, checker->promise, 0, {}};
    if (out.size() < ghost_.looks.size()) view.looks = ghost_.looks[out.size()];
    for (const cluster::Violation& v : violations)
      if (v.invariant == checker->id && view.violated_at == EventSeq()) view.violated_at = v.event;
    out.push_back(std::move(view));
  }
  return out;
}

const std::vector<InvariantInfo>& invariant_table() {
  static const std::vector<InvariantInfo> rows = [] {
    std::vector<InvariantInfo> all;
    for (const Checker* c : all_checkers()) all.push_back({c->id, c->name, c->promise});
    return all;
  }();
  return rows;
}

}  // namespace kscope::sim
