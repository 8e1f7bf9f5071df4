// KafkaApis: what a broker answers to each request.
//
// One method per API: decode, ask the replicas or the metadata, answer, or park the request in
// purgatory. Nothing is remembered in here; the object lives for one call.
//
// Three ways a request can end: a response; parked, and then a response from purgatory; or, when
// its bytes make no sense or its version is not served, the end of its connection. Only ApiVersions
// is answered in spite of an unknown version, or old and new could never find out about each other.
//
// Every error that goes into a response is told as RequestRefused.
//
// Called by: broker_server. Kafka: kafka.server.KafkaApis.
// Read next: broker/kafka_apis_produce.cc, kafka_apis_fetch.cc, kafka_apis_metadata.cc,
// kafka_apis_groups.cc
#pragma once

#include "engine/broker/broker_parts.h"
#include "engine/protocol/messages/fetch.h"
#include "engine/protocol/messages/metadata.h"
#include "engine/protocol/messages/offset_for_leader_epoch.h"
#include "engine/protocol/messages/produce.h"

namespace kscope::broker {

/// Kafka: Topic.isInternal.
bool is_internal_topic(const std::string& topic);

/// On the wire, -1 says that the sender knows no leader epoch.
inline std::optional<LeaderEpoch> epoch_or_nothing(std::int32_t epoch) {
  return epoch < 0 ? std::nullopt : std::optional(LeaderEpoch(epoch));
}

class KafkaApis {
 public:
  KafkaApis(env::Env& env, BrokerParts& broker) : env_(env), broker_(broker) {}

  void handle(const QueuedRequest& request);

  /// Purgatory: `moved` made progress. True if the operation was answered.
  bool try_complete(DelayedProduce& produce, PartitionRef moved);
  bool try_complete(DelayedFetch& fetch, PartitionRef moved);
  /// Its time is up: answers what there is.
  void complete(const DelayedProduce& produce);
  void complete(const DelayedFetch& fetch);
  bool try_complete(DelayedDeleteRecords& deletion, PartitionRef moved);
  void complete(const DelayedDeleteRecords& deletion);
  /// What the group coordinator has decided or seen committed goes to those who asked.
  void send_group_answers();
  coordinator::Surroundings surroundings() { return {env_, broker_.replicas, broker_.metadata}; }

 private:
  void handle_produce(const QueuedRequest& request);
  void handle_fetch(const QueuedRequest& request);
  void handle_list_offsets(const QueuedRequest& request);
  void handle_offset_for_leader_epoch(const QueuedRequest& request);
  void handle_delete_records(const QueuedRequest& request);
  void handle_metadata(const QueuedRequest& request);
  void handle_api_versions(const QueuedRequest& request);
  void handle_find_coordinator(const QueuedRequest& request);
  void handle_init_producer_id(const QueuedRequest& request);
  void handle_describe_cluster(const QueuedRequest& request);
  // groups
  void handle_join_group(const QueuedRequest& request);
  void handle_sync_group(const QueuedRequest& request);
  void handle_heartbeat(const QueuedRequest& request);
  void handle_leave_group(const QueuedRequest& request);
  void handle_consumer_group_heartbeat(const QueuedRequest& request);
  void handle_offset_commit(const QueuedRequest& request);
  void handle_offset_fetch(const QueuedRequest& request);
  void handle_offset_delete(const QueuedRequest& request);
  void handle_delete_groups(const QueuedRequest& request);
  void handle_describe_groups(const QueuedRequest& request);
  void handle_list_groups(const QueuedRequest& request);
  void handle_consumer_group_describe(const QueuedRequest& request);
  void handle_describe_configs(const QueuedRequest& request);
  void handle_alter_configs(const QueuedRequest& request);
  void handle_incremental_alter_configs(const QueuedRequest& request);
  template <class Request, class Response>
  void alter_configs(const QueuedRequest& request);
  template <class Request>
  void forward(const QueuedRequest& request);

  /// Decodes the body or closes the connection.
  template <class Request>
  std::optional<Request> decode(const QueuedRequest& request) {
    auto decoded = protocol::decode_body<Request>(request.body, request.context.header.version);
    if (!decoded.ok()) {
      broker_.requests.close(env_, request.context.connection, event::CloseReason::MalformedFrame);
      return std::nullopt;
    }
    return std::move(decoded).value();
  }
  void refuse(ApiKey api, PartitionRef partition, ErrorCode error);

  // produce
  ProducePartitionStatus append(const QueuedRequest& request, const TopicPartition& partition,
                                ByteView records, std::int16_t acks);
  // fetch
  using FetchResults = std::vector<replication::PartitionRead>;
  DelayedFetch plan_fetch(const QueuedRequest& request, const protocol::FetchRequest& asked);
  FetchPartitionStatus plan_partition(const protocol::FetchRequest::FetchTopic& topic,
                                      const protocol::FetchRequest::FetchPartition& asked,
                                      std::int16_t version);
  void resolve(FetchPartitionStatus& status, bool by_id) const;
  /// NONE, or why the session that the request names cannot be used.
  ErrorCode take_session(const QueuedRequest& request, const protocol::FetchRequest& asked,
                         DelayedFetch& fetch);
  void update_session(FetchSession& session, const protocol::FetchRequest& asked,
                      std::vector<FetchPartitionStatus> named);
  FetchResults read_all(const DelayedFetch& fetch, bool update_followers);
  void respond(const DelayedFetch& fetch, FetchResults results);
  using FetchData = protocol::FetchResponse::PartitionData;
  FetchData data_of(const DelayedFetch& fetch, const FetchPartitionStatus& status,
                    replication::PartitionRead&& read);
  void point_to_leader(const FetchPartitionStatus& status, FetchData& data,
                       protocol::FetchResponse& response) const;
  void open_session(const DelayedFetch& fetch, const std::vector<FetchData>& told,
                    protocol::FetchResponse& response);
  // offsets
  protocol::OffsetForLeaderEpochResponse::EpochEndOffset epoch_end(
      const std::string& topic,
      const protocol::OffsetForLeaderEpochRequest::OffsetForLeaderPartition& asked);
  DeleteRecordsPartitionStatus delete_records(const TopicPartition& partition, std::int64_t offset);
  // groups
  struct FoundCoordinator {
    ErrorCode error = ErrorCode::COORDINATOR_NOT_AVAILABLE;
    std::int32_t node = -1;
    std::string host;
    std::int32_t port = -1;
  };
  FoundCoordinator find_coordinator(std::int8_t key_type, const std::string& key);
  void create_group_metadata_topic();
  coordinator::Caller caller(const QueuedRequest& request, GroupRequest waiting);
  // metadata
  struct AliveBroker {
    NodeId id;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;
  };
  std::vector<AliveBroker> alive_brokers() const;
  NodeId controller_for_clients() const;
  protocol::MetadataResponse::MetadataResponseTopic describe(
      const metadata::TopicImage& topic) const;
  void describe_all(protocol::MetadataResponse& response) const;
  void describe_asked(const protocol::MetadataRequest& request,
                      protocol::MetadataResponse& response);

  env::Env& env_;
  BrokerParts& broker_;
};

}  // namespace kscope::broker
