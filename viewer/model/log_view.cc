#include "viewer/model/log_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/storage/checkpoint_file.h"
#include "engine/storage/file_names.h"
#include "viewer/model/cluster_view.h"
#include "viewer/model/lookup.h"
#include "viewer/model/sequence_partition.h"
#include "viewer/model/upkeep_view.h"
#include "viewer/model/words.h"

namespace kscope::viewer {

namespace {

constexpr std::size_t kMostDeeds = 40;
/// How far back notable events are read for one log's history.
constexpr std::size_t kMostSearched = 20'000;
/// "Just" rolled: for so long the card says so.
constexpr Duration kNews = seconds(2);

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash));
}

std::string change_text(const FileSizes& before, const std::string& path, std::int64_t size) {
  if (before.empty()) return {};
  const auto it = before.find(path);
  if (it == before.end()) return "new";
  if (it->second == size) return {};
  return size > it->second ? "+" + format_bytes(size - it->second)
                           : "-" + format_bytes(it->second - size);
}

std::int64_t base_in(std::string_view name) {
  if (name.size() < 20) return -1;
  for (std::size_t i = 0; i < 20; ++i) {
    if (name[i] < '0' || name[i] > '9') return -1;
  }
  return std::stoll(std::string(name.substr(0, 20)));
}

FileRow file_row(const StoredFile& file, int depth, const FileSizes& before) {
  FileRow row;
  row.path = file.path;
  row.name = file.path.substr(file.path.rfind('/') + 1);
  row.depth = depth;
  row.base = base_in(row.name);
  row.size = file.size;
  row.unflushed = file.flushed < 0 ? -1 : std::max<std::int64_t>(0, file.size - file.flushed);
  row.size_text = format_bytes(file.size);
  row.change = change_text(before, file.path, file.size);
  return row;
}

FileRow folder_row(const std::string& folder, bool open) {
  FileRow row;
  row.path = folder;
  row.name = folder + "/";
  row.depth = 1;
  row.folder = true;
  row.open = open;
  if (const auto partition = storage::parse_log_directory(folder)) row.partition = *partition;
  return row;
}

}  // namespace

const char* to_string(SegmentState state) {
  switch (state) {
    case SegmentState::Sealed:
      return "sealed";
    case SegmentState::Active:
      return "active";
    case SegmentState::Deleted:
      return "being deleted";
    case SegmentState::Cleaning:
      return "being cleaned";
  }
  return "";
}

FileSizes sizes_of(const std::vector<StoredFile>& files) {
  FileSizes sizes;
  for (const StoredFile& file : files) sizes[file.path] = file.size;
  return sizes;
}

std::vector<TopicPartition> logs_of(const std::vector<StoredFile>& files) {
  std::set<std::string> seen;
  std::vector<TopicPartition> logs;
  for (const StoredFile& file : files) {
    const std::string folder = folder_of(file.path);
    if (folder.empty() || !seen.insert(folder).second) continue;
    if (const auto partition = storage::parse_log_directory(folder)) logs.push_back(*partition);
  }
  return logs;
}

std::vector<FileRow> build_directory(const std::vector<StoredFile>& files, const std::string& open,
                                     const FileSizes& before) {
  // Folders first, each with the sum of its files; then what lies at the top.
  std::vector<FileRow> rows, top;
  std::map<std::string, std::int64_t> totals_before;
  for (const auto& [path, size] : before) totals_before[folder_of(path)] += size;
  std::size_t folder_at = 0;
  for (const StoredFile& file : files) {
    const std::string folder = folder_of(file.path);
    if (folder.empty()) {
      top.push_back(file_row(file, 1, before));
      continue;
    }
    if (rows.empty() || rows[folder_at].path != folder) {
      folder_at = rows.size();
      rows.push_back(folder_row(folder, folder == open));
    }
    rows[folder_at].size += file.size;
    if (folder == open) rows.push_back(file_row(file, 2, before));
    FileRow& in = rows[folder_at];
    if (file.flushed < 0) in.unflushed = -1;
    if (in.unflushed >= 0) in.unflushed += std::max<std::int64_t>(0, file.size - file.flushed);
  }
  for (FileRow& row : rows) {
    if (!row.folder) continue;
    row.size_text = format_bytes(row.size);
    row.change = change_text(before.empty() ? before : totals_before, row.path, row.size);
  }
  rows.insert(rows.end(), top.begin(), top.end());
  return rows;
}

namespace {

/// A pass of the cleaner counts from its start: what it took is whole before that.
bool removes(const event::Body& body) {
  return std::holds_alternative<event::LogTruncated>(body) ||
         std::holds_alternative<event::LogStartAdvanced>(body) ||
         std::holds_alternative<event::LogRecovered>(body) ||
         std::holds_alternative<event::SegmentDeleted>(body) ||
         std::holds_alternative<event::CleanStarted>(body);
}

LogDeed deed_of(Machine& machine, const event::Event& event) {
  LogDeed deed{event.seq,
               event.at,
               say(machine, event.seq),
               event::info_of(event.body).weight,
               removes(event.body),
               -1,
               -1};
  if (const auto* roll = std::get_if<event::SegmentRolled>(&event.body)) {
    deed.rolled = roll->base.value();
  }
  if (const auto* clean = std::get_if<event::CleanFinished>(&event.body)) {
    deed.cleaned_to = clean->to.value();
  }
  return deed;
}

void add_deeds(Machine& machine, const EventIndex& index, LogView& view) {
  const auto& notable = index.notable();
  auto it = std::upper_bound(notable.begin(), notable.end(), machine.present());
  for (std::size_t n = 0; it != notable.begin() && n < kMostSearched; ++n) {
    const event::Event& event = machine.event(*--it);
    if (event.node.value() != view.node) continue;
    if (event::info_of(event.body).subject != event::Subject::Storage) continue;
    const auto ref = partition_of(event.body);
    if (ref && !(machine.names().name(*ref) == view.partition)) continue;
    view.deeds.push_back(deed_of(machine, event));
    if (view.deeds.size() == kMostDeeds) return;
  }
}

/// One card for each .log file, whatever suffix says that it is on its way in or out.
void add_segments(const std::vector<StoredFile>& files, LogView& view) {
  const std::string folder = view.partition.str() + "/";
  std::map<std::pair<std::int64_t, std::string>, SegmentCard> cards;
  for (const StoredFile& file : files) {
    if (!file.path.starts_with(folder)) continue;
    const std::string name = file.path.substr(folder.size());
    const std::int64_t base = base_in(name);
    if (base < 0) continue;
    const std::size_t dot = name.find('.');
    const std::size_t second = dot == std::string::npos ? dot : name.find('.', dot + 1);
    const std::string kind = name.substr(dot, second == std::string::npos ? second : second - dot);
    const std::string suffix = second == std::string::npos ? "" : name.substr(second);
    SegmentCard& card = cards[{base, suffix}];
    card.base = base;
    if (suffix == storage::kDeletedSuffix) card.state = SegmentState::Deleted;
    if (suffix == storage::kCleanedSuffix || suffix == ".swap") card.state = SegmentState::Cleaning;
    if (kind == storage::kLogSuffix) {
      card.log_bytes = file.size;
      card.flushed = file.flushed;
    } else if (kind == storage::kIndexSuffix) {
      card.index_bytes = file.size;
    } else if (kind == storage::kTimeIndexSuffix) {
      card.time_index_bytes = file.size;
    }
    if (kind == storage::kLogSuffix && file.flushed < 0) view.flushed_known = false;
  }
  for (auto& [key, card] : cards) view.segments.push_back(card);
}

void finish_segments(LogView& view, Instant now) {
  SegmentCard* next = nullptr;
  for (auto it = view.segments.rbegin(); it != view.segments.rend(); ++it) {
    SegmentCard& card = *it;
    card.flushed = std::clamp<std::int64_t>(card.flushed, 0, card.log_bytes);
    if (!view.flushed_known) card.flushed = card.log_bytes;
    const bool going = card.state == SegmentState::Deleted || card.state == SegmentState::Cleaning;
    if (!going) view.bytes += card.log_bytes;
    if (!going) view.unflushed += card.log_bytes - card.flushed;
    card.end = next == nullptr ? std::max(view.log_end, card.base) : next->base;
    if (going) continue;
    if (next == nullptr) card.state = SegmentState::Active;
    next = &card;
  }
  for (const LogDeed& deed : view.deeds) {
    if (now - deed.at > kNews) break;
    const std::int64_t ms = (now - deed.at).count() / 1000;
    const std::string ago = ms == 0 ? "just now" : setting_ms(ms) + " ago";
    for (SegmentCard& card : view.segments) {
      if (!card.news.empty()) continue;
      if (deed.rolled == card.base) card.news = "rolled " + ago;
      if (card.end <= deed.cleaned_to) card.news = "cleaned " + ago;
    }
  }
}

/// What the broker last wrote down about it; -1: nothing.
std::int64_t checkpointed(const Machine& machine, std::int32_t node,
                          const TopicPartition& partition) {
  const Result<Bytes> bytes =
      machine.stored_bytes(node, std::string(storage::kRecoveryPointCheckpoint));
  if (!bytes.ok()) return -1;
  const auto points = storage::parse_offset_checkpoint(text_of(*bytes));
  if (!points.ok()) return -1;
  const auto it = points->find(partition);
  return it == points->end() ? -1 : it->second.value();
}

std::string flushed_words(const LogView& view) {
  if (!view.flushed_known) return "a real folder: what of it is flushed, only its disk knows";
  const std::string point = view.recovery_point < 0
                                ? std::string("no recovery point is known")
                                : "recovery point " + digits(view.recovery_point);
  if (view.unflushed == 0) return point + ": every byte is flushed, a power cut loses nothing";
  return fmt::format("{} (white line): {} written, {} of it not flushed. A power cut may take it",
                     point, format_bytes(view.bytes), format_bytes(view.unflushed));
}

std::string summary_of(const LogView& view) {
  if (view.segments.empty()) return "no files on this disk";
  const std::string offsets =
      view.log_end > view.log_start
          ? fmt::format("offsets {} to {}", digits(view.log_start), digits(view.log_end - 1))
          : std::string("no records");
  return fmt::format("{} segment{} · {} · {}", view.segments.size(),
                     view.segments.size() == 1 ? "" : "s", format_bytes(view.bytes), offsets);
}

}  // namespace

LogView build_log_view(Machine& machine, const EventIndex& index, std::int32_t node,
                       const TopicPartition& partition) {
  LogView view;
  view.node = node;
  view.partition = partition;
  const std::vector<StoredFile> files = machine.stored_files(node);
  const cluster::ReplicaView* replica = machine.snapshot().replica(node, partition);
  add_segments(files, view);
  if (replica != nullptr) {
    view.log_start = replica->log_start;
    view.log_end = replica->log_end;
    view.recovery_point = replica->flushed_end;
  } else if (!view.segments.empty()) {
    // The metadata log, or a broker that is down: the files tell where it ends.
    const LookupQuestion last{node, partition, false, INT64_MAX};
    const Lookup end = build_lookup(machine, last);
    view.log_start = view.segments.front().base;
    view.log_end = end.log_end;
    view.recovery_point = checkpointed(machine, node, partition);
  }
  add_deeds(machine, index, view);
  finish_segments(view, machine.now());
  view.flushed_text = flushed_words(view);
  view.summary = summary_of(view);
  return view;
}

}  // namespace kscope::viewer
