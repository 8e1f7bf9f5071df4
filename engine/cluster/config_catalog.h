// The one table of settings: those of topics and brokers, and those of clients, in one list.
//
// Called by: docs (docs/generated/configs.md), viewer ("Config" page).
// Read next: metadata/config_table.h, client/config_table.h
#pragma once

#include <vector>

#include "engine/base/config_def.h"

namespace kscope::cluster {

/// By owner: brokers, topics, producers, consumers, admin clients; within each by name.
const std::vector<ConfigKey>& config_catalog();
/// The table of those who own settings of this scope.
std::span<const ConfigKey> config_table_of(ConfigScope scope);

}  // namespace kscope::cluster
