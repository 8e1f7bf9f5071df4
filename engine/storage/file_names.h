// The names of the files of a log, and of the log directory itself.
//
//   orders-0/                               one directory for each partition
//     00000000000000000100.log              20 digits: the offset of the first record it may hold
//     00000000000000000100.index            offset -> position, sparse
//     00000000000000000100.timeindex        timestamp -> offset, sparse
//     00000000000000000100.txnindex         aborted transactions, if there are any
//     00000000000000000100.snapshot         producers, as of that offset
//     ….log.deleted                         on its way out; gone after file.delete.delay.ms
//     ….log.cleaned  ….log.swap             what the cleaner writes, before and while it takes over
//     leader-epoch-checkpoint
//     partition.metadata
//   orders-0.<hex>-delete/                  a log on its way out
//   meta.properties  recovery-point-offset-checkpoint  replication-offset-checkpoint
//   log-start-offset-checkpoint  cleaner-offset-checkpoint  .kafka_cleanshutdown
//
// The digits are zero-padded so that a listing sorted by name is sorted by offset.
//
// Kafka: LogFileUtils, UnifiedLog.parseTopicPartitionName. Read next: storage/log_segment.h
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/base/result.h"

namespace kscope::storage {

inline constexpr std::string_view kLogSuffix = ".log";
inline constexpr std::string_view kIndexSuffix = ".index";
inline constexpr std::string_view kTimeIndexSuffix = ".timeindex";
inline constexpr std::string_view kTxnIndexSuffix = ".txnindex";
inline constexpr std::string_view kProducerSnapshotSuffix = ".snapshot";
inline constexpr std::string_view kDeletedSuffix = ".deleted";
inline constexpr std::string_view kCleanedSuffix = ".cleaned";
inline constexpr std::string_view kSwapSuffix = ".swap";
inline constexpr std::string_view kDeleteDirSuffix = "-delete";

inline constexpr std::string_view kLeaderEpochCheckpoint = "leader-epoch-checkpoint";
inline constexpr std::string_view kPartitionMetadata = "partition.metadata";
inline constexpr std::string_view kMetaProperties = "meta.properties";
inline constexpr std::string_view kRecoveryPointCheckpoint = "recovery-point-offset-checkpoint";
inline constexpr std::string_view kHighWatermarkCheckpoint = "replication-offset-checkpoint";
inline constexpr std::string_view kLogStartCheckpoint = "log-start-offset-checkpoint";
inline constexpr std::string_view kCleanerCheckpoint = "cleaner-offset-checkpoint";
inline constexpr std::string_view kCleanShutdownMarker = ".kafka_cleanshutdown";

/// "orders-0/00000000000000000100", to which a suffix is added.
std::string segment_stem(std::string_view directory, Offset base);
/// The base offset in the name of a segment's file with that suffix; nullopt for any other name.
std::optional<Offset> parse_segment_file(std::string_view name, std::string_view suffix);
/// The base offset of any file that begins with one: "<20 digits>.…"; nullopt for any other name.
std::optional<Offset> offset_in_file_name(std::string_view name);
/// "orders-0"; the topic itself may contain '-'. nullopt if the name is no partition's.
std::optional<TopicPartition> parse_log_directory(std::string_view name);

/// The same error with the file in front, for operations that only know a handle.
Error in_file(std::string_view path, const Error& error);

}  // namespace kscope::storage
