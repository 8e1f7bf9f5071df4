// MetadataRecord: any record of __cluster_metadata, and its frame.
//
// The value of a metadata record starts with three unsigned varints: the frame's version (1), the
// record's type, and the version of the record's own schema. So a log can be read by whoever knows
// the types, and an unknown type is an error at once and not garbage later: a controller must not
// guess at state that it shares with others.
//
// Invariant: decode_record(encode_record(r)) == r for every record that its write version can
// carry.
// Real Kafka: MetadataRecordSerde, AbstractApiMessageSerde. KIP-631.
// Called by: metadata/ (decide and replay), the inspector. Read next: metadata/
#pragma once

#include <variant>

#include "engine/protocol/records/broker_records.h"
#include "engine/protocol/records/cluster_records.h"
#include "engine/protocol/records/partition_records.h"
#include "engine/protocol/records/topic_records.h"

namespace kscope::protocol {

using MetadataRecord =
    std::variant<RegisterBrokerRecord, UnregisterBrokerRecord, BrokerRegistrationChangeRecord,
                 FenceBrokerRecord, UnfenceBrokerRecord, TopicRecord, RemoveTopicRecord,
                 PartitionRecord, PartitionChangeRecord, ConfigRecord, FeatureLevelRecord,
                 ProducerIdsRecord, NoOpRecord>;

/// Frame and fields. REQUIRES a version that the record has.
template <class T>
Bytes encode_record(const T& record, std::int16_t version = T::kWriteVersion);
/// The alternative that it holds, in its kWriteVersion.
Bytes encode_record(const MetadataRecord& record);

/// Unsupported for an unknown frame version or type, Truncated or Corrupt as decode_body, and
/// Corrupt for bytes left over, as in Kafka.
Result<MetadataRecord> decode_record(ByteView value);

/// "PartitionChangeRecord".
const char* record_name(const MetadataRecord& record);

/// The frame's three numbers and the record's fields; as walk_body.
void walk_record(ByteView value, std::size_t offset, int depth, std::vector<FieldSpan>& out);

}  // namespace kscope::protocol
