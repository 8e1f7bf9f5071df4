#include "engine/client/backoff.h"

#include <algorithm>

namespace kscope::client {

Duration backoff_after(Duration initial, Duration max, std::int32_t failures,
                       env::Random& random) {
  if (initial >= max) return max;
  Duration term = initial;
  for (std::int32_t i = 1; i < failures && term < max; ++i) term *= 2;
  const std::int64_t permille = random.between(std::int64_t{800}, std::int64_t{1200});
  return std::min(max, Duration(term.count() * permille / 1000));
}

}  // namespace kscope::client
