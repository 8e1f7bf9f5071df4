#include "engine/cluster/config_catalog.h"

#include "engine/client/config_table.h"
#include "engine/metadata/config_table.h"

namespace kscope::cluster {

std::span<const ConfigKey> config_table_of(ConfigScope scope) {
  switch (scope) {
    case ConfigScope::Topic: return metadata::topic_config_table();
    case ConfigScope::Producer: return client::producer_config_table();
    case ConfigScope::Consumer: return client::consumer_config_table();
    case ConfigScope::Admin: return client::admin_config_table();
    default: return metadata::broker_config_table();
  }
}

const std::vector<ConfigKey>& config_catalog() {
  static const std::vector<ConfigKey> all = [] {
    std::vector<ConfigKey> rows;
    for (ConfigScope scope : {ConfigScope::BrokerReadOnly, ConfigScope::Topic,
                              ConfigScope::Producer, ConfigScope::Consumer, ConfigScope::Admin}) {
      for (const ConfigKey& key : config_table_of(scope)) rows.push_back(key);
    }
    return rows;
  }();
  return all;
}

}  // namespace kscope::cluster
