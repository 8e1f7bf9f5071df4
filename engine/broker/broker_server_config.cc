// Dynamic settings: what the metadata log says about this broker takes effect while it runs.
// Kafka: DynamicBrokerConfig, DynamicConfigPublisher. KIP-226.
#include "engine/broker/broker_server.h"
#include "engine/metadata/effective_config.h"

namespace kscope::broker {
namespace {

/// What `now` has on top of what the broker was started with.
metadata::ConfigMap difference(const metadata::ConfigMap& now,
                               const metadata::ConfigMap& started_with) {
  metadata::ConfigMap result;
  for (const auto& [name, value] : now) {
    const auto found = started_with.find(name);
    if (found == started_with.end() || found->second != value) result[name] = value;
  }
  return result;
}

}  // namespace

void BrokerServer::apply_dynamic_config(env::Env& env) {
  BrokerParts& p = parts_;
  const metadata::ConfigMap started_with = p.config.settings;
  const auto now = metadata::with_dynamic_config(started_with, p.metadata, p.config.node);
  metadata::ConfigMap dynamic = difference(now, started_with);
  if (dynamic == p.dynamic_config) return;
  auto parsed = BrokerConfig::parse(p.config.node, p.config.cluster_id, p.config.endpoints, now);
  if (!parsed.ok()) return;  // Kafka logs it and goes on with what it had
  metadata::ConfigMap touched = p.dynamic_config;
  touched.insert(dynamic.begin(), dynamic.end());
  for (const auto& [name, unused] : touched) {
    const ConfigKey& key = *find_config(metadata::broker_config_table(), name);
    const auto before = p.dynamic_config.find(name);
    const auto after = dynamic.find(name);
    const bool same = before != p.dynamic_config.end() && after != dynamic.end() &&
                      before->second == after->second;
    if (same || key.effect != ConfigEffect::Live) continue;
    const auto config =
        metadata::effective_broker_config(key, p.metadata, p.config.node, started_with);
    env.events.emit(env.node, event::BrokerConfigApplied{
                                  env.names.intern(name),
                                  env.names.intern(config.value().value_or("(default)"))});
  }
  p.dynamic_config = std::move(dynamic);
  p.config = std::move(parsed).value();
  p.config.settings = started_with;
  p.requests.set_io_threads(p.config.requests.io_threads);
  p.replicas.reconfigure(env, p.config.replicas, p.config.topics);
}

}  // namespace kscope::broker
