// The fault model, act by act. Kafka runs over TCP: frames of one connection keep their order and
// are only lost together with it; reordering happens between connections, through links and frames
// that take longer than others.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "engine/sim/random_storm.h"

namespace kscope::sim {
namespace {

using cluster::NodeState;
using Storm = RandomStorm;

// ---- using it ---------------------------------------------------------------------------------

const char* any_topic(Storm& s) { return s.luck().chance(1, 2) ? "orders" : "payments"; }

void send(Storm& s) {
  const char* producer = s.luck().chance(1, 3) ? "fast" : "safe";
  const char* topic = any_topic(s);
  const std::int64_t count = s.luck().between(1, 20);
  const std::int64_t size = s.luck().between(10, 200);
  const std::int64_t every = s.luck().between(0, 20);
  s.apply(fmt::format("send {} {} count={} size={} every={}ms{}", producer, topic, count, size,
                      every, s.topics().compacted ? " keys=7" : ""));
}

void send_tombstones(Storm& s) {
  const char* topic = any_topic(s);
  if (s.topics().compacted)
    s.apply(fmt::format("send safe {} tombstone keys=3 count=3", topic));
  else
    s.apply(fmt::format("send safe {} count=1 size=2000", topic));
}

void elect(Storm& s) { s.apply(fmt::format("elect {}-0", any_topic(s))); }

/// All of them, or up to some record within a batch.
void delete_records(Storm& s) {
  if (!s.topics().retained) return;
  const bool all = s.luck().chance(1, 2);
  const std::int64_t before = s.luck().between(1, 40);
  s.apply("delete-records payments-0 before=" + (all ? "end" : std::to_string(before)));
}

void seek_back(Storm& s) { s.apply("seek reader orders-0 0"); }

void create_topic(Storm& s) {
  if (s.topics_made() >= 6) return;
  const int number = s.next_topic();
  const std::int64_t partitions = s.luck().between(1, 2);
  s.apply(fmt::format("topic extra-{} partitions={} replicas=3", number, partitions));
  s.apply(fmt::format("send safe extra-{} count=5", number));
}

void delete_topic(Storm& s) {
  if (s.topics_made() == 0) return;
  s.apply(fmt::format("delete-topic extra-{}", s.luck().between(1, s.topics_made())));
}

// ---- administering it -------------------------------------------------------------------------

/// Two or three of the nodes, in any order.
std::string any_replicas(Storm& s) {
  std::vector<std::int32_t> nodes;
  const std::int64_t most = std::min(s.world().spec().brokers, 3);
  const std::int64_t wanted = s.luck().between(std::min<std::int64_t>(2, most), most);
  while (static_cast<std::int64_t>(nodes.size()) < wanted) {
    const std::int32_t node = s.any_node();
    if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) nodes.push_back(node);
  }
  return fmt::format("{}", fmt::join(nodes, ":"));
}

/// Whoever is moved away takes its copy along: not while another one may have lost records.
void reassign(Storm& s) {
  if (s.holds_its_breath()) return;
  const char* topic = any_topic(s);
  s.apply(fmt::format("reassign {}-0 to={}", topic, any_replicas(s)));
}

void call_off(Storm& s) { s.apply(fmt::format("reassign {}-0 cancel", any_topic(s))); }

void alter_topic(Storm& s) {
  static constexpr const char* kChanges[] = {
      "segment.bytes=2000",       "segment.bytes=100000",      "delete=segment.bytes",
      "max.message.bytes=5000",   "flush.messages=1",          "delete=flush.messages",
      "delete=max.message.bytes", "index.interval.bytes=200",  "min.insync.replicas=1",
      "min.insync.replicas=2",    "delete=min.insync.replicas"};
  const char* topic = any_topic(s);
  s.apply(fmt::format("alter-config topic={} {}", topic,
                      kChanges[s.luck().below(std::size(kChanges))]));
}

void alter_brokers(Storm& s) {
  static constexpr const char* kChanges[] = {
      "cluster num.io.threads=4", "cluster num.io.threads=12", "cluster log.segment.bytes=3000",
      "cluster delete=num.io.threads,log.segment.bytes", "cluster log.cleaner.backoff.ms=500"};
  const bool one = s.luck().chance(1, 3);
  const std::int32_t node = s.any_node();
  if (one)
    s.apply(fmt::format("alter-config broker={} num.io.threads={}", node, s.luck().between(4, 16)));
  else
    s.apply(fmt::format("alter-config {}", kChanges[s.luck().below(std::size(kChanges))]));
}

void add_partitions(Storm& s) {
  if (s.topics_made() == 0) return;
  const std::int64_t topic = s.luck().between(1, s.topics_made());
  s.apply(fmt::format("create-partitions extra-{} count={}", topic, s.luck().between(2, 4)));
}

// ---- mending it -------------------------------------------------------------------------------

void bring_back(Storm& s) {
  const std::int32_t first = s.any_node(), count = s.world().spec().brokers;
  for (std::int32_t i = 0; i < count; ++i) {
    const std::int32_t node = (first - 1 + i) % count + 1;
    const NodeState state = s.state_of(node);
    if (state == NodeState::Running) continue;
    s.apply(fmt::format("{} {}", state == NodeState::Paused ? "resume" : "start", node));
    return;
  }
}

void heal_links(Storm& s) { s.apply("heal all"); }

void heal_disks(Storm& s) {
  for (std::int32_t n = 1; n <= s.world().spec().brokers; ++n)
    s.apply(fmt::format("disk {} ok", n));
}

// ---- processes --------------------------------------------------------------------------------

void on_running_node(Storm& s, const char* verb) {
  const std::int32_t node = s.any_running_node();
  if (node > 0) s.apply(fmt::format("{} {}", verb, node));
}

void crash(Storm& s) { on_running_node(s, "crash"); }
void pause(Storm& s) { on_running_node(s, "pause"); }
void stop(Storm& s) { on_running_node(s, "stop"); }
void restart(Storm& s) { on_running_node(s, "restart"); }

void power_loss(Storm& s) {
  const std::int32_t node = s.any_running_node();
  if (node > 0 && s.may_cut_power()) s.apply(fmt::format("crash {} power", node));
}

void crash_controller(Storm& s) {
  const std::int32_t node = s.active_controller();
  if (node > 0) s.apply(fmt::format("crash {}", node));
}

void crash_leader(Storm& s) {
  const std::int32_t node = s.leader_of_something();
  if (node > 0) s.apply(fmt::format("crash {}", node));
}

void pause_leader(Storm& s) {
  const std::int32_t node = s.leader_of_something();
  if (node > 0) s.apply(fmt::format("pause {}", node));
}

void restart_everything(Storm& s) {
  for (std::int32_t n = 1; n <= s.world().spec().brokers; ++n)
    s.apply(fmt::format("restart {}", n));
}

void skew(Storm& s) {
  const std::int32_t node = s.any_node();
  const bool back = s.luck().chance(1, 2);
  s.apply(fmt::format("skew {} {}{}ms", node, back ? "-" : "", s.luck().between(0, 60000)));
}

// ---- the network ------------------------------------------------------------------------------

void cut(Storm& s) {
  const std::int32_t node = s.any_node();
  s.apply(fmt::format("cut {} {}", node, s.any_peer(node)));
}

void cut_one_way(Storm& s) {
  const std::int32_t node = s.any_node();
  const std::string peer = s.any_peer(node);
  const bool outwards = s.luck().chance(1, 2);
  s.apply(outwards ? fmt::format("cut {} -> {}", node, peer)
                   : fmt::format("cut {} -> {}", peer, node));
}

void isolate(Storm& s) { s.isolate(s.any_node()); }

void isolate_controller(Storm& s) {
  const std::int32_t node = s.active_controller();
  if (node > 0) s.isolate(node);
}

void isolate_leader(Storm& s) {
  const std::int32_t node = s.leader_of_something();
  if (node > 0) s.isolate(node);
}

void slow(Storm& s) {
  const std::int32_t node = s.any_node();
  const std::string peer = s.any_peer(node);
  const std::int64_t extra = s.luck().between(5, 400);
  const bool one_way = s.luck().chance(1, 2);
  s.apply(fmt::format("slow {} {}{} {}ms", node, one_way ? "-> " : "", peer, extra));
}

void reset(Storm& s) {
  const std::int32_t node = s.any_node();
  s.apply(fmt::format("reset {} {}", node, s.any_peer(node)));
}

void on_any_frame(Storm& s, const char* before, const std::string& after) {
  const auto frames = s.world().snapshot().frames;
  if (frames.empty()) return;
  const auto& frame = frames[s.luck().below(frames.size())];
  s.apply(fmt::format("{} {}{}", before, frame.id.value(), after));
}

void delay_frame(Storm& s) {
  const std::int64_t extra = s.luck().between(1, 1500);
  on_any_frame(s, "delay", fmt::format(" {}ms", extra));
}

void lose_frame(Storm& s) { on_any_frame(s, "lose", ""); }

/// Delivered, and its answer lost (or not even delivered): whoever asked cannot tell which.
void lose_next(Storm& s) {
  static constexpr const char* kApis[] = {"Produce", "Fetch",           "AlterPartition",
                                          "Vote",    "BrokerHeartbeat", "BeginQuorumEpoch"};
  const std::int32_t a = s.any_node(), b = s.any_node();
  if (a == b) return;
  const std::uint64_t api = s.luck().below(std::size(kApis));
  const bool response = s.luck().chance(1, 2);
  const std::string from = api == 0 && !response ? "safe" : std::to_string(a);
  const std::string to = api == 0 && response ? "safe" : std::to_string(b);
  s.apply(fmt::format("lose next {} {} {} -> {}", kApis[api], response ? "response" : "request",
                      from, to));
}

// ---- disks ------------------------------------------------------------------------------------

void slow_disk(Storm& s) {
  const std::int32_t node = s.any_node();
  s.apply(fmt::format("disk {} slow {}ms", node, s.luck().between(1, 80)));
}

void full_disk(Storm& s) { s.apply(fmt::format("disk {} full", s.any_node())); }
void failing_disk(Storm& s) { s.apply(fmt::format("disk {} failing", s.any_node())); }

}  // namespace

const std::vector<Act>& all_acts() {
  static const std::vector<Act> acts = {
      {"send", ActKind::Use, 20, send},
      {"send tombstones", ActKind::Use, 2, send_tombstones},
      {"elect the preferred leader", ActKind::Use, 2, elect},
      {"delete records", ActKind::Use, 1, delete_records},
      {"read again from the start", ActKind::Use, 1, seek_back},
      {"create a topic", ActKind::Use, 1, create_topic},
      {"delete a topic", ActKind::Use, 1, delete_topic},
      {"move a partition", ActKind::Use, 2, reassign},
      {"call a move off", ActKind::Use, 1, call_off},
      {"change a topic's settings", ActKind::Use, 1, alter_topic},
      {"change the brokers' settings", ActKind::Use, 1, alter_brokers},
      {"add partitions", ActKind::Use, 1, add_partitions},
      {"bring a node back", ActKind::Mend, 12, bring_back},
      {"heal all links", ActKind::Mend, 8, heal_links},
      {"repair the disks", ActKind::Mend, 4, heal_disks},
      {"crash a process", ActKind::Fault, 0, crash},
      {"crash a leader", ActKind::Fault, 0, crash_leader},
      {"crash the controller", ActKind::Fault, 0, crash_controller},
      {"cut the power", ActKind::Fault, 0, power_loss},
      {"pause a process", ActKind::Fault, 0, pause},
      {"pause a leader", ActKind::Fault, 0, pause_leader},
      {"shut down", ActKind::Fault, 0, stop},
      {"restart", ActKind::Fault, 0, restart},
      {"restart everything", ActKind::Fault, 0, restart_everything},
      {"skew a clock", ActKind::Fault, 0, skew},
      {"cut a link", ActKind::Fault, 0, cut},
      {"cut a link one way", ActKind::Fault, 0, cut_one_way},
      {"isolate a node", ActKind::Fault, 0, isolate},
      {"isolate the controller", ActKind::Fault, 0, isolate_controller},
      {"isolate a leader", ActKind::Fault, 0, isolate_leader},
      {"slow a link", ActKind::Fault, 0, slow},
      {"reset connections", ActKind::Fault, 0, reset},
      {"delay a frame", ActKind::Fault, 0, delay_frame},
      {"lose a frame", ActKind::Fault, 0, lose_frame},
      {"lose the next of a kind", ActKind::Fault, 0, lose_next},
      {"slow a disk", ActKind::Fault, 0, slow_disk},
      {"fill a disk", ActKind::Fault, 0, full_disk},
      {"fail a disk", ActKind::Fault, 0, failing_disk},
  };
  return acts;
}

}  // namespace kscope::sim
