#include "viewer/model/config_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "engine/cluster/config_catalog.h"
#include "engine/metadata/config_table.h"

namespace kscope::viewer {
namespace {

using cluster::Settings;
using cluster::Snapshot;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

const Settings& settings_or_none(const auto& map, const auto& key) {
  static const Settings kNone;
  const auto found = map.find(key);
  return found == map.end() ? kNone : found->second;
}

void add(ConfigRow& row, const Settings& settings, const std::vector<std::string>& names,
         const std::string& where) {
  for (const std::string& name : names) {
    const auto found = settings.find(name);
    if (found != settings.end()) row.sources.push_back({where, name, found->second});
  }
}

const cluster::NodeView* node_of(const Snapshot& s, const std::string& id) {
  const auto number = parse_integer(id);
  if (number) return s.node(static_cast<std::int32_t>(*number));
  return s.nodes.empty() ? nullptr : &s.nodes.front();
}

const cluster::ClientView* client_of(const Snapshot& s, const std::string& name) {
  for (const cluster::ClientView& client : s.clients) {
    if (client.name == name) return &client;
  }
  return nullptr;
}

/// What brokers say about it: one broker, all brokers, the file, the default.
void add_broker_sources(ConfigRow& row, const Snapshot& s, const std::string& broker,
                        const std::string& config) {
  const auto names = metadata::broker_config_synonyms(config);
  const cluster::ConfigViews& configs = s.metadata.configs;
  if (const auto id = parse_integer(broker)) {
    add(row, settings_or_none(configs.brokers, static_cast<std::int32_t>(*id)), names,
        "broker " + broker + " (dynamic)");
  }
  add(row, configs.all_brokers, names, "all brokers (dynamic)");
  if (const auto* node = node_of(s, broker)) add(row, node->settings, names, "server.properties");
  for (const std::string& name : names) {
    const ConfigKey* key = find_config(metadata::broker_config_table(), name);
    if (key != nullptr && key->default_value != nullptr) {
      row.sources.push_back({"default", name, key->default_value});
    }
  }
}

/// log.retention.hours speaks of retention.ms in another unit.
std::string in_own_unit(const ConfigSource& source) {
  const auto number = parse_integer(source.value);
  if (!number || *number < 0) return source.value;
  if (source.name.ends_with(".hours")) return std::to_string(*number * 3'600'000);
  if (source.name.ends_with(".minutes")) return std::to_string(*number * 60'000);
  return source.value;
}

void resolve(ConfigRow& row, bool convert) {
  row.value = row.sources.empty() ? "(none)" : row.sources.front().value;
  if (row.sources.empty() && row.key->default_value != nullptr) row.value = row.key->default_value;
  if (convert && !row.sources.empty()) row.value = in_own_unit(row.sources.front());
  if (row.value.empty()) row.value = "(empty)";
  row.is_set = !row.sources.empty() && row.sources.front().where != "default";
}

ConfigRow topic_row(const ConfigKey& key, const Snapshot& s, const std::string& topic) {
  ConfigRow row;
  row.key = &key;
  add(row, settings_or_none(s.metadata.configs.topics, topic), {key.name}, "topic " + topic);
  row.own = !row.sources.empty();
  if (key.synonym != nullptr) add_broker_sources(row, s, "", key.synonym);
  resolve(row, true);
  return row;
}

ConfigRow broker_row(const ConfigKey& key, const Snapshot& s, const std::string& broker) {
  ConfigRow row;
  row.key = &key;
  add_broker_sources(row, s, broker, key.name);
  // What only a stronger name says is not said by this one.
  while (!row.sources.empty() && row.sources.front().name != key.name) {
    row.sources.erase(row.sources.begin());
  }
  const std::string here = broker.empty() ? "all brokers (dynamic)" : "broker " + broker +
                                                                          " (dynamic)";
  row.own = !row.sources.empty() && row.sources.front().where == here;
  if (!is_dynamic(key.scope)) {
    row.why_not = "Read-only: it is in server.properties and needs a restart.";
  } else if (broker.empty() && key.scope == ConfigScope::BrokerPerBroker) {
    row.why_not = "It can only be set for one broker at a time.";
  }
  resolve(row, false);
  return row;
}

ConfigRow client_row(const ConfigKey& key, const cluster::ClientView& client) {
  ConfigRow row;
  row.key = &key;
  add(row, client.settings, {key.name}, "given at its start");
  row.own = !row.sources.empty();
  if (key.default_value != nullptr) {
    row.sources.push_back({"default", key.name, key.default_value});
  }
  row.why_not = "A client reads its settings when it starts: close it and start another.";
  resolve(row, false);
  return row;
}

ConfigScope scope_of(const Snapshot& s, const ConfigOwner& owner) {
  if (owner.kind == ConfigOwnerKind::Topic) return ConfigScope::Topic;
  if (owner.kind != ConfigOwnerKind::Client) return ConfigScope::BrokerReadOnly;
  const cluster::ClientView* client = client_of(s, owner.name);
  switch (client != nullptr ? client->kind : cluster::ClientKind::Admin) {
    case cluster::ClientKind::Producer: return ConfigScope::Producer;
    case cluster::ClientKind::Consumer: return ConfigScope::Consumer;
    default: return ConfigScope::Admin;
  }
}

std::vector<ConfigOwner> owners_of(const Snapshot& s) {
  std::vector<ConfigOwner> owners{{ConfigOwnerKind::AllBrokers, ""}};
  for (const cluster::NodeView& node : s.nodes) {
    owners.push_back({ConfigOwnerKind::Broker, std::to_string(node.id)});
  }
  std::set<std::string> topics;
  for (const auto& partition : s.metadata.partitions) topics.insert(partition.partition.topic);
  for (const std::string& topic : topics) owners.push_back({ConfigOwnerKind::Topic, topic});
  for (const cluster::ClientView& client : s.clients) {
    if (client.kind == cluster::ClientKind::External) continue;
    owners.push_back({ConfigOwnerKind::Client, client.name});
  }
  return owners;
}

ConfigRow row_of(const ConfigKey& key, const Snapshot& s, const ConfigOwner& owner) {
  switch (owner.kind) {
    case ConfigOwnerKind::Topic: return topic_row(key, s, owner.name);
    case ConfigOwnerKind::Client: return client_row(key, *client_of(s, owner.name));
    default: return broker_row(key, s, owner.name);
  }
}

std::string target_of(const ConfigOwner& owner) {
  switch (owner.kind) {
    case ConfigOwnerKind::Topic: return "topic=" + owner.name;
    case ConfigOwnerKind::Broker: return "broker=" + owner.name;
    default: return "cluster";
  }
}

}  // namespace

std::string ConfigOwner::label() const {
  switch (kind) {
    case ConfigOwnerKind::AllBrokers: return "all brokers";
    case ConfigOwnerKind::Broker: return "broker " + name;
    case ConfigOwnerKind::Topic: return "topic " + name;
    case ConfigOwnerKind::Client: return "client " + name;
  }
  return name;
}

std::string ConfigRow::when() const {
  switch (key->effect) {
    case ConfigEffect::Live: return "at once";
    case ConfigEffect::Start: return "when it starts";
    case ConfigEffect::None: return "no effect here";
  }
  return "";
}

ConfigPage make_config_page(const Snapshot& snapshot, const ConfigQuestion& question) {
  ConfigPage page;
  page.owners = owners_of(snapshot);
  const bool known = std::find(page.owners.begin(), page.owners.end(), question.owner) !=
                     page.owners.end();
  page.owner = known ? question.owner : page.owners.front();
  const std::string wanted = lower(question.search);
  for (const ConfigKey& key : cluster::config_table_of(scope_of(snapshot, page.owner))) {
    ConfigRow row = row_of(key, snapshot, page.owner);
    ++page.all;
    page.set += row.is_set ? 1 : 0;
    const bool found = lower(key.name).find(wanted) != std::string::npos ||
                       lower(key.meaning).find(wanted) != std::string::npos;
    if (!found || (question.only_set && !row.is_set)) continue;
    row.default_value = key.default_value == nullptr ? "(none)" : key.default_value;
    page.rows.push_back(std::move(row));
  }
  const auto weight = [](const ConfigRow& row) {
    return row.is_set ? 0 : row.key->effect == ConfigEffect::None ? 2 : 1;
  };
  std::stable_sort(page.rows.begin(), page.rows.end(), [&](const auto& a, const auto& b) {
    return weight(a) < weight(b);
  });
  return page;
}

const ConfigRow* find_row(const ConfigPage& page, std::string_view name) {
  for (const ConfigRow& row : page.rows) {
    if (row.key->name == name) return &row;
  }
  return nullptr;
}

std::string command_to_set(const ConfigOwner& owner, const std::string& config,
                           const std::string& value) {
  return fmt::format("alter-config {} \"{}={}\"", target_of(owner), config, value);
}

std::string command_to_delete(const ConfigOwner& owner, const std::string& config) {
  return fmt::format("alter-config {} delete={}", target_of(owner), config);
}

std::string config_complaint(const ConfigRow& row, const std::string& text) {
  if (!row.why_not.empty()) return row.why_not;
  if (text.empty()) return "Write a value.";
  if (text.find('"') != std::string::npos) return "A value cannot hold a quotation mark.";
  return config_problem(*row.key, text).value_or("");
}

std::string in_words(const ConfigKey& key, const std::string& value) {
  const auto number = parse_integer(value);
  const std::string_view name = key.name;
  if (!number) return "";
  if (*number == INT64_MAX || *number == INT32_MAX) return "no limit";
  if (*number == -1 && (name.find("retention") != name.npos)) return "no limit";
  if (name.ends_with("ms") && *number >= 1000) {
    const std::int64_t s = *number / 1000;
    if (s % 86'400 == 0) return fmt::format("{} day{}", s / 86'400, s == 86'400 ? "" : "s");
    if (s % 3600 == 0) return fmt::format("{} h", s / 3600);
    if (s % 60 == 0) return fmt::format("{} min", s / 60);
    return *number % 1000 == 0 ? fmt::format("{} s", s) : "";
  }
  if (name.ends_with("bytes") && *number >= 1024) {
    if (*number % (1 << 30) == 0) return fmt::format("{} GiB", *number >> 30);
    if (*number % (1 << 20) == 0) return fmt::format("{} MiB", *number >> 20);
    if (*number % 1024 == 0) return fmt::format("{} KiB", *number >> 10);
  }
  return "";
}

}  // namespace kscope::viewer
