#include "viewer/lab/condition.h"

#include <fmt/core.h>

#include <algorithm>

#include "engine/cluster/metrics_json.h"
#include "engine/cluster/snapshot_json.h"
#include "engine/event/render.h"
#include "viewer/lab/lab_assignors.h"
#include "viewer/lab/page_cache_meter.h"
#include "viewer/lab/storage_place.h"

namespace kscope::lab {

namespace {

constexpr std::string_view kMetric = "metric ";

std::string as_text(const cluster::Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) {
    std::string text = "{";
    for (const auto& element : value) {
      if (text.size() > 1) text += ',';
      text += as_text(element);
    }
    return text + "}";
  }
  return value.is_null() ? "none" : value.dump();
}

bool field_matches(const event::Event& event, const NameTable& names, const std::string& name,
                   const std::string& wanted) {
  using cluster::Comparison;
  for (const event::Field& field : event::fields_of(event.body, names)) {
    if (name == field.name) return cluster::compare(field.text, Comparison::Equal, wanted);
  }
  return name == "node" && std::to_string(event.node.value()) == wanted;
}

bool matches(const Condition& c, const event::Event& event, const NameTable& names) {
  if (c.event != event::info_of(event.body).name) return false;
  return std::all_of(c.fields.begin(), c.fields.end(), [&](const auto& field) {
    return field_matches(event, names, field.first, field.second);
  });
}

std::int64_t count_events(const Condition& c, viewer::Machine& machine, const Recollection& past) {
  EventSeq since = past.began;
  if (const auto it = past.step_began.find(c.since); it != past.step_began.end()) {
    since = it->second;
  }
  std::int64_t count = 0;
  for (std::uint64_t seq = since.value() + 1; seq <= machine.present().value(); ++seq) {
    count += matches(c, machine.event(EventSeq(seq)), machine.names()) ? 1 : 0;
  }
  return count;
}

std::string right_side(const Condition& c, viewer::Machine& machine, const Recollection& past) {
  if (!c.other_place.empty()) return read_place(machine, c.other_place);
  if (c.remembered.empty()) return c.value;
  const auto it = past.values.find(c.remembered);
  return it == past.values.end() ? "none" : it->second;
}

bool invariants_hold(const Condition& c, viewer::Machine& machine) {
  const auto& violations = machine.snapshot().violations;
  if (c.violated.empty()) return violations.empty();
  return std::any_of(violations.begin(), violations.end(),
                     [&](const cluster::Violation& v) { return v.invariant == c.violated; });
}

std::string event_in_words(const Condition& c) {
  std::string text = c.event;
  for (const auto& [name, value] : c.fields) text += fmt::format(" {}={}", name, value);
  return text;
}

}  // namespace

std::string read_place(viewer::Machine& machine, const std::string& place) {
  if (place.starts_with(kMetric)) {
    return cluster::read_metric_path(machine.metrics(),
                                     std::string_view(place).substr(kMetric.size()));
  }
  if (is_storage_place(place)) return read_storage_place(machine, place);
  if (is_measured_place(place)) return read_measured_place(place);
  if (is_assignor_place(place)) return read_assignor_place(machine, place);
  if (place.empty() || place[0] != '/') return cluster::read_path(machine.snapshot(), place);
  const cluster::Json snapshot = cluster::to_json(machine.snapshot());
  const cluster::Json::json_pointer pointer(place);
  return snapshot.contains(pointer) ? as_text(snapshot.at(pointer)) : "none";
}

std::string check_place(const std::string& place) {
  if (place.empty()) return "expected a place in the snapshot";
  if (place.starts_with(kMetric)) {
    const auto checked =
        cluster::check_metric_path(std::string_view(place).substr(kMetric.size()));
    return checked.ok() ? "" : checked.error().message;
  }
  if (is_storage_place(place)) return check_storage_place(place);
  if (is_measured_place(place)) return check_measured_place(place);
  if (is_assignor_place(place)) return check_assignor_place(place);
  if (place[0] != '/') {
    const auto checked = cluster::check_path(place);
    return checked.ok() ? "" : checked.error().message;
  }
  for (std::size_t i = place.find('~'); i != place.npos; i = place.find('~', i + 1)) {
    if (i + 1 >= place.size() || (place[i + 1] != '0' && place[i + 1] != '1')) {
      return fmt::format("\"{}\": in a JSON pointer '~' is followed by 0 or 1", place);
    }
  }
  // The first member is the same in every snapshot; what follows depends on the moment.
  static const cluster::Json kEmpty = cluster::to_json(cluster::Snapshot{});
  const std::string top = place.substr(1, place.find('/', 1) - 1);
  if (kEmpty.contains(top)) return "";
  std::string known;
  for (const auto& [name, value] : kEmpty.items()) known += (known.empty() ? "/" : ", /") + name;
  return fmt::format("\"{}\" begins with none of {}", place, known);
}

bool holds(const Condition& c, viewer::Machine& machine, const Recollection& past) {
  switch (c.kind) {
    case ConditionKind::Place:
      return cluster::compare(read_place(machine, c.place), c.comparison,
                              right_side(c, machine, past));
    case ConditionKind::Event:
      return cluster::compare(std::to_string(count_events(c, machine, past)), c.comparison,
                              std::to_string(c.count));
    case ConditionKind::Invariants:
      return invariants_hold(c, machine);
    case ConditionKind::All:
      return std::all_of(c.parts.begin(), c.parts.end(),
                         [&](const Condition& part) { return holds(part, machine, past); });
    case ConditionKind::Any:
      return std::any_of(c.parts.begin(), c.parts.end(),
                         [&](const Condition& part) { return holds(part, machine, past); });
    case ConditionKind::Not:
      return !holds(c.parts.at(0), machine, past);
  }
  return false;
}

std::string why_not(const Condition& c, viewer::Machine& machine, const Recollection& past) {
  if (holds(c, machine, past)) return "";
  switch (c.kind) {
    case ConditionKind::Place:
      if (is_assignor_place(c.place)) {  // a story, which speaks for itself
        return fmt::format("{}: {}", c.place, read_place(machine, c.place));
      }
      return fmt::format("{} is {}, expected {} {}", c.place, read_place(machine, c.place),
                         cluster::to_string(c.comparison), right_side(c, machine, past));
    case ConditionKind::Event:
      return fmt::format("{} happened {} times, expected {} {}", event_in_words(c),
                         count_events(c, machine, past), cluster::to_string(c.comparison), c.count);
    case ConditionKind::Invariants: {
      if (!c.violated.empty()) return fmt::format("invariant {} is not violated", c.violated);
      const cluster::Violation& first = machine.snapshot().violations.at(0);
      return fmt::format("invariant {} is violated: {}", first.invariant, first.text);
    }
    case ConditionKind::All:
      for (const Condition& part : c.parts) {
        if (std::string why = why_not(part, machine, past); !why.empty()) return why;
      }
      return "";
    case ConditionKind::Any: {
      std::string all;
      for (const Condition& part : c.parts) {
        all += (all.empty() ? "" : "; ") + why_not(part, machine, past);
      }
      return all;
    }
    case ConditionKind::Not:
      return "something holds that should not";
  }
  return "";
}

}  // namespace kscope::lab
