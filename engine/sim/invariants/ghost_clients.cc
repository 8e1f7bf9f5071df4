// The ghost of clients: where each consumer stands.
#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_seek(Check& check, const event::PositionChanged& e) {
  check.ghost.positions[{check.node(), e.partition}] = e.to.value();
}

void on_consume(Check& check, const event::RecordsConsumed& e) {
  if (!check.partition(e.partition).deleted)
    check.ghost.positions[{check.node(), e.partition}] = e.last.value() + 1;
}

void on_delete(Check& check, const event::TopicDeleted& e) {
  auto& positions = check.ghost.positions;
  for (auto it = positions.begin(); it != positions.end();)
    it = it->first.second.topic == e.topic ? positions.erase(it) : std::next(it);
}

}  // namespace

const Recorder clients_ghost{{record<on_seek>(), record<on_consume>(), record<on_delete>()}};

}  // namespace kscope::sim
