// Who read which partition when, and how long nobody did.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/group_picture.h"

namespace kscope::viewer {

namespace {

const char* why_unread(const Unread& gap) {
  if (gap.before == nullptr) return "nobody has had it yet";
  switch (gap.before->end) {
    case ReadEnd::Revoked:
      return "given up in a rebalance";
    case ReadEnd::Lost:
      return "lost: its reader was no member any more";
    case ReadEnd::Stalled:
      return "its reader does not poll";
    case ReadEnd::Paused:
      return "its reader's process stands still";
    case ReadEnd::Gone:
      return "its reader is gone";
    case ReadEnd::TakenAway:
      return "taken away by the coordinator";
    case ReadEnd::Open:
      break;
  }
  return "not read";
}

std::string span_words(Instant from, Instant until) {
  return fmt::format("{} to {}", format_instant(from), format_instant(until));
}

void add_reads(const GroupScope& scope, PartitionRef ref, const ReadChart& chart, ReadRow& row) {
  for (const ReadStretch& read : scope.past.reads) {
    if (!(read.partition == ref) || read.from >= chart.until) continue;
    const Instant end = std::min(read.until.value_or(chart.until), chart.until);
    const Instant begin = std::max(read.from, chart.from);
    if (end <= begin) continue;
    ReadBar bar;
    bar.from = begin;
    bar.until = end;
    bar.member = scope.face_of_client(read.client);
    bar.text = bar.member.name;
    bar.tip = fmt::format("{} is read by {}, {}", row.partition.str(), bar.member.name,
                          span_words(begin, end));
    bar.event = read.first;
    row.bars.push_back(std::move(bar));
    // Who has it last is whose row this is.
    if (end >= chart.until || row.member.hue < 0) row.member = scope.face_of_client(read.client);
  }
}

void add_gaps(const GroupScope& scope, PartitionRef ref, const ReadChart& chart, ReadRow& row) {
  for (const Unread& gap : unread_of(scope.past, ref, chart.from, chart.until)) {
    ReadBar bar;
    bar.from = gap.from;
    bar.until = gap.until;
    bar.member.name = "nobody";
    const Duration length = gap.until - gap.from;
    bar.text = fmt::format("{} unread", short_time(length));
    bar.tip = fmt::format("{} goes unread for {} ({}): {}", row.partition.str(), short_time(length),
                          span_words(gap.from, gap.until), why_unread(gap));
    bar.event = gap.before != nullptr ? gap.before->last : EventSeq();
    row.unread += length;
    row.bars.push_back(std::move(bar));
    // Who gets it next is whom it was taken from somebody for.
    if (gap.after != nullptr) row.member = scope.face_of_client(gap.after->client);
  }
}

/// From when on a client was a member, within the chart.
Instant member_since(const GroupScope& scope, const ReadChart& chart, std::int32_t client) {
  for (const GroupMembership& m : scope.past.members) {
    if (m.client == client) return std::max(m.joined, chart.from);
  }
  return chart.from;
}

/// How long each member read nothing at all while it was one.
std::vector<std::pair<MemberFace, Duration>> idle_times(const GroupScope& scope,
                                                        const ReadChart& chart) {
  std::vector<std::pair<MemberFace, Duration>> all;
  for (const MemberFace& face : people_of(scope)) {
    std::vector<std::pair<Instant, Instant>> busy;
    for (const ReadStretch& read : scope.past.reads) {
      if (read.client != face.client) continue;
      busy.emplace_back(std::max(read.from, chart.from),
                        std::min(read.until.value_or(chart.until), chart.until));
    }
    if (busy.empty()) continue;
    std::sort(busy.begin(), busy.end());
    Duration read{};
    const Instant since = member_since(scope, chart, face.client);
    Instant until = since;
    for (const auto& [from, to] : busy) {
      if (to <= until) continue;
      read += to - std::max(from, until);
      until = to;
    }
    all.emplace_back(face, std::max(chart.until - since - read, Duration{0}));
  }
  return all;
}

}  // namespace

ReadChart build_read_chart(const GroupScope& scope) {
  ReadChart chart;
  chart.from = scope.from;
  chart.until = scope.until;
  for (const PartitionRef& ref : scope.past.partitions) {
    ReadRow row;
    row.partition = scope.machine.names().name(ref);
    add_reads(scope, ref, chart, row);
    add_gaps(scope, ref, chart, row);
    if (row.bars.empty()) continue;
    std::sort(row.bars.begin(), row.bars.end(),
              [](const ReadBar& a, const ReadBar& b) { return a.from < b.from; });
    chart.unread += row.unread;
    chart.rows.push_back(std::move(row));
  }
  std::stable_sort(chart.rows.begin(), chart.rows.end(), [](const ReadRow& a, const ReadRow& b) {
    const auto key = [](const ReadRow& row) {
      return std::make_pair(row.member.hue < 0 ? INT32_MAX : row.member.hue, row.partition);
    };
    return key(a) < key(b);
  });
  chart.idle = idle_times(scope, chart);
  chart.words = fmt::format("{:.2f} partition-seconds unread in the {} shown",
                            static_cast<double>(chart.unread.count()) / 1e6,
                            short_time(chart.until - chart.from));
  return chart;
}

}  // namespace kscope::viewer
