// Metadata: what a client believes about the cluster.
//
// A client starts with a list of bootstrap brokers and asks any of them who leads what. The answer
// is a cache, and it is allowed to be wrong: a broker that is not (any more) the leader says so,
// and the client asks again. Leader epochs keep the cache from going backwards when a broker that
// lags behind answers (KIP-320).
//
// Invariants: for one topic id, the epoch believed for a partition never decreases;
//             no refresh starts before not_before_ (back-off), unless new topics were added.
//
// In simulation a broker's node id is its address, so there is no host and port to keep.
// Kafka: org.apache.kafka.clients.Metadata, MetadataSnapshot. metadata.recovery.strategy is "none".
// Called by: cluster_client. Read next: client/cluster_client.h
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/error_code.h"
#include "engine/base/partition.h"
#include "engine/client/client_config.h"
#include "engine/env/random.h"
#include "engine/protocol/messages/metadata.h"

namespace kscope::client {

/// Either half may be unknown: a known epoch without a leader means "newer than our metadata".
struct LeaderAndEpoch {
  std::optional<NodeId> leader;
  std::optional<LeaderEpoch> epoch;
  auto operator<=>(const LeaderAndEpoch&) const = default;
};

/// Errors that mean "look again who leads" (Java: InvalidMetadataException and its subclasses).
bool says_metadata_is_stale(ErrorCode error);

class Metadata {
 public:
  Metadata() = default;
  Metadata(const CommonConfig& config, std::vector<NodeId> bootstrap);

  /// From now on requests ask for this topic; the first time also asks for a refresh at once.
  void add_topic(const std::string& topic);
  /// Requests ask for these and no others; what is new asks for a refresh at once.
  void want(const std::set<std::string>& topics);
  /// Requests ask for all topics that there are (pattern subscriptions need that), or no longer.
  void want_all(bool all);

  /// Something told us that the cache is stale.
  void request_update() { update_needed_ = true; }
  bool update_requested() const { return update_needed_; }
  /// A refresh would start at once: no back-off keeps it waiting.
  bool may_update(Instant now) const { return now >= not_before_; }
  /// When the next refresh is due: its age, a request, and the back-off together decide.
  Instant next_update_at(Instant now) const;

  /// The request for all topics added so far.
  protocol::MetadataRequest start_request(bool allow_auto_topic_creation);
  /// Takes in the answer. False if it was unusable (no brokers: Kafka treats it as failed).
  bool update(const protocol::MetadataResponse& response, Instant now, env::Random& random);
  void update_failed(Instant now, env::Random& random);
  bool update_is_due() const { return update_needed_ || new_topics_; }

  LeaderAndEpoch current_leader(const TopicPartition& partition) const;
  /// A response other than Metadata's carried an epoch. True if it is news (a refresh is asked
  /// for).
  bool epoch_seen(const TopicPartition& partition, LeaderEpoch epoch);
  /// A fetch response named the new leader itself (KIP-951): use it without asking around.
  bool leader_learned(const TopicPartition& partition, NodeId leader, LeaderEpoch epoch);

  /// Nothing while the topic is unknown or in error.
  std::optional<std::int32_t> partition_count(const std::string& topic) const;
  std::vector<std::int32_t> partitions_with_leader(const std::string& topic) const;
  ErrorCode topic_error(const std::string& topic) const;
  /// Topics that are known and not in error; of internal ones (__consumer_offsets) nothing is said.
  std::vector<std::string> known_topics() const;
  /// By partition, the racks of its replicas; empty where no broker of the cluster has one.
  std::vector<std::vector<std::string>> racks(const std::string& topic) const;
  /// Its name; empty for an id that nothing is known about.
  std::string topic_name(const Uuid& id) const;
  /// Zero while it is unknown, or where brokers are too old to say.
  Uuid topic_id(const std::string& topic) const;

  /// Whether a broker of that id is in the cluster, as far as is known.
  bool knows_node(NodeId node) const;
  /// The bootstrap list until the first answer, then the brokers it named.
  const std::vector<NodeId>& nodes() const { return nodes_; }
  std::optional<NodeId> controller() const { return controller_; }
  /// Grows with every successful update.
  std::int64_t version() const { return version_; }

 private:
  struct Topic {
    ErrorCode error = ErrorCode::NONE;
    Uuid id;
    std::vector<LeaderAndEpoch> partitions;  // by partition number
    bool internal = false;
    std::vector<std::vector<NodeId>> replicas;  // by partition number
  };
  bool take_topic(const protocol::MetadataResponse::MetadataResponseTopic& topic);
  bool take_topics(const protocol::MetadataResponse& response);
  bool take_partition(const TopicPartition& name, const LeaderAndEpoch& incoming,
                      const LeaderAndEpoch* known, LeaderAndEpoch* out);

  CommonConfig config_;
  std::vector<NodeId> nodes_;
  std::optional<NodeId> controller_;
  std::map<std::string, Topic> topics_;
  std::map<TopicPartition, LeaderEpoch> seen_epochs_;  // Kafka: lastSeenLeaderEpochs
  std::set<std::string> wanted_;
  bool all_wanted_ = false;
  std::map<NodeId, std::string> racks_;  // of brokers that have one
  std::int64_t version_ = 0;
  bool update_needed_ = true;
  bool new_topics_ = false;    // topics were added since the latest request
  Instant not_before_{};
  std::optional<Instant> last_success_;
  std::int32_t failures_ = 0;
  std::int32_t equivalent_responses_ = 0;  // answers in a row that told us nothing new
};

}  // namespace kscope::client
