// Goal: what we promise is what real clients need, and never more than the codec can do.
// Method: the table against the rules that were learnt from live clients (registry.h names them).
#include "engine/protocol/registry.h"

#include "tests/catch.h"
#include "tests/unit/protocol/all_messages.h"

using namespace kscope;
using namespace kscope::protocol;

namespace {
VersionRange on_broker(ApiKey key) { return find_api(key)->on_broker.value(); }
}  // namespace

TEST_CASE("the table is ordered by key and found by key") {
  std::int16_t previous = -1;
  for (const ApiEntry& api : api_table()) {
    CHECK(static_cast<std::int16_t>(api.key) > previous);
    previous = static_cast<std::int16_t>(api.key);
    CHECK(find_api(api.key) == &api);
    CHECK(std::string(to_string(api.key)) == api.name);
  }
  CHECK(find_api(static_cast<ApiKey>(-1)) == nullptr);
  CHECK(find_api(static_cast<ApiKey>(5)) == nullptr);
  CHECK(find_api(static_cast<ApiKey>(30000)) == nullptr);
}

TEST_CASE("nothing is advertised that the codec cannot do") {
  for (const ApiEntry& api : api_table()) {
    for (const auto& range : {api.on_broker, api.on_controller}) {
      if (!range) continue;
      INFO(api.name);
      CHECK(range->min <= range->max);
      CHECK(api.implemented.contains(range->min));
      CHECK(api.implemented.contains(range->max));
    }
  }
}

TEST_CASE("the broker's listener keeps what real clients were seen to need") {
  CHECK(on_broker(ApiKey::Produce) == VersionRange{0, 9});
  CHECK(on_broker(ApiKey::Fetch) == VersionRange{4, 17});
  CHECK(on_broker(ApiKey::ListOffsets) == VersionRange{1, 7});
  CHECK(on_broker(ApiKey::Metadata) == VersionRange{0, 12});
  CHECK(on_broker(ApiKey::FindCoordinator) == VersionRange{0, 4});
  CHECK(on_broker(ApiKey::ApiVersions) == VersionRange{0, 4});
  CHECK(on_broker(ApiKey::CreateTopics) == VersionRange{0, 7});
  CHECK(on_broker(ApiKey::DeleteTopics) == VersionRange{0, 6});
  CHECK(on_broker(ApiKey::DeleteRecords) == VersionRange{0, 2});
  CHECK(on_broker(ApiKey::InitProducerId) == VersionRange{0, 4});
  CHECK(on_broker(ApiKey::OffsetForLeaderEpoch) == VersionRange{2, 4});
  CHECK(on_broker(ApiKey::DescribeCluster) == VersionRange{0, 0});
  CHECK(on_broker(ApiKey::ElectLeaders) == VersionRange{0, 2});
  CHECK(on_broker(ApiKey::DescribeConfigs) == VersionRange{0, 4});
  CHECK(on_broker(ApiKey::AlterConfigs) == VersionRange{0, 2});
  CHECK(on_broker(ApiKey::CreatePartitions) == VersionRange{0, 3});
  CHECK(on_broker(ApiKey::IncrementalAlterConfigs) == VersionRange{0, 1});
  CHECK(on_broker(ApiKey::AlterPartitionReassignments) == VersionRange{0, 0});
  CHECK(on_broker(ApiKey::ListPartitionReassignments) == VersionRange{0, 0});
  CHECK(on_broker(ApiKey::OffsetCommit) == VersionRange{2, 9});
  CHECK(on_broker(ApiKey::OffsetFetch) == VersionRange{1, 9});
  CHECK(on_broker(ApiKey::JoinGroup) == VersionRange{0, 9});
  CHECK(on_broker(ApiKey::Heartbeat) == VersionRange{0, 4});
  CHECK(on_broker(ApiKey::LeaveGroup) == VersionRange{0, 5});
  CHECK(on_broker(ApiKey::SyncGroup) == VersionRange{0, 5});
  CHECK(on_broker(ApiKey::DescribeGroups) == VersionRange{0, 5});
  CHECK(on_broker(ApiKey::ListGroups) == VersionRange{0, 5});
  CHECK(on_broker(ApiKey::DeleteGroups) == VersionRange{0, 2});
  CHECK(on_broker(ApiKey::OffsetDelete) == VersionRange{0, 0});
  CHECK(on_broker(ApiKey::ConsumerGroupHeartbeat) == VersionRange{0, 1});
  CHECK(on_broker(ApiKey::ConsumerGroupDescribe) == VersionRange{0, 0});
}

TEST_CASE("a listener's ApiVersions answer lists what it serves and nothing else") {
  const ApiVersionsResponse broker = api_versions_response(env::Listener::Broker);
  CHECK(broker.error_code == ErrorCode::NONE);
  CHECK(broker.api_keys.size() == 34);
  for (const auto& api : broker.api_keys) {
    const auto key = static_cast<ApiKey>(api.api_key);
    CHECK(serves(env::Listener::Broker, key, api.min_version));
    CHECK(serves(env::Listener::Broker, key, api.max_version));
    CHECK(!serves(env::Listener::Broker, key, static_cast<std::int16_t>(api.max_version + 1)));
  }
  CHECK(!serves(env::Listener::Broker, ApiKey::Vote, 0));
  CHECK(serves(env::Listener::Controller, ApiKey::Vote, 0));
  CHECK(!serves(env::Listener::Controller, ApiKey::Produce, 9));
  CHECK(!serves(env::Listener::Broker, static_cast<ApiKey>(99), 0));
}

TEST_CASE("an ApiVersions request that is too new is answered with error 35 and our own range") {
  const ApiVersionsResponse answer = unsupported_api_versions_response(env::Listener::Broker);
  CHECK(answer.error_code == ErrorCode::UNSUPPORTED_VERSION);
  REQUIRE(answer.api_keys.size() == 1);
  CHECK(answer.api_keys[0].api_key == 18);
  CHECK(answer.api_keys[0].max_version == 4);
  CHECK(encode_body(answer, 0).size() == 2 + 4 + 6);
}

TEST_CASE("ApiVersions responses never have a flexible header") {
  const ApiEntry* api = find_api(ApiKey::ApiVersions);
  CHECK(api->request_header_version(3) == 2);
  CHECK(api->response_header_version(3) == 0);
  CHECK(find_api(ApiKey::Fetch)->response_header_version(12) == 1);
  CHECK(find_api(ApiKey::Fetch)->response_header_version(11) == 0);
  CHECK(find_api(ApiKey::BeginQuorumEpoch)->request_header_version(0) == 1);
}
