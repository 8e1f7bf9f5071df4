// The ghost of clients: where each consumer stands.
#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_seek(Check& check, const event::PositionChanged& e) {
  check.ghost.positions[{check.node(), e.partition}] = e.to.value();
  check.ghost.cut_below.erase({check.node(), e.partition});
}

void on_consume(Check& check, const event::RecordsConsumed& e) {
  if (!check.partition(e.partition).deleted)
    check.ghost.positions[{check.node(), e.partition}] = e.last.value() + 1;
}

void on_delete(Check& check, const event::TopicDeleted& e) {
  const auto of_topic = [&](const auto& entry) { return entry.first.second.topic == e.topic; };
  std::erase_if(check.ghost.positions, of_topic);
  std::erase_if(check.ghost.cut_below, of_topic);
}

void on_truncation(Check& check, const event::TruncationDetected& e) {
  check.ghost.cut_below.erase({check.node(), e.partition});
}

}  // namespace

const Recorder clients_ghost{
    {record<on_seek>(), record<on_consume>(), record<on_delete>(), record<on_truncation>()}};

}  // namespace kscope::sim
