// The settings of producers, consumers and admin clients, one row each.
//
// Read by people: the docs and the "Config" page. The values are read in client/client_config.cc;
// a test holds its defaults against these. Settings without effect here are those of idempotence
// and transactions, sockets and security.
//
// Invariant: each table is ordered by name. Kafka: ProducerConfig, ConsumerConfig,
// AdminClientConfig.
// Read next: client/client_config.h
#pragma once

#include "engine/base/config_def.h"

namespace kscope::client {

std::span<const ConfigKey> producer_config_table();
std::span<const ConfigKey> consumer_config_table();
std::span<const ConfigKey> admin_config_table();

}  // namespace kscope::client
