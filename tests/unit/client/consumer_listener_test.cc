// Goal: what an application plugs into its consumer is called when Kafka calls it, with what Kafka
// hands over. Source: ConsumerRebalanceListener, ConsumerInterceptor, ConsumerCoordinatorTest.
#include "engine/client/consumer_listener.h"

#include "tests/unit/client/group_fixture.h"

using namespace kscope;
using namespace kscope::test;
using client::Settings;

namespace {

std::string text_of(const std::vector<TopicPartition>& partitions) {
  std::string text;
  for (const TopicPartition& p : partitions) text += " " + p.str();
  return text;
}

/// Writes down what it hears. (A listener is const: the notes are not its own.)
class Listener : public client::RebalanceListener {
 public:
  explicit Listener(std::vector<std::string>& heard) : heard_(heard) {}
  void on_partitions_revoked(env::Env&, const Partitions& partitions) const override {
    heard_.push_back("revoked" + text_of(partitions));
  }
  void on_partitions_assigned(env::Env&, const Partitions& partitions) const override {
    heard_.push_back("assigned" + text_of(partitions));
  }
  void on_partitions_lost(env::Env&, const Partitions& partitions) const override {
    heard_.push_back("lost" + text_of(partitions));
  }

 private:
  std::vector<std::string>& heard_;
};

class Interceptor : public client::ConsumerInterceptor {
 public:
  explicit Interceptor(std::vector<std::string>& heard) : heard_(heard) {}
  void on_consume(env::Env&, const std::vector<client::RecordRun>& records) const override {
    std::int64_t count = 0;
    for (const client::RecordRun& run : records) count += run.count();
    heard_.push_back("consumes " + std::to_string(count));
  }
  void on_commit(env::Env&, const client::Offsets& offsets) const override {
    for (const auto& [partition, offset] : offsets) {
      heard_.push_back("committed " + partition.str() + " " +
                       std::to_string(offset.offset.value()));
    }
  }

 private:
  std::vector<std::string>& heard_;
};

using Heard = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "the listener hears of partitions when they come, before they go, and when they are lost") {
  Heard heard;
  const Listener listener(heard);
  GroupFixture f(Settings{{"enable.auto.commit", "false"}});
  f.client.set_listener(listener);
  f.be_stable({f.orders0, f.orders1});
  CHECK(heard == Heard{"assigned orders-0 orders-1"});
  SECTION("a rebalance takes them first") {
    f.run_for(seconds(3));
    f.answer_heartbeat(ErrorCode::REBALANCE_IN_PROGRESS);
    CHECK(heard.back() == "revoked orders-0 orders-1");
    f.answer_join(2, "c-1");
    f.answer_sync({f.orders1});
    f.run_for(millis(1));
    CHECK(heard.back() == "assigned orders-1");
  }
  SECTION("a coordinator that has forgotten us means that they are lost") {
    f.run_for(seconds(3));
    f.answer_heartbeat(ErrorCode::UNKNOWN_MEMBER_ID);
    f.run_for(millis(1));
    CHECK(heard.back() == "lost orders-0 orders-1");
  }
}

TEST_CASE("interceptors see records before the application does, and commits that were taken") {
  Heard heard;
  const Interceptor interceptor(heard);
  GroupFixture f(Settings{{"commit", "after"}});
  f.client.add_interceptor(interceptor);
  f.be_stable({f.orders0});
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a", "b", "c"}), 3});
  CHECK(heard == Heard{"consumes 3"});
  f.answer_commit();
  CHECK(heard.back() == "committed orders-0 3");
  f.answer_fetch(f.next_fetch(), {stored_batch(3, {"d"}), 4});
  f.answer_commit(ErrorCode::ILLEGAL_GENERATION);
  CHECK(heard == Heard{"consumes 3", "committed orders-0 3", "consumes 1"});
}
