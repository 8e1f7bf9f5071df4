// UpkeepView: what is kept of a log, what goes, and when, in words and gauges.
//
// Three cards: when the next segment begins, what retention deletes, what the cleaner compacts (or
// the remote tier keeps). Each leads with one sentence that can be understood in five seconds; the
// gauges below show how near a limit is, under the limit's Kafka name.
//
// Invariants: shares lie in 0..1; every number carries its unit; a forecast assumes that nothing
// more is appended, and says so.
//
// Called by: model/log_desk. Drawn by: panels/log_upkeep. Kafka: LogConfig, LogManager,
// LogCleanerManager. Read next: engine/cluster/log_upkeep.h
#pragma once

#include <string>
#include <vector>

#include "viewer/model/log_view.h"

namespace kscope::viewer {

/// How near a limit is: "retention.ms", "12.3 s of 30 s".
struct UpkeepGauge {
  std::string name;  ///< the setting, as Kafka calls it
  std::string value;
  double share = 0;   ///< 0..1 of the bar
  double mark = -1;   ///< where on the bar the limit lies; -1: at its end
  bool over = false;  ///< the limit is reached
  std::string means;  ///< what the setting does, for a tooltip
};

struct UpkeepFact {
  std::string name, value;
};

struct UpkeepCard {
  std::string title;      ///< "RETENTION"
  std::string policy;     ///< "cleanup.policy=delete"
  std::string verdict;    ///< what will happen next, in a sentence
  bool forecast = false;  ///< the verdict tells the future: a lab may want it predicted first
  bool acts = false;      ///< it will do something at the next opportunity
  std::vector<UpkeepGauge> gauges;
  std::vector<UpkeepFact> facts;
};

struct UpkeepView {
  std::vector<UpkeepCard> cards;  ///< empty: the log is not online
  std::string problem;            ///< why
};

/// `log`: the same log's files and history, for the last cleaning.
UpkeepView build_upkeep(const Machine& machine, const LogView& log);

/// "12.3 s", "7 d", "no limit": a setting in milliseconds.
std::string setting_ms(std::int64_t ms);

}  // namespace kscope::viewer
