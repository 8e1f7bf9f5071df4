// Conditions as they are written in lab.json; each is an object with one of these members:
//   {"path": PLACE, "op": "==", "value": …}       or "than": PLACE, or "remembered": NAME
//   {"event": NAME, "where": {FIELD: …}, "since": STEP, "op": ">=", "count": 1}
//   {"invariants": "hold"}   {"violated": "A3"}   {"all": […]}   {"any": […]}   {"not": …}
#include <fmt/core.h>

#include <algorithm>

#include "engine/event/render.h"
#include "viewer/lab/condition.h"
#include "viewer/lab/lab_format.h"

namespace kscope::lab {

namespace {

/// A value as cluster::compare wants it: numbers and words as they are, arrays as sets.
std::string read_value(JsonValue value) {
  if (!value.present()) return "";
  const Json& raw = *value.raw();
  if (raw.is_string()) return raw.get<std::string>();
  if (raw.is_number() || raw.is_boolean()) return raw.dump();
  if (raw.is_array()) {
    std::string text = "{";
    for (JsonValue& element : value.elements()) {
      if (text.size() > 1) text += ',';
      text += read_value(element);
    }
    return text + "}";
  }
  value.expected("a number, a text, true, false or an array of these");
  return "";
}

void read_comparison(JsonValue value, cluster::Comparison* comparison) {
  if (!value.present()) return;
  const auto parsed = cluster::parse_comparison(value.is_string() ? value.string() : "");
  if (!parsed) return value.expected("one of ==, !=, <, <=, >, >=");
  *comparison = *parsed;
}

std::string read_place_name(JsonValue value) {
  if (!value.present()) return "";
  std::string place = value.string();
  if (const std::string wrong = check_place(place); !place.empty() && !wrong.empty()) {
    value.problem(wrong);
  }
  return place;
}

void read_place_condition(JsonValue& value, Condition* c) {
  c->kind = ConditionKind::Place;
  c->place = read_place_name(value.at("path"));
  read_comparison(value.maybe("op"), &c->comparison);
  JsonValue literal = value.maybe("value"), other = value.maybe("than"),
            remembered = value.maybe("remembered");
  if (literal.present() + other.present() + remembered.present() != 1) {
    value.expected("exactly one of \"value\", \"than\" and \"remembered\"");
  }
  c->value = read_value(literal);
  c->other_place = read_place_name(other);
  if (remembered.present()) c->remembered = remembered.string();
}

void read_event_condition(JsonValue& value, Condition* c) {
  c->kind = ConditionKind::Event;
  c->comparison = cluster::Comparison::GreaterOrEqual;
  JsonValue name = value.at("event");
  c->event = name.string();
  const auto types = event::event_types();
  const auto type = std::find_if(types.begin(), types.end(), [&](const event::TypeRow& row) {
    return c->event == row.info.name;
  });
  if (type == types.end()) name.expected("the name of an event, such as \"LogTruncated\"");
  JsonValue where = value.maybe("where");
  if (where.present()) {
    for (auto& [field, wanted] : where.members()) {
      c->fields[field] = read_value(wanted);
      if (type == types.end() || field == "node") continue;
      const bool known = std::any_of(type->fields.begin(), type->fields.end(),
                                     [&](const char* f) { return field == f; });
      if (known) continue;
      std::string all = "node";
      for (const char* f : type->fields) all += fmt::format(", {}", f);
      wanted.problem(fmt::format("{} has no field \"{}\"; it has {}", c->event, field, all));
    }
  }
  if (JsonValue since = value.maybe("since"); since.present()) c->since = since.string();
  if (JsonValue count = value.maybe("count"); count.present()) {
    c->comparison = cluster::Comparison::Equal;
    c->count = count.integer(0, 1'000'000'000);
  }
  read_comparison(value.maybe("op"), &c->comparison);
}

void read_parts(JsonValue value, Condition* c) {
  for (JsonValue& element : value.elements(1)) c->parts.push_back(read_condition(element));
}

}  // namespace

Condition read_condition(JsonValue value) {
  Condition c;
  if (!value.present()) return c;
  const auto has = [&](const char* name) {
    return value.is_object() && value.raw()->contains(name);
  };
  if (has("path")) {
    read_place_condition(value, &c);
  } else if (has("event")) {
    read_event_condition(value, &c);
  } else if (has("invariants")) {
    c.kind = ConditionKind::Invariants;
    JsonValue hold = value.at("invariants");
    if (hold.string() != "hold") hold.expected("\"hold\"");
  } else if (has("violated")) {
    c.kind = ConditionKind::Invariants;
    c.violated = value.at("violated").string();
  } else if (has("all")) {
    c.kind = ConditionKind::All;
    read_parts(value.at("all"), &c);
  } else if (has("any")) {
    c.kind = ConditionKind::Any;
    read_parts(value.at("any"), &c);
  } else if (has("not")) {
    c.kind = ConditionKind::Not;
    c.parts.push_back(read_condition(value.at("not")));
  } else {
    value.expected(
        "a condition: an object with path, event, invariants, violated, all, any or not");
    return c;
  }
  value.finish();
  return c;
}

}  // namespace kscope::lab
