#include "engine/raft/snapshot_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/raft/metadata_batch.h"
#include "engine/raft/raft_config.h"
#include "engine/record/record_batch.h"

namespace kscope::raft {
namespace {

using protocol::ControlRecordType;

constexpr std::string_view kSuffix = ".checkpoint";
constexpr std::string_view kPartSuffix = ".checkpoint.part";
constexpr std::size_t kOffsetDigits = 20, kEpochDigits = 10;
constexpr std::size_t kRecordsPerBatch = 1024;  // RaftSnapshotWriter: its batches' limit

std::string path_of(const SnapshotId& id) {
  return metadata_partition().str() + "/" + snapshot_file_name(id);
}
std::string part_of(const SnapshotId& id) { return path_of(id) + ".part"; }

template <class Number>
bool parse_digits(std::string_view text, Number* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size() && *out >= 0;
}

/// Puts batches behind each other, numbered from 0, with the epoch of the snapshot.
class Writer {
 public:
  explicit Writer(std::int32_t epoch) : epoch_(epoch) {}

  void add(std::vector<record::Record> records, bool control) {
    record::BatchOptions options;
    options.control = control;
    options.base_offset = next_;
    options.partition_leader_epoch = epoch_;
    for (record::Record& r : records) r.offset = next_++;
    const Bytes batch = record::build_batch(options, records);
    bytes_.insert(bytes_.end(), batch.begin(), batch.end());
  }
  Bytes take() { return std::move(bytes_); }

 private:
  std::int32_t epoch_;
  std::int64_t next_ = 0;
  Bytes bytes_;
};

Error corrupt(const std::string& what) { return {ErrorKind::Corrupt, "snapshot: " + what}; }

/// Takes in one batch after the other.
class Reader {
 public:
  Result<void> take(const record::BatchHeader& header, ByteView bytes) {
    if (!record::crc_is_valid(bytes)) return corrupt("a batch has a wrong CRC");
    KTRY_ASSIGN(const std::vector<record::Record> records, record::read_records(bytes));
    for (const record::Record& r : records) {
      if (has_footer_) return corrupt("records behind the footer");
      KTRY(header.is_control() ? take_control(r) : take_data(r));
    }
    return {};
  }
  Result<SnapshotContents> finish() {
    if (!has_footer_) return corrupt("it has no footer: it was never finished");
    return std::move(contents_);
  }

 private:
  Result<void> take_data(const record::Record& r) {
    if (!has_header_) return corrupt("it does not begin with a header");
    contents_.records.push_back(r.value.value_or(Bytes()));
    return {};
  }
  Result<void> take_control(const record::Record& r) {
    KTRY_ASSIGN(const ControlRecordType type,
                protocol::control_record_type(r.key.value_or(Bytes())));
    const Bytes value = r.value.value_or(Bytes());
    if (!has_header_ && type != ControlRecordType::SnapshotHeader) {
      return corrupt("it does not begin with a header");
    }
    if (type == ControlRecordType::SnapshotFooter) has_footer_ = true;
    if (type == ControlRecordType::SnapshotHeader) {
      KTRY_ASSIGN(const auto header,
                  protocol::decode_body<protocol::SnapshotHeaderRecord>(Blob(value), 0));
      contents_.last_timestamp_ms = header.last_contained_log_timestamp;
      has_header_ = true;
    }
    if (type == ControlRecordType::KRaftVersion) {
      KTRY_ASSIGN(const auto version,
                  protocol::decode_body<protocol::KRaftVersionRecord>(Blob(value), 0));
      contents_.kraft_version = version.kraft_version;
    }
    if (type == ControlRecordType::KRaftVoters) {
      KTRY_ASSIGN(const auto voters, protocol::decode_body<protocol::VotersRecord>(Blob(value), 0));
      contents_.voters = VoterSet::from(voters);
    }
    return {};
  }

  SnapshotContents contents_;
  bool has_header_ = false, has_footer_ = false;
};

Result<void> write_at_end(env::Env& env, const std::string& path, ByteView bytes, bool empty_first,
                          bool flush) {
  KTRY_ASSIGN(const env::FileHandle file, env.disk.open(path, true));
  Result<void> done = empty_first ? env.disk.truncate(file, 0) : Result<void>();
  if (done.ok() && !bytes.empty()) done = env.disk.append(file, bytes);
  if (done.ok() && flush) done = env.disk.flush(file);
  env.disk.close(file);
  return done;
}

Result<Bytes> read_path(env::Disk& disk, const std::string& path) {
  KTRY_ASSIGN(const env::FileHandle file, disk.open(path, false));
  auto size = disk.size(file);
  auto bytes = size.ok() ? disk.read(file, 0, *size) : Result<Bytes>(size.error());
  disk.close(file);
  return bytes;
}

Result<void> put_in_place(env::Env& env, const SnapshotId& id) {
  KTRY(env.disk.rename(part_of(id), path_of(id)));
  return env.disk.flush_directory(metadata_partition().str());
}

}  // namespace

std::string snapshot_file_name(const SnapshotId& id) {
  return fmt::format("{:020}-{:010}{}", id.end.value(), id.epoch, kSuffix);
}

std::optional<SnapshotId> parse_snapshot_file_name(std::string_view name) {
  if (name.size() != kOffsetDigits + 1 + kEpochDigits + kSuffix.size()) return std::nullopt;
  if (!name.ends_with(kSuffix) || name[kOffsetDigits] != '-') return std::nullopt;
  std::int64_t end = 0;
  std::int32_t epoch = 0;
  if (!parse_digits(name.substr(0, kOffsetDigits), &end)) return std::nullopt;
  if (!parse_digits(name.substr(kOffsetDigits + 1, kEpochDigits), &epoch)) return std::nullopt;
  return SnapshotId{Offset(end), epoch};
}

Bytes encode_snapshot(const SnapshotId& id, const SnapshotContents& contents) {
  const std::int64_t now = contents.last_timestamp_ms;
  Writer writer(id.epoch);
  std::vector<record::Record> opening;
  protocol::SnapshotHeaderRecord header;
  header.last_contained_log_timestamp = contents.last_timestamp_ms;
  opening.push_back(
      control_record(ControlRecordType::SnapshotHeader, protocol::encode_body(header, 0), now));
  if (contents.kraft_version > 0) {
    protocol::KRaftVersionRecord version{0, contents.kraft_version};
    opening.push_back(
        control_record(ControlRecordType::KRaftVersion, protocol::encode_body(version, 0), now));
  }
  if (contents.voters) {
    opening.push_back(control_record(ControlRecordType::KRaftVoters,
                                     protocol::encode_body(contents.voters->to_record(), 0), now));
  }
  writer.add(std::move(opening), true);
  for (std::size_t at = 0; at < contents.records.size(); at += kRecordsPerBatch) {
    std::vector<record::Record> batch;
    const std::size_t end = std::min(contents.records.size(), at + kRecordsPerBatch);
    for (std::size_t i = at; i < end; ++i) {
      batch.emplace_back().timestamp_ms = now;
      batch.back().value = contents.records[i];
    }
    writer.add(std::move(batch), false);
  }
  writer.add({control_record(ControlRecordType::SnapshotFooter,
                             protocol::encode_body(protocol::SnapshotFooterRecord{}, 0), now)},
             true);
  return writer.take();
}

Result<SnapshotContents> decode_snapshot(ByteView bytes) {
  KTRY_ASSIGN(const std::vector<record::BatchHeader> headers, record::split_batches(bytes));
  Reader reader;
  std::size_t at = 0;
  for (const record::BatchHeader& header : headers) {
    KTRY(reader.take(header, bytes.subspan(at, header.size_in_bytes())));
    at += header.size_in_bytes();
  }
  if (at != bytes.size()) return corrupt("it ends in the middle of a batch");
  return reader.finish();
}

Result<std::vector<SnapshotFile>> sweep_snapshots(env::Env& env) {
  std::vector<SnapshotFile> found;
  const std::string directory = metadata_partition().str();
  if (!env.disk.exists(directory)) return found;
  KTRY_ASSIGN(const auto entries, env.disk.list(directory));
  for (const env::DirEntry& entry : entries) {
    if (entry.name.ends_with(kPartSuffix)) {
      KTRY(env.disk.remove(directory + "/" + entry.name));
    } else if (const auto id = parse_snapshot_file_name(entry.name)) {
      KTRY_ASSIGN(const Bytes bytes, read_snapshot_file(env.disk, *id));
      const auto contents = decode_snapshot(bytes);
      if (!contents.ok()) {
        return Error{contents.error().kind, entry.name + ": " + contents.error().message};
      }
      found.push_back({*id, static_cast<std::int64_t>(bytes.size()), contents->last_timestamp_ms});
    }
  }
  return found;
}

void add_snapshot(std::vector<SnapshotFile>& snapshots, const SnapshotFile& snapshot) {
  const auto at = std::find_if(snapshots.begin(), snapshots.end(),
                               [&](const SnapshotFile& s) { return s.id >= snapshot.id; });
  if (at != snapshots.end() && at->id == snapshot.id)
    *at = snapshot;
  else
    snapshots.insert(at, snapshot);
}

Result<Bytes> read_snapshot_file(env::Disk& disk, const SnapshotId& id) {
  return read_path(disk, path_of(id));
}

Result<void> write_snapshot_file(env::Env& env, const SnapshotId& id, ByteView bytes) {
  if (const auto written = write_at_end(env, part_of(id), bytes, true, true); !written.ok()) {
    static_cast<void>(env.disk.remove(part_of(id)));  // makes room again if the disk is full
    return written;
  }
  return put_in_place(env, id);
}

Result<void> remove_snapshot_file(env::Env& env, const SnapshotId& id) {
  KTRY(env.disk.remove(path_of(id)));
  env.events.emit(env.node, event::SnapshotDeleted{id.end, id.epoch});
  return {};
}

Result<void> begin_part(env::Env& env, const SnapshotId& id) {
  return write_at_end(env, part_of(id), {}, true, false);
}

Result<void> append_to_part(env::Env& env, const SnapshotId& id, ByteView piece) {
  return write_at_end(env, part_of(id), piece, false, false);
}

Result<void> finish_part(env::Env& env, const SnapshotId& id) {
  KTRY_ASSIGN(const Bytes bytes, read_path(env.disk, part_of(id)));
  if (const auto contents = decode_snapshot(bytes); !contents.ok()) {
    KTRY(env.disk.remove(part_of(id)));
    return contents.error();
  }
  KTRY(write_at_end(env, part_of(id), {}, false, true));
  return put_in_place(env, id);
}

}  // namespace kscope::raft
