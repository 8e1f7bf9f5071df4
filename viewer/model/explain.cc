#include "viewer/model/explain.h"

namespace kscope::viewer {

namespace {

// Where to read on. One line per chapter and source, so that a renamed file is mended in one place.
constexpr const char* kMachine = "docs/01-machine.md";
constexpr const char* kProtocol = "docs/02-bytes.md";
constexpr const char* kStorage = "docs/03-storage.md";
constexpr const char* kQuorum = "docs/04-quorum.md";
constexpr const char* kReplication = "docs/05-replication.md";
constexpr const char* kBroker = "docs/06-broker.md";
constexpr const char* kGroups = "docs/10-consumer-groups.md";
constexpr const char* kClient = "docs/07-clients.md";

struct ApiRow {
  ApiKey api;
  Explanation request, response;
};

const ApiRow kApis[] = {
    {ApiKey::Fetch,
     {"The asker names the next offset it needs and the epoch of the last record it holds. For a "
      "follower that is also a receipt: asking for offset N proves that it has everything before "
      "N.",
      "engine/replication/", kReplication, "KIP-595, KIP-320"},
     {"Records from that offset on, and the leader's high watermark: a follower learns only here "
      "what "
      "is committed. If the histories disagree, the answer names where they part.",
      "engine/replication/", kReplication, "KIP-595"}},
    {ApiKey::Produce,
     {"A record batch for the leader of its partition. With acks=all the leader answers only after "
      "every member of the ISR holds it.",
      "engine/broker/", kBroker, "KafkaApis.handleProduceRequest"},
     {"The offset that the first record got, or why it was refused. Only now may the producer "
      "count "
      "the records as stored.",
      "engine/broker/", kBroker, "DelayedProduce"}},
    {ApiKey::Vote,
     {"A candidate asks for one voter's only vote in this epoch and shows how long its log is.",
      "engine/raft/", kQuorum, "KIP-595"},
     {"A voter grants its vote only to a log that is at least as long as its own, and writes the "
      "vote "
      "to disk before it answers.",
      "engine/raft/", kQuorum, "KIP-595"}},
    {ApiKey::BeginQuorumEpoch,
     {"The new leader tells the voters that the election is over; they start to fetch from it.",
      "engine/raft/", kQuorum, "KIP-595"},
     {"The voter has taken notice of the new leader.", "engine/raft/", kQuorum, "KIP-595"}},
    {ApiKey::EndQuorumEpoch,
     {"A leader that shuts down hands over: the first of its list may stand at once.",
      "engine/raft/", kQuorum, "KIP-595"},
     {"The voter has taken notice that the epoch is over.", "engine/raft/", kQuorum, "KIP-595"}},
    {ApiKey::BrokerHeartbeat,
     {"Sent every two seconds. A broker that is silent for broker.session.timeout.ms is fenced and "
      "loses its leaderships.",
      "engine/broker/", kQuorum, "KIP-631"},
     {"The controller says whether the broker is caught up, fenced, and may shut down.",
      "engine/broker/", kQuorum, "KIP-631"}},
    {ApiKey::BrokerRegistration,
     {"A starting broker introduces itself and gets a broker epoch: the offset of its "
      "registration.",
      "engine/broker/", kQuorum, "KIP-631"},
     {"The broker epoch. It fences requests of the broker's earlier lives.", "engine/broker/",
      kQuorum, "KIP-631"}},
    {ApiKey::AlterPartition,
     {"A leader asks the controller for another ISR. Until the answer it counts on the larger of "
      "the "
      "two sets, so nothing is committed too early.",
      "engine/replication/", kReplication, "KIP-497"},
     {"The controller's decision. Only what it wrote to the metadata log is the ISR.",
      "engine/replication/", kReplication, "KIP-497"}},
    {ApiKey::Metadata,
     {"A client asks which brokers there are and who leads which partition.", "engine/client/",
      kClient, "NetworkClient.MetadataUpdater"},
     {"The map that the client works with until an error tells it to ask again.", "engine/client/",
      kClient, "MetadataCache"}},
    {ApiKey::FindCoordinator,
     {"Whoever leads the partition hash(group) % 50 of __consumer_offsets coordinates the group. "
      "Any "
      "broker can tell who that is.",
      "engine/coordinator/", kGroups, "KIP-699"},
     {"The broker to which all further requests of the group go.", "engine/client/", kGroups,
      "AbstractCoordinator.FindCoordinatorResponseHandler"}},
    {ApiKey::JoinGroup,
     {"A member comes, or comes again, with the topics and the assignors it knows. The coordinator "
      "answers nobody until all have joined or the rebalance timeout is over.",
      "engine/coordinator/group/", kGroups, "KIP-62, KIP-394"},
     {"A new generation, and the assignor that all know. One member gets the whole list: it leads "
      "and works out the shares.",
      "engine/client/", kGroups, "ConsumerCoordinator.onLeaderElected"}},
    {ApiKey::SyncGroup,
     {"Asks for one's share. The leader's request carries the shares of all.",
      "engine/coordinator/group/", kGroups, "ClassicGroup"},
     {"The share of this member, in bytes that the coordinator never reads.", "engine/client/",
      kGroups, "ConsumerCoordinator.onJoinComplete"}},
    {ApiKey::Heartbeat,
     {"Every heartbeat.interval.ms: I am alive. Silence for session.timeout.ms ends the "
      "membership.",
      "engine/client/", kGroups, "KIP-62"},
     {"Usually nothing. REBALANCE_IN_PROGRESS is how members hear that they have to join again.",
      "engine/coordinator/group/", kGroups, "AbstractCoordinator.HeartbeatResponseHandler"}},
    {ApiKey::LeaveGroup,
     {"A consumer that closes says goodbye, so that nobody waits for its session to run out.",
      "engine/client/", kGroups, "KIP-345"},
     {"It is out of the list; the others are told with their next heartbeats.",
      "engine/coordinator/group/", kGroups, "KIP-345"}},
    {ApiKey::OffsetCommit,
     {"Up to here the group is through with these partitions. The generation in it fences members "
      "that were thrown out without noticing.",
      "engine/client/", kGroups, "ConsumerCoordinator"},
     {"Answered once the records are on the in-sync replicas of __consumer_offsets.",
      "engine/coordinator/", kGroups, "OffsetMetadataManager"}},
    {ApiKey::OffsetFetch,
     {"Where does the group go on? Asked for every partition that a member is given.",
      "engine/client/", kGroups, "KIP-709"},
     {"The committed offsets; -1 where there is none, then auto.offset.reset decides.",
      "engine/coordinator/", kGroups, "OffsetMetadataManager"}},
    {ApiKey::ConsumerGroupHeartbeat,
     {"With KIP-848 one request does it all: join, stay alive, tell what one owns, leave.",
      "engine/client/", kGroups, "KIP-848"},
     {"The member's epoch and, if it has to change, what it should own: first give up, then take.",
      "engine/coordinator/group/", kGroups, "KIP-848"}},
    {ApiKey::ApiVersions,
     {"The first question on a connection: which APIs in which versions do you speak?",
      "engine/protocol/", kProtocol, "KIP-35, KIP-511"},
     {"The broker's APIs and versions; the client picks the newest that both know.",
      "engine/protocol/", kProtocol, "KIP-35, KIP-511"}},
    {ApiKey::FindCoordinator,
     {"Which broker is in charge of this group? Its name's hash picks a partition of "
      "__consumer_offsets.",
      "engine/client/", kGroups, "AbstractCoordinator"},
     {"The leader of that partition. When the leadership moves, the coordinator moves with it.",
      "engine/broker/", kGroups, "KafkaApis.handleFindCoordinatorRequest"}},
    {ApiKey::JoinGroup,
     {"A consumer wants to be a member and says what it reads and which assignors it knows. Then "
      "it "
      "waits, with everybody else.",
      "engine/client/", kGroups, "AbstractCoordinator"},
     {"All have joined, or their time is over: a new generation begins. The leader gets the list "
      "of "
      "members and works out who reads what.",
      "engine/coordinator/", kGroups, "ClassicGroup, KIP-394"}},
    {ApiKey::SyncGroup,
     {"From the leader: who gets which partitions. From all others: what do I get?",
      "engine/client/", kGroups, "ConsumerCoordinator"},
     {"This member's partitions. It comes when the leader's assignment is stored in "
      "__consumer_offsets.",
      "engine/coordinator/", kGroups, "ClassicGroup"}},
    {ApiKey::Heartbeat,
     {"I am alive. Without it for session.timeout.ms, the member is out and the group rebalances.",
      "engine/client/", kGroups, "AbstractCoordinator"},
     {"An error code and nothing else: this is how a member hears that a rebalance has begun.",
      "engine/coordinator/", kGroups, "ClassicGroup"}},
    {ApiKey::LeaveGroup,
     {"A member goes and does not want the others to wait for the end of its session.",
      "engine/client/", kGroups, "KIP-345"},
     {"Its partitions are given to others in the rebalance that follows.", "engine/coordinator/",
      kGroups, "KIP-345"}},
    {ApiKey::OffsetCommit,
     {"The group has read so far: the offset of the next record that it wants.", "engine/client/",
      kGroups, "ConsumerCoordinator"},
     {"Stored and committed in __consumer_offsets, or refused: only members of this generation may "
      "commit.",
      "engine/coordinator/", kGroups, "OffsetMetadataManager"}},
    {ApiKey::OffsetFetch,
     {"From where do I read on? Asked for the partitions that were just assigned.",
      "engine/client/", kGroups, "ConsumerCoordinator"},
     {"The committed offsets. Where there is none, auto.offset.reset decides.",
      "engine/coordinator/", kGroups, "OffsetMetadataManager"}},
    {ApiKey::ConsumerGroupHeartbeat,
     {"The one request of the new protocol: joining, subscribing, giving back and taking over "
      "partitions are all said with it.",
      "engine/client/", kGroups, "KIP-848"},
     {"The member's epoch and, if it changed, what it may read now. Nobody waits for everybody.",
      "engine/coordinator/", kGroups, "KIP-848"}},
};

constexpr Explanation kOtherApi{
    "A request of Kafka's protocol. The fields above are decoded from its very bytes.",
    "engine/protocol/", kProtocol, "ApiKeys"};

}  // namespace

Explanation explain_api(ApiKey api, bool is_response) {
  for (const ApiRow& row : kApis) {
    if (row.api == api) return is_response ? row.response : row.request;
  }
  return kOtherApi;
}

namespace {

Explanation explain_subject(event::Subject subject) {
  switch (subject) {
    case event::Subject::Machine:
    case event::Subject::Fault:
      return {
          "Something that came from outside, or the machine's own clockwork. Inputs are recorded: "
          "the same seed and inputs give the same run.",
          "engine/sim/", kMachine, ""};
    case event::Subject::Network:
      return {
          "Frames of one connection arrive in order. One is only ever lost together with its "
          "connection, as in TCP.",
          "engine/sim/", kMachine, "Selector"};
    case event::Subject::Storage:
      return {"One log on one disk: segments, sparse indexes and the list of leader epochs.",
              "engine/storage/", kStorage, "UnifiedLog"};
    case event::Subject::Raft:
      return {"The controllers agree on one log of metadata. Whoever leads it decides.",
              "engine/raft/", kQuorum, "KafkaRaftClient"};
    case event::Subject::Controller:
      return {
          "The controller decides by writing records; every node's picture of the cluster is a "
          "replay of that log.",
          "engine/metadata/", kQuorum, "QuorumController"};
    case event::Subject::Replication:
      return {
          "A record is committed once every member of the ISR holds it. The high watermark is the "
          "end of what is committed.",
          "engine/replication/", kReplication, "Partition"};
    case event::Subject::Broker:
      return {
          "Requests wait in a queue for one of the handler threads; those that cannot be answered "
          "yet wait in purgatory without a thread.",
          "engine/broker/", kBroker, "KafkaApis, DelayedOperationPurgatory"};
    case event::Subject::Group:
      return {
          "A group's members share the partitions of their topics. Its coordinator keeps the list "
          "of "
          "members and what is committed in __consumer_offsets.",
          "engine/coordinator/", kGroups, "GroupCoordinatorShard, GroupMetadataManager"};
    case event::Subject::Client:
      return {
          "Clients gather records into batches, find the leader, retry, and give up after "
          "delivery.timeout.ms.",
          "engine/client/", kClient, "Sender, Fetcher"};
  }
  return {};
}

struct ValueRow {
  ValueName value;
  Explanation words;
};

const ValueRow kValues[] = {
    {ValueName::HighWatermark,
     {"Everything below the high watermark is on every member of the ISR and can be read. The "
      "leader "
      "moves it when the slowest of them has fetched further; followers hear of it one fetch "
      "later.",
      "engine/replication/", kReplication, "Partition.maybeIncrementLeaderHW"}},
    {ValueName::LogEnd,
     {"LEO, the log end offset: the offset that the next record will get. Between the high "
      "watermark "
      "and LEO lie records that could still be lost.",
      "engine/storage/", kStorage, "UnifiedLog.logEndOffset"}},
    {ValueName::Isr,
     {"The in-sync replicas: those that have caught up within replica.lag.time.max.ms. Only they "
      "can "
      "become leader without losing anything that was acknowledged with acks=all.",
      "engine/replication/", kReplication, "Partition.maybeShrinkIsr, KIP-497"}},
    {ValueName::Role,
     {"One replica leads and takes all writes; the others fetch from it like consumers. Each "
      "change of "
      "leader starts a new leader epoch, by which stale leaders are recognised.",
      "engine/replication/", kReplication, "KIP-101"}},
    {ValueName::QuorumRole,
     {"A voter that hears nothing from a leader until its election timer runs out becomes a "
      "candidate "
      "and needs the votes of a majority. Timers are random, so that they rarely run out together.",
      "engine/raft/", kQuorum, "KIP-595"}},
    {ValueName::QuorumHighWatermark,
     {"A metadata record is committed once a majority of voters holds it.", "engine/raft/", kQuorum,
      "LeaderState.maybeUpdateHighWatermark"}},
    {ValueName::BrokerState,
     {"A broker that runs is not yet in use: the controller must have registered it, seen its "
      "heartbeats, and unfenced it.",
      "engine/broker/", kQuorum, "BrokerLifecycleManager"}},
    {ValueName::LogStart,
     {"The first offset that this replica still holds. Retention and DeleteRecords move it; it "
      "never moves beyond the high watermark.",
      "engine/storage/", kStorage, "UnifiedLog.logStartOffset"}},
    {ValueName::LastStableOffset,
     {"LSO: the high watermark, or the beginning of the first transaction that is still open below "
      "it. A read_committed consumer gets no further.",
      "engine/replication/", kReplication, "UnifiedLog.lastStableOffset, KIP-98"}},
    {ValueName::EpochCache,
     {"For each leader epoch the first offset that was written in it. Two replicas compare these "
      "lists to find where their histories part; the later end is cut.",
      "engine/storage/", kReplication, "LeaderEpochFileCache, KIP-101, KIP-279"}},
    {ValueName::FetchState,
     {"A follower asks its leader for the next offset, over and over. After an error it rests for "
      "replica.fetch.backoff.ms; if the leader's history differs it truncates first.",
      "engine/replication/", kReplication, "AbstractFetcherThread, PartitionFetchState"}},
    {ValueName::FollowerProgress,
     {"A fetch at offset N is the follower's report that it has everything before N. From these "
      "reports the leader derives the high watermark and who keeps up.",
      "engine/replication/", kReplication, "Replica.updateFetchStateOrThrow"}},
    {ValueName::PendingIsr,
     {"While the controller has not answered an AlterPartition, the leader counts everybody who "
      "may be in the ISR: the maximal ISR. So nothing is committed that a later ISR lacks.",
      "engine/replication/", kReplication, "PendingExpandIsr, PendingShrinkIsr, KIP-497, KIP-903"}},
};

ValueName value_of(const Target& target) {
  switch (target.kind) {
    case TargetKind::Value:
      return target.value;
    case TargetKind::Controller:
      return ValueName::QuorumRole;
    case TargetKind::Broker:
      return ValueName::BrokerState;
    case TargetKind::Partition:
      return ValueName::Isr;
    case TargetKind::Replica:
      return ValueName::Role;
    case TargetKind::Record:
      return ValueName::LogEnd;
    default:
      return ValueName::None;
  }
}

}  // namespace

Explanation explain_event(const event::Body& body) {
  return explain_subject(event::info_of(body).subject);
}

Explanation explain_target(const Target& target) {
  if (target.kind == TargetKind::Client) return explain_subject(event::Subject::Client);
  if (target.kind == TargetKind::Record) {
    return {
        "Records are written, copied and read in batches. The batch is stored exactly as it "
        "travels; a leader stamps only the first offset and its epoch into it.",
        "engine/record/", kStorage, "DefaultRecordBatch"};
  }
  for (const ValueRow& row : kValues) {
    if (row.value == value_of(target)) return row.words;
  }
  return {};
}

std::vector<Explanation> all_explanations() {
  std::vector<Explanation> all{kOtherApi};
  for (const ApiRow& row : kApis) {
    all.push_back(row.request);
    all.push_back(row.response);
  }
  for (const ValueRow& row : kValues) all.push_back(row.words);
  for (int s = 0; s <= static_cast<int>(event::Subject::Fault); ++s) {
    all.push_back(explain_subject(static_cast<event::Subject>(s)));
  }
  return all;
}

}  // namespace kscope::viewer
