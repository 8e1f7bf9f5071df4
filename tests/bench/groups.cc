#include "tests/bench/bench.h"

namespace kscope::bench {

const std::vector<Group>& groups() {
  static const std::vector<Group> all = {
      {"sim", "the machine: 3 combined nodes, a producer and a consumer", sim_bench},
      {"seek", "time travel in a scenario of ten minutes", seek_bench},
      {"storage", "one log on a simulated and on a real disk", storage_bench},
      {"page_cache", "the machine alone: writes, batches, ways from a file to a socket",
       page_cache_bench},
      {"cluster", "failovers in virtual and processor time, metadata at size", cluster_bench},
      {"groups", "consumer groups: assignors at size, a rebalance of 100 members",
       assignor_bench},
#ifdef KSCOPE_HAS_VIEWER
      {"viewer", "processor time of one frame: 9 brokers, 60 partitions", viewer_bench},
#endif
  };
  return all;
}

}  // namespace kscope::bench
