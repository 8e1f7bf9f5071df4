#include "engine/base/error_code.h"

#include <algorithm>

namespace kscope {
namespace {

using enum ErrorCode;

constexpr bool kRetry = true;   // "try again, perhaps elsewhere, perhaps with fresh metadata"
constexpr bool kGiveUp = false;

// Retriable is what Java's class hierarchy says, not what one would guess: an expired offset is not
// retriable although a consumer goes on after a reset.
#define ROW(code, retriable, meaning) ErrorInfo{code, #code, retriable, meaning}
constexpr ErrorInfo kTable[] = {
    ROW(UNKNOWN_SERVER_ERROR, kGiveUp,
        "The broker met something it did not foresee; its log knows more."),
    ROW(NONE, kGiveUp, "It worked."),
    ROW(OFFSET_OUT_OF_RANGE, kGiveUp,
        "The offset asked for lies before the start or after the end of the log."),
    ROW(CORRUPT_MESSAGE, kRetry,
        "The bytes of a record batch do not match their CRC or their own length."),
    ROW(UNKNOWN_TOPIC_OR_PARTITION, kRetry,
        "This broker knows no such topic or partition, perhaps not yet."),
    ROW(INVALID_FETCH_SIZE, kGiveUp, "The fetch asks for an impossible number of bytes."),
    ROW(LEADER_NOT_AVAILABLE, kRetry,
        "The partition has no leader at the moment, for instance during an election."),
    ROW(NOT_LEADER_OR_FOLLOWER, kRetry,
        "The broker does not lead this partition (any more): refresh the metadata."),
    ROW(REQUEST_TIMED_OUT, kRetry,
        "The request was not complete in its time; its effect may or may not be there."),
    ROW(BROKER_NOT_AVAILABLE, kGiveUp, "No such broker is alive."),
    ROW(REPLICA_NOT_AVAILABLE, kRetry, "The broker does not hold a replica of this partition yet."),
    ROW(MESSAGE_TOO_LARGE, kGiveUp, "The batch is larger than max.message.bytes allows."),
    ROW(STALE_CONTROLLER_EPOCH, kGiveUp,
        "The sender speaks for a controller that has been replaced."),
    ROW(OFFSET_METADATA_TOO_LARGE, kGiveUp,
        "The text that goes with a committed offset is longer than offset.metadata.max.bytes."),
    ROW(NETWORK_EXCEPTION, kRetry, "The connection broke before an answer came."),
    ROW(COORDINATOR_LOAD_IN_PROGRESS, kRetry,
        "The coordinator is still reading its state from its log."),
    ROW(COORDINATOR_NOT_AVAILABLE, kRetry, "There is no coordinator for this group at the moment."),
    ROW(NOT_COORDINATOR, kRetry, "Another broker coordinates this group or transaction now."),
    ROW(INVALID_TOPIC_EXCEPTION, kGiveUp,
        "The topic's name is not allowed, or the topic may not be used this way."),
    ROW(RECORD_LIST_TOO_LARGE, kGiveUp, "The batch is larger than a whole segment may be."),
    ROW(NOT_ENOUGH_REPLICAS, kRetry,
        "The ISR is smaller than min.insync.replicas, so nothing was written."),
    ROW(NOT_ENOUGH_REPLICAS_AFTER_APPEND, kRetry,
        "It was written, but the ISR shrank below min.insync.replicas before it was committed."),
    ROW(INVALID_REQUIRED_ACKS, kGiveUp, "acks is neither 0, nor 1, nor all (-1)."),
    ROW(ILLEGAL_GENERATION, kGiveUp,
        "The member speaks of a generation of the group that is over: it must join again."),
    ROW(INCONSISTENT_GROUP_PROTOCOL, kGiveUp,
        "The member shares no assignor, or not the kind of protocol, with the group's others."),
    ROW(INVALID_GROUP_ID, kGiveUp, "A group needs a name that is not empty."),
    ROW(UNKNOWN_MEMBER_ID, kGiveUp,
        "The coordinator knows no such member (any more): it must join anew."),
    ROW(INVALID_SESSION_TIMEOUT, kGiveUp,
        "session.timeout.ms is outside what the broker allows."),
    ROW(REBALANCE_IN_PROGRESS, kGiveUp, "The group is rebalancing: join again."),
    ROW(INVALID_COMMIT_OFFSET_SIZE, kGiveUp,
        "The text or the whole of the commit is larger than the coordinator may store."),
    ROW(INVALID_TIMESTAMP, kGiveUp,
        "A record's timestamp is too far from the broker's clock for this topic."),
    ROW(UNSUPPORTED_VERSION, kGiveUp,
        "The broker does not speak this version of the API; ApiVersions says which it does."),
    ROW(TOPIC_ALREADY_EXISTS, kGiveUp, "A topic of that name exists."),
    ROW(INVALID_PARTITIONS, kGiveUp, "A topic needs at least one partition."),
    ROW(INVALID_REPLICATION_FACTOR, kGiveUp,
        "The replication factor is below one or above the number of usable brokers."),
    ROW(INVALID_REPLICA_ASSIGNMENT, kGiveUp,
        "The replicas asked for are unknown, repeated, or do not fit together."),
    ROW(INVALID_CONFIG, kGiveUp, "A configuration value cannot be accepted."),
    ROW(NOT_CONTROLLER, kRetry, "This node is not the active controller: ask the one that is."),
    ROW(INVALID_REQUEST, kGiveUp, "The request contradicts itself or the protocol."),
    ROW(UNSUPPORTED_FOR_MESSAGE_FORMAT, kGiveUp,
        "The log's record format is too old for what was asked."),
    ROW(POLICY_VIOLATION, kGiveUp, "A policy of the cluster forbids this."),
    ROW(OUT_OF_ORDER_SEQUENCE_NUMBER, kGiveUp,
        "An idempotent producer's batch does not follow on its last one: one is missing."),
    ROW(DUPLICATE_SEQUENCE_NUMBER, kGiveUp,
        "The broker has this batch already; the producer may count it as written."),
    ROW(INVALID_PRODUCER_EPOCH, kGiveUp,
        "A newer incarnation of this producer exists and has fenced this one."),
    ROW(INVALID_TXN_STATE, kGiveUp,
        "The write does not fit the state of the producer's transaction."),
    ROW(TRANSACTION_COORDINATOR_FENCED, kGiveUp,
        "A newer transaction coordinator has written markers; this one is no longer in charge."),
    ROW(KAFKA_STORAGE_ERROR, kRetry,
        "The broker's disk failed; another replica will lead this partition."),
    ROW(LOG_DIR_NOT_FOUND, kGiveUp, "The broker has no such log directory."),
    ROW(UNKNOWN_PRODUCER_ID, kGiveUp,
        "The broker has forgotten this producer: its records were all deleted."),
    ROW(NON_EMPTY_GROUP, kGiveUp, "The group has members, so it cannot be deleted."),
    ROW(GROUP_ID_NOT_FOUND, kGiveUp, "There is no group of that name."),
    ROW(FETCH_SESSION_ID_NOT_FOUND, kRetry,
        "The broker has dropped this fetch session; start a new one."),
    ROW(INVALID_FETCH_SESSION_EPOCH, kRetry,
        "A fetch of this session was lost or repeated; start a new session."),
    ROW(FENCED_LEADER_EPOCH, kRetry,
        "The sender's leader epoch is older than the broker's: its metadata is stale."),
    ROW(UNKNOWN_LEADER_EPOCH, kRetry,
        "The sender's leader epoch is newer than the broker's: the broker has yet to hear of it."),
    ROW(UNSUPPORTED_COMPRESSION_TYPE, kGiveUp,
        "This version of the request does not allow that compression."),
    ROW(STALE_BROKER_EPOCH, kGiveUp, "The broker has registered again since it sent this."),
    ROW(OFFSET_NOT_AVAILABLE, kRetry,
        "A new leader does not know yet how far its log is committed."),
    ROW(MEMBER_ID_REQUIRED, kGiveUp, "Come again with the member id that this answer gives you."),
    ROW(PREFERRED_LEADER_NOT_AVAILABLE, kRetry,
        "The first replica cannot lead now: it is not alive or not in the ISR."),
    ROW(GROUP_MAX_SIZE_REACHED, kGiveUp,
        "The group has as many members as group.max.size allows."),
    ROW(FENCED_INSTANCE_ID, kGiveUp,
        "Another consumer has joined under this group.instance.id and took its place."),
    ROW(ELIGIBLE_LEADERS_NOT_AVAILABLE, kRetry, "No replica of the ISR is alive to lead."),
    ROW(ELECTION_NOT_NEEDED, kRetry, "The partition has the leader that it should have."),
    ROW(NO_REASSIGNMENT_IN_PROGRESS, kGiveUp,
        "Nothing is being moved, so nothing can be called off."),
    ROW(GROUP_SUBSCRIBED_TO_TOPIC, kGiveUp,
        "A member of the group reads this topic, so its offsets cannot be deleted."),
    ROW(INVALID_RECORD, kGiveUp,
        "A record breaks a rule of its topic, for instance no key in a compacted one."),
    ROW(UNSTABLE_OFFSET_COMMIT, kRetry,
        "An open transaction is about to commit an offset for this partition: ask again."),
    ROW(INCONSISTENT_VOTER_SET, kGiveUp,
        "The sender and the receiver disagree on who the voters are."),
    ROW(INVALID_UPDATE_VERSION, kGiveUp, "The partition has changed since the sender looked."),
    ROW(FEATURE_UPDATE_FAILED, kGiveUp, "The cluster's feature level could not be changed."),
    ROW(SNAPSHOT_NOT_FOUND, kGiveUp, "The quorum's leader does not have that snapshot any more."),
    ROW(POSITION_OUT_OF_RANGE, kGiveUp, "The snapshot has no byte at that position."),
    ROW(UNKNOWN_TOPIC_ID, kRetry, "No topic has this id, perhaps not yet."),
    ROW(DUPLICATE_BROKER_REGISTRATION, kGiveUp,
        "Another process is alive under this broker's id."),
    ROW(BROKER_ID_NOT_REGISTERED, kGiveUp, "No broker has registered under this id."),
    ROW(INCONSISTENT_TOPIC_ID, kRetry,
        "The topic was deleted and created again: the name is the same, the topic is not."),
    ROW(INCONSISTENT_CLUSTER_ID, kGiveUp, "The sender belongs to another cluster."),
    ROW(FETCH_SESSION_TOPIC_ID_ERROR, kRetry,
        "A fetch session names its topics by id or by name, not now so and now so."),
    ROW(INELIGIBLE_REPLICA, kGiveUp,
        "A replica named for the ISR may not join it: fenced, shutting down, or a past epoch."),
    ROW(NEW_LEADER_ELECTED, kGiveUp,
        "The ISR was changed, and with it the leader: the sender no longer leads."),
    ROW(FENCED_MEMBER_EPOCH, kGiveUp,
        "The coordinator has fenced this member's epoch: give up all partitions and join anew."),
    ROW(UNRELEASED_INSTANCE_ID, kGiveUp,
        "Another living member has this instance id; it must leave first."),
    ROW(UNSUPPORTED_ASSIGNOR, kGiveUp, "The coordinator has no assignor of that name."),
    ROW(STALE_MEMBER_EPOCH, kGiveUp,
        "The member's epoch is behind the coordinator's: ask again with the next one."),
    ROW(INVALID_VOTER_KEY, kGiveUp, "The receiver is not the voter that the sender meant."),
    ROW(DUPLICATE_VOTER, kGiveUp, "This controller is a voter already."),
    ROW(VOTER_NOT_FOUND, kGiveUp, "No voter has this id and directory."),
};
#undef ROW

constexpr bool ordered_by_number() {
  for (std::size_t i = 1; i < std::size(kTable); ++i) {
    if (kTable[i - 1].code >= kTable[i].code) return false;
  }
  return true;
}
static_assert(ordered_by_number(), "error_info searches by halves");
static_assert(kTable[0].code == UNKNOWN_SERVER_ERROR);

}  // namespace

std::span<const ErrorInfo> error_table() { return kTable; }

const ErrorInfo& error_info(ErrorCode code) {
  const auto* found = std::lower_bound(
      std::begin(kTable), std::end(kTable), code,
      [](const ErrorInfo& row, ErrorCode wanted) { return row.code < wanted; });
  return found != std::end(kTable) && found->code == code ? *found : kTable[0];
}

}  // namespace kscope
