#include "engine/cluster/snapshot_path.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "engine/base/check.h"
#include "engine/cluster/snapshot_json.h"
#include "engine/cluster/snapshot_path_groups.h"

namespace kscope::cluster {
namespace {

constexpr const char* kNone = "none";
using Words = std::vector<std::string_view>;

Words split(std::string_view text) {
  Words words;
  while (true) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == text.npos) return words;
    const auto end = std::min(text.find(' ', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    text.remove_prefix(end);
  }
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

std::optional<TopicPartition> partition_of(std::string_view text) {
  const auto dash = text.rfind('-');
  if (dash == text.npos || dash == 0) return std::nullopt;
  const auto index = number(text.substr(dash + 1));
  if (!index || *index < 0) return std::nullopt;
  return TopicPartition{std::string(text.substr(0, dash)), static_cast<std::int32_t>(*index)};
}

std::string field_text(std::int64_t v) { return std::to_string(v); }
std::string field_text(const std::vector<std::int32_t>& v) { return NodeList(v).str(); }
std::string node_or_none(std::int32_t v) { return v < 0 ? kNone : std::to_string(v); }

std::string field_text(const std::vector<EpochRange>& epochs) {
  std::string out = "{";
  for (const EpochRange& e : epochs)
    out += fmt::format("{}{}:{}", out.size() > 1 ? "," : "", e.epoch, e.start);
  return out + "}";
}

// One reader for each subject. Each returns nothing for a field it does not know; that is how
// check_path finds out (it reads from views that hold nothing).

std::optional<std::string> read(const PartitionView& p, std::string_view field) {
  if (field == "leader") return node_or_none(p.leader);
  if (field == "epoch") return field_text(p.leader_epoch);
  if (field == "partition_epoch") return field_text(p.partition_epoch);
  if (field == "adding") return NodeList(p.adding).str();
  if (field == "removing") return NodeList(p.removing).str();
  if (field == "elr") return NodeList(p.elr).str();
  if (field == "isr") return field_text(p.isr);
  if (field == "osr") return field_text(p.osr());
  if (field == "replicas" || field == "ar") return field_text(p.replicas);
  return std::nullopt;
}

std::optional<std::string> read(const ReplicaView& r, std::string_view field) {
  if (field == "role") return std::string(to_string(r.role));
  if (field == "leader") return node_or_none(r.leader);
  if (field == "epoch") return field_text(r.leader_epoch);
  if (field == "leo") return field_text(r.log_end);
  if (field == "hw") return field_text(r.high_watermark);
  if (field == "log_start") return field_text(r.log_start);
  if (field == "flushed") return field_text(r.flushed_end);
  if (field == "epochs") return field_text(r.epochs);
  if (field == "isr") return field_text(r.isr);
  if (field == "maximal_isr") return field_text(r.maximal_isr);
  if (field == "low_watermark") return field_text(r.low_watermark);
  return std::nullopt;
}

std::optional<std::string> read(const QuorumView& q, std::string_view field) {
  if (field == "role") return std::string(event::to_string(q.role));
  if (field == "epoch") return field_text(q.epoch);
  if (field == "leader") return node_or_none(q.leader);
  if (field == "voted_for") return node_or_none(q.voted_for);
  if (field == "leo") return field_text(q.log_end);
  if (field == "hw") return field_text(q.high_watermark);
  return std::nullopt;
}

/// "{2@1,14@3}" for snapshots up to 2 in epoch 1 and up to 14 in epoch 3.
std::string field_text(const std::vector<SnapshotFileView>& snapshots) {
  std::string out;
  for (const SnapshotFileView& s : snapshots)
    out += fmt::format("{}{}@{}", out.empty() ? "" : ",", s.end, s.epoch);
  return "{" + out + "}";
}

std::optional<std::string> read(const QuorumDetailView& d, std::string_view field) {
  if (field == "log_start") return field_text(d.log_start);
  if (field == "loaded_to") return field_text(d.loaded_to);
  if (field == "snapshots") return field_text(d.snapshots);
  if (field == "snapshot") return d.snapshots.empty() ? kNone : field_text(d.snapshots.back().end);
  if (field == "voters") return field_text(d.voters);
  if (field == "kraft_version") return field_text(static_cast<std::int64_t>(d.kraft_version));
  return std::nullopt;
}

std::optional<std::string> read_controller(const NodeView& n, std::string_view field) {
  if (field == "is_voter") return std::string(n.quorum.is_voter ? "true" : "false");
  const auto found = read(n.quorum, field);
  return found ? found : read(n.quorum_detail, field);
}

std::optional<std::string> read(const Snapshot& s, const NodeView& n, std::string_view field) {
  const BrokerView& b = n.broker;
  if (field == "state") return std::string(to_string(n.state));
  if (field == "lifecycle") return std::string(event::to_string(b.state));
  if (field == "incarnation") return field_text(n.incarnation);
  if (field == "epoch") return field_text(b.broker_epoch);
  if (field == "metadata_offset") return field_text(b.metadata_offset);
  if (field == "requests_waiting") return field_text(b.requests_waiting);
  if (field == "delayed_produces") return field_text(b.delayed_produces);
  if (field == "delayed_fetches") return field_text(b.delayed_fetches);
  if (field == "delayed_deletes") return field_text(b.delayed_deletes);
  if (field == "fetch_sessions") return field_text(b.fetch_sessions);
  if (field != "fenced") return std::nullopt;
  for (const RegistrationView& r : s.metadata.registrations)
    if (r.broker == n.id) return std::string(r.fenced ? "true" : "false");
  return kNone;
}

std::string words_or_none(const std::string& text) { return text.empty() ? kNone : text; }

std::string set_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return "{" + text + "}";
}

std::optional<std::string> read_member(const ConsumerView& c, std::string_view field) {
  if (field == "processed") return field_text(c.records_processed);
  if (field == "group") return words_or_none(c.group);
  if (field == "member") return words_or_none(c.member);
  if (field == "membership") return std::string(event::to_string(c.state));
  if (field == "generation") return field_text(c.generation);
  if (field == "coordinator") return node_or_none(c.coordinator);
  if (field == "application") return c.application;
  if (field == "assigned") return set_of(c.assigned);
  if (field == "paused") return set_of(c.paused);
  if (field == "partitions") return field_text(static_cast<std::int64_t>(c.assigned.size()));
  return std::nullopt;
}

std::optional<std::string> read(const ClientView& c, std::string_view field) {
  if (field == "state") return std::string(to_string(c.state));
  if (c.kind == ClientKind::Producer) {
    if (field == "acks") return c.producer.acks < 0 ? "all" : field_text(c.producer.acks);
    if (field == "queued") return field_text(c.producer.records_queued);
    if (field == "acked") return field_text(c.producer.records_acked);
    if (field == "failed") return field_text(c.producer.records_failed);
    if (field == "error") return c.producer.last_error.empty() ? kNone : c.producer.last_error;
  } else {
    if (field == "consumed") return field_text(c.consumer.records_consumed);
    if (const auto text = read_member(c.consumer, field)) return text;
    if (field == "error") return c.consumer.last_error.empty() ? kNone : c.consumer.last_error;
  }
  return std::nullopt;
}

std::string value_or_none(const std::map<std::string, std::int64_t>& map, std::string_view key) {
  const auto it = map.find(std::string(key));
  return it == map.end() ? kNone : field_text(it->second);
}

const ClientView* client_named(const Snapshot& s, std::string_view name, ClientKind kind) {
  for (const ClientView& c : s.clients)
    if (c.name == name && c.kind == kind) return &c;
  return nullptr;
}

std::string read_quorum(const Snapshot& s, std::string_view field) {
  const QuorumSummary q = summarise_quorum(s);
  if (field == "epoch") return field_text(q.epoch);
  return node_or_none(field == "active" ? q.active_controller : q.leader);
}

std::string read_replica(const Snapshot& s, const Words& w) {
  const ReplicaView* replica =
      s.replica(static_cast<std::int32_t>(*number(w[1])), *partition_of(w[2]));
  if (replica == nullptr) return kNone;
  if (w[3] != "follower_end") return *read(*replica, w[3]);
  const auto it = replica->follower_ends.find(static_cast<std::int32_t>(*number(w[4])));
  return it == replica->follower_ends.end() ? kNone : field_text(it->second);
}

std::string read_client(const Snapshot& s, const Words& w) {
  const bool producer = w[0] == "producer";
  const ClientView* client =
      client_named(s, w[1], producer ? ClientKind::Producer : ClientKind::Consumer);
  if (client == nullptr) return kNone;
  if (w[2] == "last_acked") return value_or_none(client->producer.last_acked, w[3]);
  if (w[2] == "position") return value_or_none(client->consumer.positions, w[3]);
  if (w[2] == "committed") return value_or_none(client->consumer.committed, w[3]);
  if (w[2] == "lag") return value_or_none(client->consumer.lag, w[3]);
  if (w[2] == "reads_from") {
    const auto it = client->consumer.read_replicas.find(std::string(w[3]));
    return it == client->consumer.read_replicas.end() ? "leader" : field_text(it->second);
  }
  return *read(*client, w[2]);
}

// ---- checking ---------------------------------------------------------------------------------

Error wrong(std::string_view path, std::string_view expected) {
  return {ErrorKind::Invalid, fmt::format("\"{}\": expected {}", path, expected)};
}

Result<void> check_client(std::string_view path, const Words& w) {
  ClientView blank;
  const bool producer = w[0] == "producer";
  blank.kind = producer ? ClientKind::Producer : ClientKind::Consumer;
  const char* fields = producer
                           ? "state, acks, queued, acked, failed, error or last_acked PARTITION"
                           : "state, consumed, processed, error, group, member, membership, "
                             "generation, coordinator, application, assigned, partitions, paused, "
                             "position PARTITION, committed PARTITION, lag PARTITION or "
                             "reads_from PARTITION";
  if (w.size() < 3) return wrong(path, fmt::format("{} NAME and one of {}", w[0], fields));
  const bool by_partition =
      producer ? w[2] == "last_acked"
               : w[2] == "position" || w[2] == "lag" || w[2] == "committed" || w[2] == "reads_from";
  if (by_partition) {
    if (w.size() != 4 || !partition_of(w[3])) return wrong(path, "a partition such as orders-0");
  } else if (w.size() != 3 || !read(blank, w[2])) {
    return wrong(path, fmt::format("one of {}", fields));
  }
  return {};
}

Result<void> check_replica(std::string_view path, const Words& w) {
  if (w.size() < 4 || !number(w[1]) || !partition_of(w[2]))
    return wrong(path, "replica BROKER PARTITION FIELD, such as replica 2 orders-0 hw");
  const bool with_follower = w[3] == "follower_end";
  if (with_follower && (w.size() != 5 || !number(w[4])))
    return wrong(path, "follower_end and the follower's number");
  if (!with_follower && (w.size() != 4 || !read(ReplicaView{}, w[3])))
    return wrong(path,
                 "one of role, leader, epoch, leo, hw, log_start, flushed, epochs, isr, "
                 "maximal_isr, low_watermark, follower_end N");
  return {};
}

}  // namespace

Result<void> check_path(std::string_view path) {
  const Words w = split(path);
  if (w.size() == 2 && w[0] == "quorum" && (w[1] == "leader" || w[1] == "epoch")) return {};
  if (w.size() == 2 && w[0] == "controller" && w[1] == "active") return {};
  if (w.size() == 2 && w[1] == "count" &&
      (w[0] == "frames" || w[0] == "links" || w[0] == "violations"))
    return {};
  if (w.empty()) return wrong(path, "a path such as partition orders-0 leader");
  if (w[0] == "replica") return check_replica(path, w);
  if (w[0] == "producer" || w[0] == "consumer") return check_client(path, w);
  if (w[0] == "group") return check_group_path(path, w);
  if (w[0] == "partition") {
    if (w.size() == 3 && partition_of(w[1]) && read(PartitionView{}, w[2])) return {};
    return wrong(path,
                 "partition NAME-N and one of leader, epoch, partition_epoch, isr, osr, replicas, "
                 "adding, removing, elr");
  }
  if (w[0] == "controller") {
    if (w.size() == 3 && number(w[1]) && read_controller(NodeView{}, w[2])) return {};
    return wrong(path,
                 "controller active, or controller N and one of role, epoch, leader, "
                 "voted_for, leo, hw, is_voter, log_start, loaded_to, snapshot, snapshots, "
                 "voters, kraft_version");
  }
  if (w[0] == "broker") {
    if (w.size() == 3 && number(w[1]) && read(Snapshot{}, NodeView{}, w[2])) return {};
    return wrong(path,
                 "broker N and one of state, lifecycle, incarnation, fenced, epoch, "
                 "metadata_offset, requests_waiting, delayed_produces, delayed_fetches, "
                 "delayed_deletes, fetch_sessions");
  }
  return wrong(path,
               "quorum, controller, broker, partition, replica, producer, consumer, group, "
               "frames, links or violations first");
}

std::string read_path(const Snapshot& s, std::string_view path) {
  KCHECK(check_path(path).ok());
  const Words w = split(path);
  if (w[1] == "count") {
    if (w[0] == "frames") return field_text(static_cast<std::int64_t>(s.frames.size()));
    if (w[0] == "links") return field_text(static_cast<std::int64_t>(s.links.size()));
    return field_text(static_cast<std::int64_t>(s.violations.size()));
  }
  if (w.size() == 2) return read_quorum(s, w[1]);
  if (w[0] == "replica") return read_replica(s, w);
  if (w[0] == "producer" || w[0] == "consumer") return read_client(s, w);
  if (w[0] == "group") return read_group_path(s, w);
  if (w[0] == "partition") {
    const PartitionView* p = s.partition(*partition_of(w[1]));
    return p == nullptr ? kNone : *read(*p, w[2]);
  }
  const NodeView* node = s.node(static_cast<std::int32_t>(*number(w[1])));
  if (node == nullptr) return kNone;
  return w[0] == "controller" ? *read_controller(*node, w[2]) : *read(s, *node, w[2]);
}

std::optional<Comparison> parse_comparison(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(Comparison::GreaterOrEqual); ++i)
    if (text == to_string(static_cast<Comparison>(i))) return static_cast<Comparison>(i);
  return std::nullopt;
}

const char* to_string(Comparison comparison) {
  static constexpr const char* kNames[] = {"==", "!=", "<", "<=", ">", ">="};
  return kNames[static_cast<std::size_t>(comparison)];
}

namespace {

/// "{2,1}" -> {"1","2"}; anything else is one element.
std::vector<std::string> as_set(std::string_view text) {
  std::vector<std::string> out;
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return {std::string(text)};
  text = text.substr(1, text.size() - 2);
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    out.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  std::sort(out.begin(), out.end());
  return out;
}

template <class T>
bool holds(const T& left, Comparison comparison, const T& right) {
  switch (comparison) {
    case Comparison::Equal:
      return left == right;
    case Comparison::NotEqual:
      return left != right;
    case Comparison::Less:
      return left < right;
    case Comparison::LessOrEqual:
      return left <= right;
    case Comparison::Greater:
      return left > right;
    case Comparison::GreaterOrEqual:
      return left >= right;
  }
  return false;
}

}  // namespace

namespace {

/// With decimals: metrics have them. Nothing for offsets beyond 2^53, which are whole anyway.
std::optional<double> decimal(std::string_view text) {
  double value = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

bool compare(std::string_view left, Comparison comparison, std::string_view right) {
  const auto a = number(left), b = number(right);
  if (a && b) return holds(*a, comparison, *b);
  const auto x = decimal(left), y = decimal(right);
  if (x && y) return holds(*x, comparison, *y);
  if (comparison == Comparison::Equal) return as_set(left) == as_set(right);
  if (comparison == Comparison::NotEqual) return as_set(left) != as_set(right);
  return false;
}

}  // namespace kscope::cluster
