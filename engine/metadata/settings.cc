#include "engine/metadata/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace kscope::metadata {
namespace {

/// Reads one setting after the other; keeps the first complaint.
class SettingsReader {
 public:
  explicit SettingsReader(const Settings& settings) : settings_(settings) {}

  void number(const char* key, std::int64_t low, std::int64_t high, auto* out) {
    const auto found = settings_.find(key);
    if (found == settings_.end()) return;
    const std::string& text = found->second;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
      return complain(key, text, fmt::format("a number from {} to {}", low, high));
    }
    *out = static_cast<std::remove_pointer_t<decltype(out)>>(value);
  }

  void duration(const char* key, Duration unit, std::int64_t low, Duration* out) {
    std::int64_t count = *out / unit;
    number(key, low, INT32_MAX, &count);
    *out = unit * count;
  }

  void boolean(const char* key, bool* out) {
    const auto found = settings_.find(key);
    if (found == settings_.end()) return;
    if (found->second != "true" && found->second != "false") {
      return complain(key, found->second, "true or false");
    }
    *out = found->second == "true";
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  void complain(const char* key, const std::string& value, const std::string& expected) {
    if (error_) return;
    error_ = Error{ErrorKind::Invalid, fmt::format("{}={}: expected {}", key, value, expected)};
  }

  const Settings& settings_;
  std::optional<Error> error_;
};

}  // namespace

Result<SharedServerConfig> shared_server_config(NodeId node, const std::vector<NodeId>& voters,
                                                const std::string& cluster_id,
                                                const Settings& settings) {
  SharedServerConfig config;
  config.raft.node = node;
  config.raft.voters = voters;
  config.raft.cluster_id = cluster_id;
  config.has_controller = std::find(voters.begin(), voters.end(), node) != voters.end();
  config.controller.node = node;
  config.controller.cluster_id = cluster_id;
  SettingsReader read(settings);
  raft::RaftConfig& raft = config.raft;
  read.duration("controller.quorum.election.timeout.ms", millis(1), 1, &raft.election_timeout);
  read.duration("controller.quorum.election.backoff.max.ms", millis(1), 0,
                &raft.election_backoff_max);
  read.duration("controller.quorum.fetch.timeout.ms", millis(1), 1, &raft.fetch_timeout);
  read.duration("controller.quorum.request.timeout.ms", millis(1), 1, &raft.request_timeout);
  read.duration("controller.quorum.retry.backoff.ms", millis(1), 1, &raft.retry_backoff);
  read.number("metadata.log.segment.bytes", 12, INT32_MAX, &raft.log.segment_bytes);
  read.boolean("controller.quorum.pre.vote.enable", &raft.pre_vote);
  read.number("controller.quorum.fetch.snapshot.max.bytes", 1, INT32_MAX,
              &raft.snapshot_piece_bytes);
  read.number("metadata.max.retention.bytes", -1, INT64_MAX, &raft.max_retention_bytes);
  read.number("metadata.max.retention.ms", -1, INT64_MAX, &raft.max_retention_ms);
  read.number("metadata.log.max.record.bytes.between.snapshots", 1, INT64_MAX,
              &config.snapshots.max_bytes);
  read.duration("metadata.log.max.snapshot.interval.ms", millis(1), 0,
                &config.snapshots.max_interval);
  ControllerConfig& controller = config.controller;
  read.duration("broker.session.timeout.ms", millis(1), 1, &controller.session_timeout);
  read.number("num.partitions", 1, INT32_MAX, &controller.num_partitions);
  read.number("default.replication.factor", 1, INT16_MAX, &controller.replication_factor);
  read.number("min.insync.replicas", 1, INT32_MAX, &controller.min_insync_replicas);
  read.boolean("unclean.leader.election.enable", &controller.unclean_leader_election);
  read.boolean("eligible.leader.replicas.enable", &controller.eligible_leader_replicas);
  controller.settings = settings;
  read.boolean("auto.leader.rebalance.enable", &controller.auto_leader_rebalance);
  read.duration("leader.imbalance.check.interval.seconds", seconds(1), 1,
                &controller.leader_imbalance_check);
  read.duration("unclean.leader.election.interval.ms", millis(1), 1,
                &controller.unclean_election_check);
  if (read.error()) return *read.error();
  return config;
}

}  // namespace kscope::metadata
