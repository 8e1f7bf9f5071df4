// Explanations: one or two sentences for everything that can be selected, and where to read on.
//
// These are the viewer's own words for a student who just clicked on something; the chapter tells
// the whole story and the source file does it. A test checks that every file named here exists.
//
// Called by: model/inspector. Read next: docs/00-map.md
#pragma once

#include <string>
#include <vector>

#include "engine/base/api_key.h"
#include "engine/event/event.h"
#include "viewer/model/target.h"

namespace kscope::viewer {

struct Explanation {
  const char* text = "";
  const char* source = "";   ///< path from the root of the repository
  const char* chapter = "";  ///< docs/….md
  const char* kafka = "";    ///< Kafka's class or KIP
};

Explanation explain_api(ApiKey api, bool is_response);
Explanation explain_event(const event::Body& body);
Explanation explain_target(const Target& target);
/// Every row, for the test.
std::vector<Explanation> all_explanations();

}  // namespace kscope::viewer
