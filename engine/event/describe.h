// What every event says about itself.
//
// An event is a small struct with a `kInfo` (name, subject, weight, a sentence in plain words) and
// a `describe` that lists its fields. From these two, and nothing else, come the event hash, the
// JSON, the feed in the viewer, the text mode's lines, the labs' patterns and the table in the
// docs.
//
// In the sentence `{field}` stands for a field's value and `{node}` for the node of the envelope.
//
// Read next: event/event.h
#pragma once

#include <cstdint>

namespace kscope::event {

/// The chapter of the engine an event belongs to; the viewer's feed filters by it.
enum class Subject : std::uint8_t {
  Machine, Network, Storage, Raft, Controller, Replication, Broker, Group, Client, Fault
};
const char* to_string(Subject subject);

/// How much a person would care. The viewer's "big step" stops at Change and Drama.
enum class Weight : std::uint8_t {
  Detail,  ///< traffic: a frame, a timer, a record appended
  Change,  ///< a state machine moved: HW advanced, ISR changed
  Drama,   ///< the moments a lesson is about: crash, election, truncation
};

struct Info {
  const char* name;
  Subject subject;
  Weight weight;
  const char* sentence;
};

}  // namespace kscope::event
