// Goal: a follower asks rightly, and every kind of answer leads where it should.
// Method: one fetcher over a log that is only a list of (epoch, length); answers are written by
// hand. Reference: AbstractFetcherThreadTest (testTruncation…, testFollowerFetchOutOfRange…,
// testFencedTruncation), ReplicaFetcherThreadTest, KIP-101, KIP-279, KIP-320, KIP-595.
#include <map>

#include "engine/replication/partition_requests.h"
#include "engine/replication/replica_fetcher_manager.h"
#include "tests/catch.h"
#include "tests/unit/support/records.h"
#include "tests/unit/support/test_env.h"

using namespace kscope;
using namespace kscope::test;
using namespace kscope::replication;

namespace {

/// A log as its epochs: where each begins, and the end of all.
class FakeLogs final : public FollowerLogs {
 public:
  bool may_fetch(env::Env&, const TopicPartition&, bool in_sync) override {
    return in_sync || !held_back;
  }
  bool held_back = false;
  struct Log {
    storage::LeaderEpochCache epochs;
    Offset start, end;
    Offset high_watermark;
  };
  std::map<TopicPartition, Log> logs;
  ErrorCode next_append = ErrorCode::NONE;
  bool disk_works = true;

  std::optional<LogTail> tail(const TopicPartition& partition) const override {
    const auto it = logs.find(partition);
    if (it == logs.end()) return std::nullopt;
    const auto latest = it->second.epochs.latest();
    return LogTail{it->second.start, it->second.end,
                   latest ? std::optional(latest->epoch) : std::nullopt};
  }
  std::optional<storage::EpochEnd> end_offset_for_epoch(const TopicPartition& partition,
                                                        LeaderEpoch epoch) const override {
    const Log& log = logs.at(partition);
    const auto end = log.epochs.end_for(epoch, log.end);
    if (!end) return std::nullopt;
    return storage::EpochEnd{end->epoch, end->end};
  }
  ErrorCode append(env::Env&, const TopicPartition& partition,
                   const protocol::FetchResponse::PartitionData& data) override {
    if (next_append != ErrorCode::NONE) return next_append;
    Log& log = logs.at(partition);
    const auto batches = record::split_batches(data.records);
    for (const auto& batch : batches.value()) {
      log.epochs.assign(LeaderEpoch(batch.partition_leader_epoch), Offset(batch.base_offset));
      log.end = Offset(batch.next_offset());
    }
    log.high_watermark = std::min(Offset(data.high_watermark), log.end);
    return ErrorCode::NONE;
  }
  bool truncate(env::Env&, const TopicPartition& partition, Offset to) override {
    Log& log = logs.at(partition);
    log.end = std::min(log.end, to);
    log.epochs.truncate_from_end(to);
    return disk_works;
  }
  bool truncate_fully_and_start_at(env::Env&, const TopicPartition& partition,
                                   Offset start) override {
    logs.at(partition) = {{}, start, start, start};
    return disk_works;
  }
};

struct FetcherFixture {
  TestEnv t{NodeId(2)};
  ReplicaConfig config;
  FakeLogs logs;
  ReplicaFetcherManager fetchers;
  TopicPartition orders{"orders", 0};
  const NodeId leader{1};

  FetcherFixture() {
    config.broker = NodeId(2);
    fetchers = ReplicaFetcherManager(config);
  }
  void log(const TopicPartition& name, std::vector<std::pair<int, int>> epochs, int end) {
    FakeLogs::Log& log = logs.logs[name];
    for (const auto& [epoch, start] : epochs) log.epochs.assign(LeaderEpoch(epoch), Offset(start));
    log.end = Offset(end);
  }
  void follow(const TopicPartition& name, int leader_epoch, std::uint8_t topic = 1) {
    const auto tail = logs.tail(name);
    PartitionFetchState state;
    state.topic_id = topic_id_of(topic);
    state.fetch_offset = tail->log_end;
    state.last_fetched_epoch = tail->latest_epoch;
    state.current_leader_epoch = LeaderEpoch(leader_epoch);
    fetchers.add(leader, name, state);
  }
  void poll() { fetchers.poll(t.env(), config, BrokerEpoch(77), logs); }

  /// The one request that was sent since the last look.
  template <class Request>
  Request asked() {
    auto frames = t.network.take();
    REQUIRE(frames.size() == 1);
    REQUIRE(frames[0].info.api == Request::kApi);
    last_ = frames[0];
    const auto parsed = protocol::parse_request(frames[0].frame);
    REQUIRE(parsed.ok());
    auto body = protocol::decode_body<Request>(parsed->body, parsed->header.version);
    REQUIRE(body.ok());
    return *body;
  }
  template <class Response>
  void answer(const Response& response) {
    const Blob frame =
        protocol::encode_response(last_.info.version, last_.info.correlation, response);
    env::ConnectionInfo connection{last_.connection, leader, env::Listener::Broker,
                                   env::ConnectionPurpose::ReplicaFetcher, true};
    fetchers.on_frame(t.env(), config, BrokerEpoch(77), logs, connection, frame);
  }
  using Data = protocol::FetchResponse::PartitionData;
  static protocol::FetchResponse response(Data data, std::uint8_t topic = 1) {
    protocol::FetchResponse r;
    r.responses.push_back({"", topic_id_of(topic), {std::move(data)}});
    return r;
  }
  static Data error(ErrorCode code, int partition = 0) {
    Data data;
    data.partition_index = partition;
    data.error_code = code;
    return data;
  }
  static Data records(int count, int base, int epoch, int hw) {
    Data data;
    data.records = Blob(stored_batch(count, base, epoch));
    data.high_watermark = hw;
    return data;
  }
  const PartitionFetchState* state(const TopicPartition& name) const {
    const auto it = fetchers.fetchers().find(leader);
    if (it == fetchers.fetchers().end()) return nullptr;
    const auto found = it->second.partitions().find(name);
    return found == it->second.partitions().end() ? nullptr : &found->second;
  }

 private:
  SentFrame last_;
};

}  // namespace

TEST_CASE("a follower says where it is, in which epoch it believes, and who it is") {
  FetcherFixture f;
  f.log(f.orders, {{0, 0}, {3, 6}}, 9);
  f.follow(f.orders, 4);
  f.poll();
  const auto request = f.asked<protocol::FetchRequest>();
  CHECK(request.replica_state.replica_id == 2);
  CHECK(request.replica_state.replica_epoch == 77);
  CHECK(request.max_wait_ms == 500);
  CHECK(request.min_bytes == 1);
  CHECK(request.session_id == 0);
  REQUIRE(request.topics.size() == 1);
  CHECK(request.topics[0].topic_id == topic_id_of(1));
  const auto& partition = request.topics[0].partitions.at(0);
  CHECK(partition.fetch_offset == 9);
  CHECK(partition.current_leader_epoch == 4);
  CHECK(partition.last_fetched_epoch == 3);
}

TEST_CASE("partitions of one leader share one request, topics stay together") {
  FetcherFixture f;
  for (int i = 0; i < 3; ++i) {
    f.log({"orders", i}, {}, 0);
    f.follow({"orders", i}, 0, 1);
  }
  f.log({"payments", 0}, {}, 0);
  f.follow({"payments", 0}, 0, 2);
  f.poll();
  const auto request = f.asked<protocol::FetchRequest>();
  REQUIRE(request.topics.size() == 2);
  CHECK(request.topics[0].partitions.size() == 3);
  f.poll();
  CHECK(f.t.network.sent.empty());  // one request at a time
}

TEST_CASE("records are appended and the next request continues behind them") {
  FetcherFixture f;
  f.log(f.orders, {}, 0);
  f.follow(f.orders, 0);
  f.poll();
  f.asked<protocol::FetchRequest>();
  f.answer(f.response(f.records(5, 0, 0, 3)));
  CHECK(f.logs.logs[f.orders].high_watermark == Offset(3));
  const auto next = f.asked<protocol::FetchRequest>();
  CHECK(next.topics[0].partitions[0].fetch_offset == 5);
  CHECK(next.topics[0].partitions[0].last_fetched_epoch == 0);
}

TEST_CASE("an empty answer still brings the high watermark") {
  FetcherFixture f;
  f.log(f.orders, {{0, 0}}, 5);
  f.follow(f.orders, 0);
  f.poll();
  f.asked<protocol::FetchRequest>();
  FetcherFixture::Data data;
  data.high_watermark = 5;
  f.answer(f.response(data));
  CHECK(f.logs.logs[f.orders].high_watermark == Offset(5));
  CHECK(f.asked<protocol::FetchRequest>().topics[0].partitions[0].fetch_offset == 5);
}

TEST_CASE("divergence: the log is cut where both histories still agree") {
  FetcherFixture f;
  // Ours: epoch 0 up to 10, epoch 1 up to 17. Theirs: epoch 0 up to 10, then epoch 2.
  f.log(f.orders, {{0, 0}, {1, 10}}, 17);
  f.follow(f.orders, 2);
  f.poll();
  f.asked<protocol::FetchRequest>();
  FetcherFixture::Data data;
  data.diverging_epoch = {0, 10};
  f.answer(f.response(data));
  CHECK(f.logs.logs[f.orders].end == Offset(10));
  CHECK(f.t.last<event::DivergenceFound>()->end_offset == Offset(10));
  const auto next = f.asked<protocol::FetchRequest>();
  CHECK(next.topics[0].partitions[0].fetch_offset == 10);
  CHECK(next.topics[0].partitions[0].last_fetched_epoch == 0);
}

TEST_CASE("divergence in an epoch that only the leader has takes two rounds (KIP-279)") {
  FetcherFixture f;
  // Ours: epoch 0 up to 10, epoch 3 up to 20. Theirs: epoch 0 up to 10, epoch 2 up to 15, epoch 5.
  f.log(f.orders, {{0, 0}, {3, 10}}, 20);
  f.follow(f.orders, 5);
  f.poll();
  f.asked<protocol::FetchRequest>();
  FetcherFixture::Data data;
  data.diverging_epoch = {2, 15};
  f.answer(f.response(data));
  CHECK(f.logs.logs[f.orders].end == Offset(10));  // not 15: between 10 and 15 the two differ
  CHECK(f.asked<protocol::FetchRequest>().topics[0].partitions[0].last_fetched_epoch == 0);
}

TEST_CASE("divergence where the leader's epoch ends earlier than ours") {
  FetcherFixture f;
  f.log(f.orders, {{0, 0}}, 20);
  f.follow(f.orders, 1);
  f.poll();
  f.asked<protocol::FetchRequest>();
  FetcherFixture::Data data;
  data.diverging_epoch = {0, 12};
  f.answer(f.response(data));
  CHECK(f.logs.logs[f.orders].end == Offset(12));
}

TEST_CASE("out of range above: the leader ends earlier, the follower cuts to it") {
  FetcherFixture f;
  f.log(f.orders, {{0, 0}}, 20);
  f.follow(f.orders, 1);
  f.poll();
  f.asked<protocol::FetchRequest>();
  f.answer(f.response(f.error(ErrorCode::OFFSET_OUT_OF_RANGE)));
  const auto question = f.asked<protocol::ListOffsetsRequest>();
  CHECK(question.replica_id == 2);
  CHECK(question.topics[0].partitions[0].timestamp == kLatestTimestamp);
  CHECK(question.topics[0].partitions[0].current_leader_epoch == 1);
  protocol::ListOffsetsResponse latest;
  latest.topics.push_back({"orders", {}});
  latest.topics[0].partitions.emplace_back().offset = 8;
  f.answer(latest);
  CHECK(f.logs.logs[f.orders].end == Offset(8));
  CHECK(f.asked<protocol::FetchRequest>().topics[0].partitions[0].fetch_offset == 8);
}

TEST_CASE("out of range below: everything here is older than the leader's log and is dropped") {
  FetcherFixture f;
  f.log(f.orders, {{0, 0}}, 20);
  f.follow(f.orders, 1);
  f.poll();
  f.asked<protocol::FetchRequest>();
  f.answer(f.response(f.error(ErrorCode::OFFSET_OUT_OF_RANGE)));
  f.asked<protocol::ListOffsetsRequest>();
  protocol::ListOffsetsResponse offsets;
  offsets.topics.push_back({"orders", {}});
  offsets.topics[0].partitions.emplace_back().offset = 90;
  f.answer(offsets);
  const auto second = f.asked<protocol::ListOffsetsRequest>();
  CHECK(second.topics[0].partitions[0].timestamp == kEarliestTimestamp);
  offsets.topics[0].partitions[0].offset = 50;
  f.answer(offsets);
  CHECK(f.logs.logs[f.orders].start == Offset(50));
  CHECK(f.asked<protocol::FetchRequest>().topics[0].partitions[0].fetch_offset == 50);
}

TEST_CASE("an error lets the partition rest, the others go on") {
  const ErrorCode errors[] = {ErrorCode::NOT_LEADER_OR_FOLLOWER, ErrorCode::UNKNOWN_LEADER_EPOCH,
                              ErrorCode::UNKNOWN_TOPIC_ID, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                              ErrorCode::KAFKA_STORAGE_ERROR, ErrorCode::INCONSISTENT_TOPIC_ID};
  for (ErrorCode code : errors) {
    FetcherFixture f;
    f.log({"orders", 0}, {}, 0);
    f.log({"orders", 1}, {}, 0);
    f.follow({"orders", 0}, 0);
    f.follow({"orders", 1}, 0);
    f.poll();
    f.asked<protocol::FetchRequest>();
    auto response = f.response(f.error(code, 0));
    response.responses[0].partitions.push_back(f.error(ErrorCode::NONE, 1));
    f.answer(response);
    CHECK(f.t.last<event::FetcherFailed>()->error == code);
    const auto next = f.asked<protocol::FetchRequest>();
    REQUIRE(next.topics[0].partitions.size() == 1);
    CHECK(next.topics[0].partitions[0].partition == 1);
    f.t.advance(seconds(1));
    f.answer(f.response(f.error(ErrorCode::NONE, 1)));
    CHECK(f.asked<protocol::FetchRequest>().topics[0].partitions.size() == 2);
  }
}

TEST_CASE("a resting fetcher is woken by its timer") {
  FetcherFixture f;
  f.log(f.orders, {}, 0);
  f.follow(f.orders, 0);
  f.poll();
  f.asked<protocol::FetchRequest>();
  f.answer(f.response(f.error(ErrorCode::NOT_LEADER_OR_FOLLOWER)));
  CHECK(f.t.network.take().empty());
  CHECK(f.t.timers.at(env::TimerKind::ReplicaFetch, 1) == Instant(seconds(1)));
  f.t.clock_at(seconds(1));
  f.fetchers.on_timer(f.t.env(), f.config, BrokerEpoch(77), f.logs, f.leader);
  f.asked<protocol::FetchRequest>();
}

TEST_CASE("a follower that is behind the leader's epoch waits for the controller's news") {
  FetcherFixture f;
  f.log(f.orders, {}, 0);
  f.follow(f.orders, 0);
  f.poll();
  f.asked<protocol::FetchRequest>();
  f.answer(f.response(f.error(ErrorCode::FENCED_LEADER_EPOCH)));
  CHECK(f.state(f.orders) == nullptr);
  f.follow(f.orders, 1);
  f.poll();
  CHECK(f.asked<protocol::FetchRequest>().topics[0].partitions[0].current_leader_epoch == 1);
}

TEST_CASE("an answer to a question of an older epoch is thrown away") {
  FetcherFixture f;
  f.log(f.orders, {}, 0);
  f.follow(f.orders, 0);
  f.poll();
  f.asked<protocol::FetchRequest>();
  f.follow(f.orders, 1);  // the same leader again, in a new epoch
  f.answer(f.response(f.records(5, 0, 0, 5)));
  CHECK(f.logs.logs[f.orders].end == Offset(0));
}

TEST_CASE("damaged records are fetched again after a rest") {
  FetcherFixture f;
  f.log(f.orders, {}, 0);
  f.follow(f.orders, 0);
  f.poll();
  f.asked<protocol::FetchRequest>();
  f.logs.next_append = ErrorCode::CORRUPT_MESSAGE;
  f.answer(f.response(f.records(5, 0, 0, 5)));
  REQUIRE(f.state(f.orders) != nullptr);
  CHECK(f.state(f.orders)->delayed_until == Instant(seconds(1)));
  CHECK(f.state(f.orders)->fetch_offset == Offset(0));
}

TEST_CASE("records that do not follow on fail the partition until there is a new leader epoch") {
  FetcherFixture f;
  f.log(f.orders, {{0, 0}}, 5);
  f.follow(f.orders, 0);
  f.poll();
  f.asked<protocol::FetchRequest>();
  f.logs.next_append = ErrorCode::UNKNOWN_SERVER_ERROR;
  f.answer(f.response(f.records(5, 5, 0, 5)));
  CHECK(f.state(f.orders) == nullptr);
  f.logs.next_append = ErrorCode::NONE;
  f.follow(f.orders, 1);
  f.poll();
  CHECK(f.state(f.orders) != nullptr);
}

TEST_CASE("when the disk fails the partition is given up") {
  FetcherFixture f;
  f.log(f.orders, {{0, 0}}, 5);
  f.follow(f.orders, 0);
  f.poll();
  f.asked<protocol::FetchRequest>();
  f.logs.next_append = ErrorCode::KAFKA_STORAGE_ERROR;
  f.answer(f.response(f.records(5, 5, 0, 5)));
  CHECK(f.state(f.orders) == nullptr);
}

TEST_CASE("a broken connection and an overdue answer let everything rest") {
  FetcherFixture f;
  f.log(f.orders, {}, 0);
  f.follow(f.orders, 0);
  f.poll();
  REQUIRE(f.t.network.take().size() == 1);
  const env::ConnectionInfo connection = f.t.network.opened.at(0);
  CHECK(connection.purpose == env::ConnectionPurpose::ReplicaFetcher);
  SECTION("broken") {
    f.fetchers.on_closed(f.t.env(), f.config, BrokerEpoch(77), f.logs, connection);
  }
  SECTION("overdue") {
    f.t.clock_at(f.config.socket_timeout);
    f.fetchers.on_timer(f.t.env(), f.config, BrokerEpoch(77), f.logs, f.leader);
    CHECK(f.t.network.closed.size() == 1);
  }
  CHECK(f.state(f.orders)->delayed_until == f.t.now() + f.config.fetch_backoff);
  f.t.advance(f.config.fetch_backoff);
  f.fetchers.on_timer(f.t.env(), f.config, BrokerEpoch(77), f.logs, f.leader);
  f.asked<protocol::FetchRequest>();
  CHECK(f.t.network.opened.size() == 2);
}

TEST_CASE("an answer that makes no sense ends the connection and is asked again") {
  FetcherFixture f;
  f.log(f.orders, {}, 0);
  f.follow(f.orders, 0);
  f.poll();
  REQUIRE(f.t.network.take().size() == 1);
  const env::ConnectionInfo connection = f.t.network.opened.at(0);
  f.fetchers.on_frame(f.t.env(), f.config, BrokerEpoch(77), f.logs, connection,
                      Blob(to_bytes("nonsense")));
  CHECK(f.t.network.closed.size() == 1);
  f.fetchers.on_timer(f.t.env(), f.config, BrokerEpoch(77), f.logs, f.leader);
  REQUIRE(f.state(f.orders) != nullptr);
  CHECK(f.state(f.orders)->delayed_until);
}

TEST_CASE("a fetcher without partitions hangs up") {
  FetcherFixture f;
  f.log(f.orders, {}, 0);
  f.follow(f.orders, 0);
  f.poll();
  f.fetchers.remove(f.orders);
  f.poll();
  CHECK(f.t.network.closed.size() == 1);
  CHECK(f.fetchers.fetchers().empty());
}
