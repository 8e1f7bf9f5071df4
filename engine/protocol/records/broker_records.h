// Metadata records about brokers: registered, fenced, unfenced, gone.
//
// A broker is in the cluster because a RegisterBrokerRecord says so, and its broker epoch is the
// offset of that record. Fenced means: known, but not to lead, not in an ISR, not shown to clients.
// kWriteVersion is what a controller of metadata.version 3.9-IV0 writes (MetadataVersion).
// Real Kafka: ClusterControlManager (decides), ClusterDelta (applies). KIP-631, KIP-858.
// Written by: metadata/.
// Read next: records/topic_records.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct RegisterBrokerRecord {
  static constexpr const char* kName = "RegisterBrokerRecord";
  static constexpr std::int16_t kRecordType = 0;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 3, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 3;

  struct BrokerEndpoint {
    std::string name;
    std::string host;
    std::uint16_t port = 0;
    std::int16_t security_protocol = 0;

    bool operator==(const BrokerEndpoint&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("Host", host);
      f("Port", port);
      f("SecurityProtocol", security_protocol);
    }
  };

  struct BrokerFeature {
    std::string name;
    std::int16_t min_supported_version = 0;
    std::int16_t max_supported_version = 0;

    bool operator==(const BrokerFeature&) const = default;
    void describe(auto& f) {
      f("Name", name);
      f("MinSupportedVersion", min_supported_version);
      f("MaxSupportedVersion", max_supported_version);
    }
  };

  std::int32_t broker_id = 0;
  bool is_migrating_zk_broker = false;
  Uuid incarnation_id;  ///< tells two processes of one id apart
  std::int64_t broker_epoch = 0;  ///< offset of this record
  std::vector<BrokerEndpoint> end_points;
  std::vector<BrokerFeature> features;
  std::optional<std::string> rack = "";
  bool fenced = true;
  bool in_controlled_shutdown = false;
  std::vector<Uuid> log_dirs;

  bool operator==(const RegisterBrokerRecord&) const = default;
  void describe(auto& f) {
    f("BrokerId", broker_id);
    f("IsMigratingZkBroker", is_migrating_zk_broker, since(2));
    f("IncarnationId", incarnation_id);
    f("BrokerEpoch", broker_epoch);
    f("EndPoints", end_points);
    f("Features", features);
    f("Rack", rack, nullable());
    f("Fenced", fenced);
    f("InControlledShutdown", in_controlled_shutdown, since(1));
    f("LogDirs", log_dirs, since(3).tag(0));
  }
};

struct UnregisterBrokerRecord {
  static constexpr const char* kName = "UnregisterBrokerRecord";
  static constexpr std::int16_t kRecordType = 1;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  std::int32_t broker_id = 0;
  std::int64_t broker_epoch = 0;

  bool operator==(const UnregisterBrokerRecord&) const = default;
  void describe(auto& f) {
    f("BrokerId", broker_id);
    f("BrokerEpoch", broker_epoch);
  }
};

/// What changed of a registration; fields that did not change are left at 0.
struct BrokerRegistrationChangeRecord {
  static constexpr const char* kName = "BrokerRegistrationChangeRecord";
  static constexpr std::int16_t kRecordType = 17;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 2;

  std::int32_t broker_id = 0;
  std::int64_t broker_epoch = 0;
  std::int8_t fenced = 0;  ///< -1 unfenced, 0 as before, 1 fenced
  std::int8_t in_controlled_shutdown = 0;  ///< 0 as before, 1 shutting down
  std::vector<Uuid> log_dirs;

  bool operator==(const BrokerRegistrationChangeRecord&) const = default;
  void describe(auto& f) {
    f("BrokerId", broker_id);
    f("BrokerEpoch", broker_epoch);
    f("Fenced", fenced, tag(0));
    f("InControlledShutdown", in_controlled_shutdown, since(1).tag(1));
    f("LogDirs", log_dirs, since(2).tag(2));
  }
};

/// The form before 3.3; newer controllers write BrokerRegistrationChangeRecord.
struct FenceBrokerRecord {
  static constexpr const char* kName = "FenceBrokerRecord";
  static constexpr std::int16_t kRecordType = 7;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  std::int32_t id = 0;
  std::int64_t epoch = 0;

  bool operator==(const FenceBrokerRecord&) const = default;
  void describe(auto& f) {
    f("Id", id);
    f("Epoch", epoch);
  }
};

/// The form before 3.3, likewise.
struct UnfenceBrokerRecord {
  static constexpr const char* kName = "UnfenceBrokerRecord";
  static constexpr std::int16_t kRecordType = 8;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  std::int32_t id = 0;
  std::int64_t epoch = 0;

  bool operator==(const UnfenceBrokerRecord&) const = default;
  void describe(auto& f) {
    f("Id", id);
    f("Epoch", epoch);
  }
};

}  // namespace kscope::protocol
