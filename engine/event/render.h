// Rendering events: one sentence, one JSON object, one hash.
//
// Read next: cluster/snapshot.h (the state that the events build)
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/base/checksums.h"
#include "engine/event/event.h"

namespace kscope::event {

struct Field {
  const char* name;
  std::string text;      ///< as a person reads it: "orders-0", "12.3 ms", "{1,2}"
  bool is_number = false;
};

/// How a node is called: "broker 1", "controller 2" (raft and controller events), "producer-1".
using NodeNamer = std::function<std::string(NodeId, Subject)>;

/// The fields in the order of describe().
std::vector<Field> fields_of(const Body& body, const NameTable& names);
/// The sentence of kInfo with its placeholders filled in. Without a namer, nodes are "node 1".
std::string sentence(const Event& event, const NameTable& names, const NodeNamer& namer = {});
/// {"seq":…,"at_us":…,"node":…,"cause":…,"type":"…", fields…} on one line.
std::string to_json(const Event& event, const NameTable& names);
/// Adds every bit of the event to the hash; names are hashed as text.
void hash_event(const Event& event, const NameTable& names, Fnv64& hash);

/// One row for each alternative of Body, for the docs and for checking labs' patterns.
struct TypeRow {
  Info info;
  std::vector<const char*> fields;
};
std::vector<TypeRow> event_types();

/// What somebody asked for learned or was refused: told in words even where only drama is told.
bool is_answer(const Body& body);

}  // namespace kscope::event
