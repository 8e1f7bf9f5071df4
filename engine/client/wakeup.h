// Wakeup: one timer of a client, set again only when its time changes.
//
// Clients work out after every call when they next have to look; most of the time the answer is the
// one they already have.
//
// Called by: cluster_client, sender, kafka_producer, kafka_consumer, admin_client. Real Kafka: the
// timeout handed to Selector.poll.
#pragma once

#include <optional>

#include "engine/env/env.h"

namespace kscope::client {

class Wakeup {
 public:
  Wakeup() = default;
  explicit Wakeup(env::TimerKind kind) : kind_(kind) {}
  void set(env::Env& env, std::optional<Instant> at) {
    if (at == at_) return;
    at_ = at;
    if (at) env.timers.set(kind_, 0, *at);
    else env.timers.cancel(kind_, 0);
  }
  void fired() { at_.reset(); }
  env::TimerKind kind() const { return kind_; }

 private:
  env::TimerKind kind_ = env::TimerKind::ClientSend;
  std::optional<Instant> at_;
};

/// The earlier of two moments, either of which may be absent.
inline std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a) return b;
  return b && *b < *a ? b : a;
}

}  // namespace kscope::client
