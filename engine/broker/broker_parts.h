// BrokerParts: all the state of a broker, in one place, as values.
//
// Real Kafka wires some twenty objects together with references. Here they lie side by side and
// whoever handles a call gets all of them: KafkaApis decides with them, BrokerServer carries out
// what they want of each other. Copying this struct is copying the broker.
//
// Called by: broker_server, kafka_apis. Kafka: the fields of kafka.server.BrokerServer.
// Read next: broker/kafka_apis.h
#pragma once

#include "engine/broker/alter_partition_manager.h"
#include "engine/broker/broker_config.h"
#include "engine/broker/delayed_operations.h"
#include "engine/broker/fetch_session_cache.h"
#include "engine/broker/forwarding_manager.h"
#include "engine/broker/group_requests.h"
#include "engine/broker/purgatory.h"
#include "engine/coordinator/group_coordinator.h"
#include "engine/metadata/metadata_image.h"
#include "engine/replication/replica_manager.h"

namespace kscope::broker {

struct BrokerParts {
  BrokerConfig config;
  metadata::ConfigMap dynamic_config;  ///< in effect now, on top of config.settings
  metadata::MetadataImage metadata;  ///< as last told; what requests are answered from
  replication::ReplicaManager replicas;
  RequestChannel requests;
  DelayedOperationPurgatory<DelayedProduce> produces{event::PurgatoryKind::Produce};
  DelayedOperationPurgatory<DelayedFetch> fetches{event::PurgatoryKind::Fetch};
  DelayedOperationPurgatory<DelayedDeleteRecords> deletes{event::PurgatoryKind::DeleteRecords};
  FetchSessionCache fetch_sessions;
  BrokerLifecycleManager lifecycle;
  AlterPartitionManager alter_partitions;
  ForwardingManager forwarding;
  coordinator::GroupCoordinator coordinator;
  GroupRequests group_requests;
  NodeToControllerChannel lifecycle_channel;
  NodeToControllerChannel alter_partition_channel;
  NodeToControllerChannel forwarding_channel;
};

}  // namespace kscope::broker
