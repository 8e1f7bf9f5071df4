// C1: every registration of a broker gets a larger broker epoch.
//
// Kafka: ClusterControlManager.registerBroker; the epoch is the offset of the registration.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_register(Check& check, const event::BrokerRegistered& e) {
  const std::int64_t before = check.ghost.nodes[e.broker].broker_epoch;
  if (check.holds(e.broker_epoch.value() > before)) return;
  check.violated(
      fmt::format("broker {}", e.broker.value()),
      fmt::format("registers with broker epoch {} after {}", e.broker_epoch.value(), before));
}

}  // namespace

const Checker c1_broker_epochs{"C1",
                               "Broker epochs",
                               "Every registration of a broker gets a larger broker epoch.",
                               {before<on_register>()}};

}  // namespace kscope::sim
