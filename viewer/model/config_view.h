// The "Config" page as data: whose settings there are, what each comes out as, and why.
//
// The tables of the engine say what a setting is; the snapshot says what somebody set. Together
// they give what DescribeConfigs gives: the value in effect, every place that has a say in it (the
// strongest first), and whether it can be changed while the cluster runs. A change is a command
// (alter-config, or a new client for a client's settings), so it is an input of the machine like
// any other: it is recorded, can be replayed, and takes effect while one watches.
//
// Called by: panels/config_panel. Kafka: ConfigHelper, kafka-configs.sh.
// Read next: engine/cluster/config_catalog.h, panels/config_panel.cc
#pragma once

#include <string>
#include <vector>

#include "engine/base/config_def.h"
#include "engine/cluster/snapshot.h"

namespace kscope::viewer {

enum class ConfigOwnerKind : std::uint8_t { AllBrokers, Broker, Topic, Client };

/// Whose settings.
struct ConfigOwner {
  ConfigOwnerKind kind = ConfigOwnerKind::AllBrokers;
  std::string name;  ///< the topic, the broker's number, the client; empty: all brokers
  std::string label() const;  ///< "topic orders", "broker 1", "producer p1", "all brokers"
  bool operator==(const ConfigOwner&) const = default;
};

/// One place that says something about a setting.
struct ConfigSource {
  std::string where;  ///< "topic orders", "all brokers (dynamic)", "server.properties", "default"
  std::string name;   ///< of the setting there: a topic's segment.ms is a broker's log.roll.ms
  std::string value;
};

struct ConfigRow {
  const ConfigKey* key = nullptr;
  std::string value;                  ///< in effect; "(none)" if there is none
  std::string default_value;          ///< Kafka's
  std::vector<ConfigSource> sources;  ///< the one that wins first
  bool is_set = false;                ///< by somebody: not the default
  bool own = false;                   ///< set at this very owner, so it can be taken back
  std::string why_not;                ///< empty: it can be changed now
  std::string source() const { return sources.empty() ? "default" : sources.front().where; }
  std::string when() const;           ///< "at once", "at the next start", "no effect here"
};

struct ConfigQuestion {
  ConfigOwner owner;
  std::string search;     ///< in names and meanings, any case
  bool only_set = false;  ///< not the defaults
};

struct ConfigPage {
  std::vector<ConfigOwner> owners;
  ConfigOwner owner;            ///< the one asked for, or the first if it is gone
  /// Those that were asked for: what is set, then what acts here, then the rest; each by name.
  std::vector<ConfigRow> rows;
  std::size_t all = 0, set = 0;  ///< rows without the search; of these not default
};

ConfigPage make_config_page(const cluster::Snapshot& snapshot, const ConfigQuestion& question);
/// nullptr if the page does not show it.
const ConfigRow* find_row(const ConfigPage& page, std::string_view name);

/// The command that sets it, or takes it back to what it is without this owner.
std::string command_to_set(const ConfigOwner& owner, const std::string& config,
                           const std::string& value);
std::string command_to_delete(const ConfigOwner& owner, const std::string& config);
/// Why the text cannot be the value; empty if it can.
std::string config_complaint(const ConfigRow& row, const std::string& text);
/// "604800000" of retention.ms as "7 days", "1073741824" of segment.bytes as "1 GiB"; empty if the
/// number needs no help.
std::string in_words(const ConfigKey& key, const std::string& value);

}  // namespace kscope::viewer
