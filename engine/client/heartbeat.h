// Heartbeat: the three clocks of a member.
//
//   heartbeat  when the next sign of life is due            heartbeat.interval.ms
//   session    when we must have heard from the coordinator session.timeout.ms
//   poll       when the application must have polled        max.poll.interval.ms
//
// The first two prove that the process lives and go on while the application works; the third
// proves that the application does (KIP-62). In Java a thread of its own watches them.
//
// Kafka: Heartbeat, AbstractCoordinator.HeartbeatThread. Called by: classic_membership.
// Read next: client/classic_membership_heartbeat.cc
#pragma once

#include <algorithm>

#include "engine/client/client_config.h"

namespace kscope::client {

class Heartbeat {
 public:
  Heartbeat() = default;
  explicit Heartbeat(const ConsumerConfig& config)
      : interval_(config.heartbeat_interval),
        session_timeout_(config.session_timeout),
        max_poll_interval_(config.max_poll_interval) {}

  void polled(Instant now) { last_poll_ = now; }
  void reset(Instant now) {
    last_poll_ = now;
    heard_ = now;
    due_ = now + interval_;
    failures_ = 0;
  }
  void sent(Instant now) { due_ = now + interval_; }
  void heard(Instant now) {
    heard_ = now;
    failures_ = 0;
  }
  void heard_of_coordinator(Instant now) { heard_ = now; }
  std::int32_t failed() { return ++failures_; }
  void try_again_at(Instant at) { due_ = at; }

  Instant due() const { return due_; }
  Instant session_expires() const { return heard_ + session_timeout_; }
  Instant poll_expires() const { return last_poll_ + max_poll_interval_; }
  Instant last_poll() const { return last_poll_; }
  Instant first() const { return std::min({due_, session_expires(), poll_expires()}); }

 private:
  Duration interval_{}, session_timeout_{}, max_poll_interval_{};
  Instant due_{}, heard_{}, last_poll_{};
  std::int32_t failures_ = 0;  // in a row
};

}  // namespace kscope::client
