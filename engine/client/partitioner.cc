#include "engine/client/partitioner.h"

#include <algorithm>

#include "engine/base/check.h"

namespace kscope::client {

std::int32_t StickyPartitioner::partition_for(const std::string& topic,
                                              std::int32_t partition_count,
                                              const std::vector<std::int32_t>& available,
                                              env::Random& random) {
  KCHECK(partition_count > 0);
  if (const auto it = sticky_.find(topic); it != sticky_.end()) return it->second.partition;
  const std::int32_t drawn =
      available.empty()
          ? static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(partition_count)))
          : available[random.below(available.size())];
  sticky_[topic] = Sticky{drawn, 0};
  return drawn;
}

void StickyPartitioner::appended(const std::string& topic, std::int32_t bytes,
                                 std::int32_t batch_size, bool may_switch) {
  const auto it = sticky_.find(topic);
  if (it == sticky_.end()) return;
  it->second.bytes += bytes;
  const std::int64_t enough = std::max(batch_size, 1);
  if ((it->second.bytes >= enough && may_switch) || it->second.bytes >= 2 * enough) {
    sticky_.erase(it);
  }
}

}  // namespace kscope::client
