// The settings of topics. Kafka: org.apache.kafka.storage.internals.log.LogConfig.CONFIG_DEF.
#include <algorithm>

#include "engine/metadata/config_table.h"

namespace kscope::metadata {
namespace {

using enum ConfigType;
using enum ConfigEffect;
constexpr ConfigScope kTopic = ConfigScope::Topic;

constexpr ConfigKey kTopicTable[] = {
    {"cleanup.policy", List, "delete", one_of("compact delete"), kTopic, Live,
     "Old segments: deleted, compacted to the last record of each key, or both.",
     "log.cleanup.policy"},
    {"compression.gzip.level", Int, "-1", between(-1, 9), kTopic, None,
     "Level when the broker compresses with gzip.", "compression.gzip.level"},
    {"compression.lz4.level", Int, "9", between(1, 17), kTopic, None,
     "Level when the broker compresses with lz4.", "compression.lz4.level"},
    {"compression.type", String, "producer", one_of(kBrokerCodecs), kTopic, None,
     "The codec of batches on the disk; producer: as they came.", "compression.type"},
    {"compression.zstd.level", Int, "3", between(-131072, 22), kTopic, None,
     "Level when the broker compresses with zstd.", "compression.zstd.level"},
    {"delete.retention.ms", Long, "86400000", at_least(0), kTopic, Live,
     "How long a tombstone outlives its cleaning, so that slow readers still see the deletion.",
     "log.cleaner.delete.retention.ms"},
    {"file.delete.delay.ms", Long, "60000", at_least(0), kTopic, Live,
     "How long the files of a deleted segment stay on the disk.", "log.segment.delete.delay.ms"},
    {"flush.messages", Long, kNoLimit, at_least(1), kTopic, Live,
     "Force a flush after so many records; better left to the operating system.",
     "log.flush.interval.messages"},
    {"flush.ms", Long, kNoLimit, at_least(0), kTopic, Live,
     "Force a flush after that time; better left to the operating system.",
     "log.flush.interval.ms"},
    {"follower.replication.throttled.replicas", List, "", {}, kTopic, Live,
     "Followers that are slowed down: partition:broker pairs, or *."},
    {"index.interval.bytes", Int, "4096", at_least(0), kTopic, Live,
     "How many bytes of log lie between two entries of the offset index.",
     "log.index.interval.bytes"},
    {"leader.replication.throttled.replicas", List, "", {}, kTopic, Live,
     "Leaders that are slowed down: partition:broker pairs, or *."},
    {"local.retention.bytes", Long, "-2", at_least(-2), kTopic, Live,
     "Tiered storage: how much stays on the local disk; -2: as retention.bytes.",
     "log.local.retention.bytes"},
    {"local.retention.ms", Long, "-2", at_least(-2), kTopic, Live,
     "Tiered storage: how long segments stay on the local disk; -2: as retention.ms.",
     "log.local.retention.ms"},
    {"max.compaction.lag.ms", Long, kNoLimit, at_least(1), kTopic, Live,
     "The longest time a record may wait for the cleaner.", "log.cleaner.max.compaction.lag.ms"},
    {"max.message.bytes", Int, "1048588", at_least(0), kTopic, Live,
     "The largest batch that is accepted, after compression.", "message.max.bytes"},
    {"message.downconversion.enable", Boolean, "true", {}, kTopic, None,
     "Convert batches for consumers that only know old formats.",
     "log.message.downconversion.enable"},
    {"message.format.version", String, "3.0-IV1", {}, kTopic, None,
     "Deprecated: record batches are always version 2.", "log.message.format.version"},
    {"message.timestamp.after.max.ms", Long, "3600000", at_least(0), kTopic, Live,
     "How far a record's timestamp may lie ahead of the broker's clock.",
     "log.message.timestamp.after.max.ms"},
    {"message.timestamp.before.max.ms", Long, kNoLimit, at_least(0), kTopic, Live,
     "How far a record's timestamp may lie behind the broker's clock.",
     "log.message.timestamp.before.max.ms"},
    {"message.timestamp.difference.max.ms", Long, kNoLimit, at_least(0), kTopic, None,
     "Deprecated: the two settings before and after.",
     "log.message.timestamp.difference.max.ms"},
    {"message.timestamp.type", String, "CreateTime", one_of("CreateTime LogAppendTime"), kTopic,
     Live, "Whose clock a record's timestamp is of: the producer's or the broker's.",
     "log.message.timestamp.type"},
    {"min.cleanable.dirty.ratio", Double, "0.5", between(0, 1), kTopic, Live,
     "The share of a compacted log that must be uncleaned before the cleaner takes it.",
     "log.cleaner.min.cleanable.ratio"},
    {"min.compaction.lag.ms", Long, "0", at_least(0), kTopic, Live,
     "The time a record is safe from the cleaner.", "log.cleaner.min.compaction.lag.ms"},
    {"min.insync.replicas", Int, "1", at_least(1), kTopic, Live,
     "With acks=all: fewer replicas in sync than this, and writes are refused.",
     "min.insync.replicas"},
    {"preallocate", Boolean, "false", {}, kTopic, None, "Reserve the disk space of a new segment.",
     "log.preallocate"},
    {"remote.log.copy.disable", Boolean, "false", {}, kTopic, None,
     "Tiered storage: no more segments are copied."},
    {"remote.log.delete.on.disable", Boolean, "false", {}, kTopic, None,
     "Tiered storage: delete the remote segments when it is switched off."},
    {"remote.storage.enable", Boolean, "false", {}, kTopic, Live,
     "Tiered storage: copy old segments to the remote store (KIP-405)."},
    {"retention.bytes", Long, "-1", {}, kTopic, Live,
     "Delete the oldest segments while a partition is larger; -1: no limit.",
     "log.retention.bytes"},
    {"retention.ms", Long, "604800000", at_least(-1), kTopic, Live,
     "Delete segments whose newest record is older; -1: keep for ever.", "log.retention.ms"},
    {"segment.bytes", Int, "1073741824", at_least(14), kTopic, Live,
     "A segment of this size is closed and a new one begun.", "log.segment.bytes"},
    {"segment.index.bytes", Int, "10485760", at_least(4), kTopic, Live,
     "The largest size of an index file; a full index rolls the segment.",
     "log.index.size.max.bytes"},
    {"segment.jitter.ms", Long, "0", at_least(0), kTopic, None,
     "Luck subtracted from segment.ms, so that not all logs roll at once.", "log.roll.jitter.ms"},
    {"segment.ms", Long, "604800000", at_least(1), kTopic, Live,
     "A segment of this age is closed even if it is not full.", "log.roll.ms"},
    {"unclean.leader.election.enable", Boolean, "false", {}, kTopic, Live,
     "Without any in-sync replica, rather a leader that lacks records than none.",
     "unclean.leader.election.enable"},
};

static_assert(ordered_by_name(kTopicTable));

}  // namespace

std::span<const ConfigKey> topic_config_table() { return kTopicTable; }

}  // namespace kscope::metadata
