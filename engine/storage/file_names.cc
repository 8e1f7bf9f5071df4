#include "engine/storage/file_names.h"

#include <fmt/core.h>

#include <charconv>

#include "engine/env/disk_path.h"

namespace kscope::storage {

namespace {

constexpr std::size_t kDigits = 20;

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string segment_stem(std::string_view directory, Offset base) {
  return env::join_path(directory, fmt::format("{:020d}", base.value()));
}

std::optional<Offset> parse_segment_file(std::string_view name, std::string_view suffix) {
  if (name.size() != kDigits + suffix.size()) return std::nullopt;
  if (name.substr(kDigits) != suffix) return std::nullopt;
  const auto base = parse_number<std::int64_t>(name.substr(0, kDigits));
  if (!base || *base < 0) return std::nullopt;
  return Offset(*base);
}

std::optional<Offset> offset_in_file_name(std::string_view name) {
  if (name.size() <= kDigits || name[kDigits] != '.') return std::nullopt;
  return parse_segment_file(name, name.substr(kDigits));
}

std::optional<TopicPartition> parse_log_directory(std::string_view name) {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  const auto partition = parse_number<std::int32_t>(name.substr(dash + 1));
  if (!partition || *partition < 0) return std::nullopt;
  TopicPartition parsed{std::string(name.substr(0, dash)), *partition};
  if (parsed.str() != name) return std::nullopt;  // "orders-007"
  return parsed;
}

Error in_file(std::string_view path, const Error& error) {
  return {error.kind, fmt::format("{}: {}", path, error.message)};
}

}  // namespace kscope::storage
