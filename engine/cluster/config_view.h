// ConfigViews: what the metadata log says about settings, for readers of a snapshot.
//
// Only what somebody set. What a setting is without that, where it may be set and what it means is
// in the tables (cluster/config_catalog.h); putting the two together is the reader's work, as it is
// the work of DescribeConfigs in a broker.
//
// Read next: cluster/snapshot.h, cluster/config_catalog.h
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace kscope::cluster {

using Settings = std::map<std::string, std::string>;

struct ConfigViews {
  std::map<std::string, Settings> topics;     ///< only topics that have some
  Settings all_brokers;                       ///< the cluster-wide dynamic settings
  std::map<std::int32_t, Settings> brokers;   ///< dynamic settings of one broker
  bool operator==(const ConfigViews&) const = default;
};

}  // namespace kscope::cluster
