#include "viewer/session/machine.h"

namespace kscope::viewer {

const cluster::MetricsFold& Machine::metrics() {
  return metrics_.at(present(), now(), snapshot(), cluster::MetricSettings::from(cluster_config()),
                     names(), [&](EventSeq seq) -> const event::Event& { return event(seq); });
}

}  // namespace kscope::viewer
