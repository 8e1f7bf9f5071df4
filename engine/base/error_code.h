// Kafka's error codes: how a broker says no.
//
// Kafka: org.apache.kafka.common.protocol.Errors. Numbers and names are the wire's; the table in
// error_code.cc adds what a student needs to know of each: may a client simply try again, and what
// does it mean in one sentence. docs/ prints that table.
//
// Read next: protocol/ (where responses carry these)
#pragma once

#include <cstdint>
#include <span>

namespace kscope {

enum class ErrorCode : std::int16_t {
  UNKNOWN_SERVER_ERROR = -1,
  NONE = 0,
  OFFSET_OUT_OF_RANGE = 1,
  CORRUPT_MESSAGE = 2,
  UNKNOWN_TOPIC_OR_PARTITION = 3,
  INVALID_FETCH_SIZE = 4,
  LEADER_NOT_AVAILABLE = 5,
  NOT_LEADER_OR_FOLLOWER = 6,
  REQUEST_TIMED_OUT = 7,
  BROKER_NOT_AVAILABLE = 8,
  REPLICA_NOT_AVAILABLE = 9,
  MESSAGE_TOO_LARGE = 10,
  STALE_CONTROLLER_EPOCH = 11,
  NETWORK_EXCEPTION = 13,
  COORDINATOR_LOAD_IN_PROGRESS = 14,
  COORDINATOR_NOT_AVAILABLE = 15,
  NOT_COORDINATOR = 16,
  INVALID_TOPIC_EXCEPTION = 17,
  RECORD_LIST_TOO_LARGE = 18,
  NOT_ENOUGH_REPLICAS = 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND = 20,
  INVALID_REQUIRED_ACKS = 21,
  INVALID_TIMESTAMP = 32,
  UNSUPPORTED_VERSION = 35,
  TOPIC_ALREADY_EXISTS = 36,
  INVALID_PARTITIONS = 37,
  INVALID_REPLICATION_FACTOR = 38,
  INVALID_REPLICA_ASSIGNMENT = 39,
  INVALID_CONFIG = 40,
  NOT_CONTROLLER = 41,
  INVALID_REQUEST = 42,
  UNSUPPORTED_FOR_MESSAGE_FORMAT = 43,
  POLICY_VIOLATION = 44,
  OUT_OF_ORDER_SEQUENCE_NUMBER = 45,
  DUPLICATE_SEQUENCE_NUMBER = 46,
  INVALID_PRODUCER_EPOCH = 47,
  INVALID_TXN_STATE = 48,
  TRANSACTION_COORDINATOR_FENCED = 52,
  KAFKA_STORAGE_ERROR = 56,
  LOG_DIR_NOT_FOUND = 57,
  UNKNOWN_PRODUCER_ID = 59,
  FETCH_SESSION_ID_NOT_FOUND = 70,
  INVALID_FETCH_SESSION_EPOCH = 71,
  FENCED_LEADER_EPOCH = 74,
  UNKNOWN_LEADER_EPOCH = 75,
  UNSUPPORTED_COMPRESSION_TYPE = 76,
  STALE_BROKER_EPOCH = 77,
  OFFSET_NOT_AVAILABLE = 78,
  PREFERRED_LEADER_NOT_AVAILABLE = 80,
  ELIGIBLE_LEADERS_NOT_AVAILABLE = 83,
  ELECTION_NOT_NEEDED = 84,
  NO_REASSIGNMENT_IN_PROGRESS = 85,
  INVALID_RECORD = 87,
  INVALID_VOTER_KEY = 125,
  DUPLICATE_VOTER = 126,
  VOTER_NOT_FOUND = 127,
  DUPLICATE_BROKER_REGISTRATION = 101,
  BROKER_ID_NOT_REGISTERED = 102,
  INCONSISTENT_TOPIC_ID = 103,
  INCONSISTENT_CLUSTER_ID = 104,
  UNKNOWN_TOPIC_ID = 100,
  POSITION_OUT_OF_RANGE = 99,
  SNAPSHOT_NOT_FOUND = 98,
  INCONSISTENT_VOTER_SET = 94,
  INVALID_UPDATE_VERSION = 95,
  FEATURE_UPDATE_FAILED = 96,
  FETCH_SESSION_TOPIC_ID_ERROR = 106,
  INELIGIBLE_REPLICA = 107,
  NEW_LEADER_ELECTED = 108,
};

struct ErrorInfo {
  ErrorCode code;
  const char* name;
  bool retriable;        ///< Java: extends RetriableException
  const char* meaning;   ///< one sentence for a student
};

/// Every code the engine knows, ordered by number.
std::span<const ErrorInfo> error_table();
/// Never fails: unknown numbers give the entry of UNKNOWN_SERVER_ERROR.
const ErrorInfo& error_info(ErrorCode code);
inline const char* to_string(ErrorCode code) { return error_info(code).name; }

}  // namespace kscope
