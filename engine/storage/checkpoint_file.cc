#include "engine/storage/checkpoint_file.h"

#include <fmt/core.h>

#include <charconv>

#include "engine/env/disk_path.h"
#include "engine/storage/file_names.h"

namespace kscope::storage {

namespace {

Result<void> write_and_flush(env::Disk& disk, std::string_view path, std::string_view text) {
  KTRY_ASSIGN(const env::FileHandle file, disk.open(path, true));
  Result<void> done = disk.truncate(file, 0);
  if (done.ok()) done = disk.append(file, view_of(text));
  if (done.ok()) done = disk.flush(file);
  disk.close(file);
  if (!done.ok()) return in_file(path, done.error());
  return {};
}

// Cuts the next line off `text`; nullopt at the end.
std::optional<std::string_view> take_line(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::optional<std::int64_t> parse_int(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Error malformed(std::size_t line_number, std::string_view line, std::string_view expected) {
  return {ErrorKind::Corrupt,
          fmt::format("line {}: \"{}\" is not {}", line_number, line, expected)};
}

}  // namespace

Result<void> write_file_atomically(env::Disk& disk, std::string_view path, std::string_view text) {
  const std::string temporary = std::string(path) + ".tmp";
  KTRY(write_and_flush(disk, temporary, text));
  KTRY(disk.rename(temporary, path));
  return disk.flush_directory(env::parent_of(path));
}

Result<std::optional<std::string>> read_whole_file(env::Disk& disk, std::string_view path) {
  Result<env::FileHandle> file = disk.open(path, false);
  if (!file.ok()) {
    if (file.error().kind == ErrorKind::NotFound) return std::optional<std::string>();
    return file.error();
  }
  Result<std::int64_t> size = disk.size(*file);
  Result<Bytes> bytes = size.ok() ? disk.read(*file, 0, *size) : Result<Bytes>(size.error());
  disk.close(*file);
  if (!bytes.ok()) return in_file(path, bytes.error());
  return std::optional(std::string(text_of(*bytes)));
}

std::string checkpoint_text(const std::vector<std::string>& lines) {
  std::string text = fmt::format("0\n{}\n", lines.size());
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

Result<std::vector<std::string_view>> parse_checkpoint(std::string_view text) {
  std::vector<std::string_view> lines;
  const auto version = take_line(text);
  if (!version) return lines;
  if (parse_int(*version) != 0) return malformed(1, *version, "the version 0");
  const auto count_line = take_line(text);
  if (!count_line) return lines;
  const auto count = parse_int(*count_line);
  if (!count || *count < 0) return malformed(2, *count_line, "a number of entries");
  while (const auto line = take_line(text)) lines.push_back(*line);
  if (static_cast<std::int64_t>(lines.size()) != *count) {
    return Error{ErrorKind::Corrupt, fmt::format("line 2 announces {} entries, {} follow", *count,
                                                 lines.size())};
  }
  return lines;
}

std::optional<std::vector<std::int64_t>> parse_numbers(std::string_view line, std::size_t count) {
  std::vector<std::int64_t> numbers;
  while (true) {
    const std::size_t space = line.find(' ');
    const auto number = parse_int(line.substr(0, space));
    if (!number) return std::nullopt;
    numbers.push_back(*number);
    if (space == std::string_view::npos) break;
    line.remove_prefix(space + 1);
  }
  if (numbers.size() != count) return std::nullopt;
  return numbers;
}

Result<OffsetCheckpoint> parse_offset_checkpoint(std::string_view text) {
  KTRY_ASSIGN(const auto lines, parse_checkpoint(text));
  OffsetCheckpoint offsets;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t space = lines[i].find(' ');
    const std::string_view rest =
        space == std::string_view::npos ? std::string_view() : lines[i].substr(space + 1);
    const auto numbers = parse_numbers(rest, 2);
    if (!numbers || space == 0) return malformed(i + 3, lines[i], "topic partition offset");
    const TopicPartition partition{std::string(lines[i].substr(0, space)),
                                   static_cast<std::int32_t>((*numbers)[0])};
    offsets[partition] = Offset((*numbers)[1]);
  }
  return offsets;
}

Result<OffsetCheckpoint> read_offset_checkpoint(env::Disk& disk, std::string_view path) {
  KTRY_ASSIGN(const auto text, read_whole_file(disk, path));
  if (!text) return OffsetCheckpoint();
  Result<OffsetCheckpoint> parsed = parse_offset_checkpoint(*text);
  if (!parsed.ok()) return in_file(path, parsed.error());
  return parsed;
}

Result<void> write_offset_checkpoint(env::Disk& disk, std::string_view path,
                                     const OffsetCheckpoint& offsets) {
  std::vector<std::string> lines;
  lines.reserve(offsets.size());
  for (const auto& [partition, offset] : offsets) {
    lines.push_back(
        fmt::format("{} {} {}", partition.topic, partition.partition, offset.value()));
  }
  return write_file_atomically(disk, path, checkpoint_text(lines));
}

}  // namespace kscope::storage
