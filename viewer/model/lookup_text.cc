// A look-up in words: how a person asks for one, and the answer in plain characters.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "viewer/model/cluster_view.h"
#include "viewer/model/lookup.h"
#include "viewer/model/lookup_parts.h"
#include "viewer/model/words.h"

namespace kscope::viewer {

namespace {

std::string without_blanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '_' && c != ',') out += c;
  }
  return out;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return {};
  return value;
}

/// The leader; without one, the first broker with files of that log; -1 if there is none.
std::int32_t node_with_log(Machine& machine, const TopicPartition& partition) {
  const cluster::Snapshot& s = machine.snapshot();
  const cluster::PartitionView* p = s.partition(partition);
  if (p != nullptr && p->leader >= 0) return p->leader;
  for (const cluster::NodeView& node : s.nodes) {
    for (const StoredFile& file : machine.stored_files(node.id)) {
      if (file.path.starts_with(partition.str() + "/")) return node.id;
    }
  }
  return -1;
}

}  // namespace

Result<std::int64_t> parse_lookup_value(std::string_view text, bool by_time) {
  std::string word = without_blanks(text);
  if (word.starts_with("offset")) word.erase(0, 6);
  if (!by_time) {
    if (const auto value = whole_number(word)) return *value;
    return Error{ErrorKind::Invalid,
                 fmt::format("an offset is a number such as 368801, not \"{}\"", text)};
  }
  if (word.starts_with("t=")) word.erase(0, 2);
  if (const auto value = whole_number(word)) return *value;
  Duration since{};
  if (parse_duration(word, &since)) return kWallMillisAtStart + to_millis(since);
  return Error{
      ErrorKind::Invalid,
      fmt::format("a time is 3.2s since the start, or Unix milliseconds, not \"{}\"", text)};
}

Result<LookupQuestion> parse_lookup(Machine& machine, const std::string& text) {
  constexpr const char* kWanted =
      "a look-up is PARTITION@OFFSET or PARTITION@t=TIME, such as orders-0@41 or orders-0@t=3.2s";
  const std::size_t at = text.find('@'), colon = text.find(':');
  LookupQuestion q;
  std::string name = text.substr(0, at);
  if (at == std::string::npos) return Error{ErrorKind::Invalid, kWanted};
  if (colon != std::string::npos && colon < at) {
    const auto node = whole_number(text.substr(0, colon));
    if (!node) return Error{ErrorKind::Invalid, kWanted};
    q.node = static_cast<std::int32_t>(*node);
    name = text.substr(colon + 1, at - colon - 1);
  }
  const std::size_t dash = name.rfind('-');
  const auto number = dash == std::string::npos
                          ? std::nullopt
                          : whole_number(std::string_view(name).substr(dash + 1));
  if (!number || dash == 0) return Error{ErrorKind::Invalid, kWanted};
  q.partition = {name.substr(0, dash), static_cast<std::int32_t>(*number)};
  const std::string value = text.substr(at + 1);
  q.by_time = value.starts_with("t=") || value.ends_with("s");
  KTRY_ASSIGN(q.value, parse_lookup_value(value, q.by_time));
  if (q.node < 0) q.node = node_with_log(machine, q.partition);
  if (q.node < 0) {
    return Error{ErrorKind::NotFound, fmt::format("no broker holds a log of {}", name)};
  }
  return q;
}

namespace {

std::string segment_lines(const Lookup& lookup) {
  std::string out;
  for (std::size_t i = 0; i < lookup.segments.size(); ++i) {
    const LookupSegment& s = lookup.segments[i];
    const bool chosen = static_cast<std::int32_t>(i) == lookup.segment;
    // Many segments: the chosen one and its neighbours tell enough.
    const auto distance = std::abs(static_cast<std::int32_t>(i) - std::max(lookup.segment, 0));
    if (distance > 2 && i != 0 && i + 1 != lookup.segments.size()) {
      if (!out.ends_with("…\n")) out += "      …\n";
      continue;
    }
    out += fmt::format("    {} {:020}.log  offsets {} to {}, {}{}\n", chosen ? ">" : " ", s.base,
                       digits(s.base), digits(std::max(s.base, s.end - 1)), format_bytes(s.bytes),
                       s.active ? ", active" : "");
  }
  return out;
}

std::string answer_line(const Lookup& lookup) {
  if (!lookup.problem.empty()) return "no answer: " + lookup.problem + "\n";
  const LookupStep& last = lookup.steps.back();
  return fmt::format("answer: {} · {} probes, {} read; a scan from the start would read {}\n",
                     last.text, last.probes, format_bytes(last.bytes_read),
                     format_bytes(lookup.full_scan_bytes));
}

std::string record_lines(const Lookup& lookup) {
  std::string out;
  for (const int field : lookup.record_fields) {
    const record::FieldSpan& f = lookup.batch.fields[static_cast<std::size_t>(field)];
    out += fmt::format("      {:<22} {:>3} B  {}\n", f.name.substr(f.name.find('.') + 1),
                       f.end - f.begin, f.value);
  }
  return out;
}

}  // namespace

std::string lookup_text(const Lookup& lookup, int width) {
  const LookupQuestion& q = lookup.question;
  std::string out = fmt::format("look-up of {} in {} on broker {}\n",
                                q.by_time ? record_time_text(q.value) : "offset " + digits(q.value),
                                q.partition.str(), q.node);
  int number = 0;
  std::optional<LookupStage> stage;
  for (const LookupStep& step : lookup.steps) {
    if (stage != step.stage) {
      stage = step.stage;
      out += fmt::format("  {} {}\n", ++number, stage_title(step.stage));
      if (step.stage == LookupStage::Segment) out += segment_lines(lookup);
    }
    std::string line = "      " + step.text;
    // Long sentences go on below themselves.
    while (static_cast<int>(line.size()) > width) {
      const std::size_t cut = line.rfind(' ', static_cast<std::size_t>(width));
      if (cut == std::string::npos || cut <= 8) break;
      out += line.substr(0, cut) + "\n";
      line = "        " + line.substr(cut + 1);
    }
    out += line + "\n";
  }
  return out + record_lines(lookup) + answer_line(lookup);
}

}  // namespace kscope::viewer
