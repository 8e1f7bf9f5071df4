// Goal: records of __consumer_offsets and __transaction_state are read, shown and written as Kafka
// does. Method: tests/golden/coordinator, bytes and text of a second author, in every version; then
// damage. Kafka: DumpLogSegmentsTest, CoordinatorRecordSerdeTest, TransactionLogTest.
#include <fstream>
#include <sstream>

#include "engine/protocol/records/coordinator_record.h"
#include "engine/storage/dump_log.h"
#include "tests/catch.h"
#include "tests/unit/protocol/hex.h"
#include "tests/unit/storage/storage_fixture.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

struct Golden {
  std::string topic, text;
  Bytes key;
  std::optional<Bytes> value;
  bool is_group() const { return topic == "__consumer_offsets"; }
};

std::vector<Golden> golden_records() {
  std::ifstream in(KSCOPE_SOURCE_DIR "/tests/golden/coordinator/records.txt");
  std::vector<Golden> all;
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    Golden golden;
    std::string key, value;
    std::getline(fields, golden.topic, '\t');
    std::getline(fields, key, '\t');
    std::getline(fields, value, '\t');
    std::getline(fields, golden.text);
    golden.key = protocol::test::from_hex(key);
    if (value != "-") golden.value = protocol::test::from_hex(value);
    all.push_back(golden);
  }
  REQUIRE(all.size() == 21);
  return all;
}

std::string dumped(const Bytes& batch, const DumpOptions& options) {
  const auto dump = dump_file("00000000000000000000.log", batch, options);
  REQUIRE(dump.ok());
  return dump->text.substr(dump->text.find('\n', dump->text.find("baseOffset")) + 1);
}

std::string dumped(const Golden& golden, bool as_group) {
  record::Record record;
  record.key = golden.key;
  record.value = golden.value;
  return dumped(record::build_batch({}, {record}),
                {.offsets = as_group, .transaction_log = !as_group, .skip_record_metadata = true});
}

template <class T>
Bytes again(const protocol::Versioned<T>& decoded) {
  return protocol::with_version(decoded.message, decoded.version);
}
template <class... T>
Bytes again(const protocol::Versioned<std::variant<T...>>& decoded) {
  return std::visit([&](const auto& m) { return protocol::with_version(m, decoded.version); },
                    decoded.message);
}

}  // namespace

TEST_CASE("records of the coordinators are told as kafka-dump-log tells them") {
  for (const Golden& golden : golden_records()) {
    CHECK(dumped(golden, golden.is_group()) == "|" + golden.text + "\n");
  }
}

TEST_CASE("records of the coordinators come out as the bytes that they were") {
  for (const Golden& golden : golden_records()) {
    INFO(golden.text);
    if (golden.is_group()) {
      const auto key = protocol::decode_group_key(golden.key).value();
      CHECK(again(key) == golden.key);
      if (!golden.value) continue;
      CHECK(again(protocol::decode_group_value(key.message.index(), *golden.value).value()) ==
            *golden.value);
    } else {
      CHECK(again(protocol::decode_versioned<protocol::TransactionLogKey>(golden.key).value()) ==
            golden.key);
      if (!golden.value) continue;
      CHECK(
          again(protocol::decode_versioned<protocol::TransactionLogValue>(*golden.value).value()) ==
          *golden.value);
    }
  }
}

TEST_CASE("what no decoder knows is said, and skipped") {
  const auto shown = [](Bytes key, std::optional<Bytes> value, bool as_group) {
    return dumped(Golden{{}, {}, std::move(key), std::move(value)}, as_group);
  };
  CHECK(shown({0, 99}, Bytes{}, true) == "| key: Unknown record type 99 at offset 0, skipping.\n");
  CHECK(shown({0, 7}, Bytes{}, false) == "| key: unknown::version=7\n");
  CHECK(shown({0}, Bytes{}, true).starts_with("| key: Error at offset 0, skipping. "));
  CHECK(shown({0, 2, 0, 1, 'g'}, Bytes{0, 3, 0}, true)
            .starts_with("| key: Error at offset 0, skipping. GroupMetadataValue"));
  CHECK(shown({0, 0, 0, 1, 't'}, Bytes{0, 9}, false)
            .starts_with("| key: Error at offset 0, skipping. TransactionLogValue v9"));
}

TEST_CASE("a newer subscription is read as the newest that is known") {
  protocol::ConsumerProtocolSubscription subscription;
  subscription.topics = {"orders"};
  Bytes bytes = protocol::with_version(subscription);
  bytes[1] = 9;
  bytes.push_back(77);  // a field that nobody knows yet
  const auto decoded = protocol::decode_versioned<protocol::ConsumerProtocolSubscription>(bytes);
  REQUIRE(decoded.ok());
  CHECK(decoded->message == subscription);
}

TEST_CASE("no damage to a record of a coordinator does harm") {
  env::Random random(11);
  for (const Golden& golden : golden_records()) {
    for (int i = 0; i < 50; ++i) {
      Golden damaged = golden;
      Bytes& bytes = damaged.value && i % 3 != 0 ? *damaged.value : damaged.key;
      if (random.chance(1, 3)) {
        bytes.resize(random.below(bytes.size() + 1));
      } else {
        bytes[random.below(bytes.size())] ^= static_cast<std::uint8_t>(1u << random.below(8));
      }
      CHECK(dumped(damaged, golden.is_group()).ends_with("\n"));
    }
  }
}
