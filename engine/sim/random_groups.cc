#include "engine/sim/random_groups.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "engine/sim/world_state.h"

namespace kscope::sim {
namespace {

constexpr std::uint64_t kGroupStream = 0x47726f757073;
constexpr std::size_t kMost = 4;

/// Time-outs a few times shorter than Kafka's, as everything in a random run.
constexpr const char* kSettings =
    "from=earliest max.poll.interval.ms=4000"
    " auto.commit.interval.ms=700 request.timeout.ms=2000 default.api.timeout.ms=4000"
    " retry.backoff.ms=100";
/// In the new protocol the coordinator says these.
constexpr const char* kClassicSettings = "session.timeout.ms=2500 heartbeat.interval.ms=600";

}  // namespace

RandomGroups::RandomGroups(std::uint64_t seed, World& world)
    : luck_(seed * 0x9e3779b97f4a7c15ULL + kGroupStream), world_(world) {
  static constexpr const char* kAssignors[] = {"range",
                                               "roundrobin",
                                               "sticky",
                                               "cooperative-sticky",
                                               "cooperative-sticky",
                                               "cooperative-sticky,range"};
  static constexpr const char* kCommits[] = {"auto", "auto", "after", "before", "async"};
  on_ = luck_.chance(1, 2);
  assignor_ = kAssignors[luck_.below(std::size(kAssignors))];
  commit_ = kCommits[luck_.below(std::size(kCommits))];
  static_members_ = luck_.chance(1, 3);
  if (luck_.chance(1, 2)) protocol_ = luck_.chance(2, 3) ? Protocol::Consumer : Protocol::Both;
}

const std::vector<RandomGroups::Act>& RandomGroups::acts() {
  static const std::vector<Act> list = {
      {"join the group", false, 4, &RandomGroups::join},
      {"leave the group", false, 2, &RandomGroups::leave},
      {"commit", false, 1, &RandomGroups::commit},
      {"change what a member reads", false, 1, &RandomGroups::change_topics},
      {"let a member go on", false, 4, &RandomGroups::go_on},
      {"crash a member", true, 2, &RandomGroups::crash},
      {"freeze a member", true, 2, &RandomGroups::freeze},
      {"stall an application", true, 2, &RandomGroups::stall},
      {"cut a member off", true, 1, &RandomGroups::cut_off},
  };
  return list;
}

void RandomGroups::start() {
  if (!on_) return;
  const std::int64_t first = luck_.between(1, 3);
  for (std::int64_t i = 0; i < first; ++i) join();
}

const RandomGroups::Act* RandomGroups::one_thing() {
  if (!on_ || !luck_.chance(1, 4)) return nullptr;
  int total = 0;
  for (const Act& act : acts()) total += act.weight;
  auto dice = static_cast<int>(luck_.below(static_cast<std::uint64_t>(total)));
  for (const Act& act : acts()) {
    dice -= act.weight;
    if (dice >= 0) continue;
    const std::size_t before = world_.inputs().size();
    (this->*act.run)();
    return world_.inputs().size() > before ? &act : nullptr;
  }
  return nullptr;
}

void RandomGroups::heal() {
  if (!on_) return;
  for (const Member& member : alive()) {
    apply("resume " + member.name);
    apply("continue " + member.name);
  }
  // A group that went back to the classic protocol just when its coordinator died stands as it was
  // stored, without what the leaving member had, until somebody comes or goes; in Kafka, too.
  if (alive().empty() || protocol_ == Protocol::Both) add_member();
}

// ---- who is there -------------------------------------------------------------------------------

bool RandomGroups::apply(const std::string& command) { return world_.apply(command).ok(); }

bool RandomGroups::is_alive(const std::string& name) const {
  for (const auto& [id, slot] : world_.state().clients)
    if (slot.client.name() == name) return slot.alive();
  return false;
}

std::vector<RandomGroups::Member> RandomGroups::alive() const {
  std::vector<Member> there;
  for (const Member& member : members_)
    if (is_alive(member.name)) there.push_back(member);
  return there;
}

std::string RandomGroups::any_member() {
  const std::vector<Member> there = alive();
  const std::uint64_t dice = luck_.next();
  return there.empty() ? std::string() : there[dice % there.size()].name;
}

/// Mostly one that is free.
std::string RandomGroups::any_seat() {
  const bool any = luck_.chance(1, 8);
  const std::string drawn = fmt::format("seat-{}", luck_.between(1, kMost));
  const std::vector<Member> there = alive();
  const auto taken = [&](const std::string& seat) {
    return std::any_of(there.begin(), there.end(), [&](const Member& m) { return m.seat == seat; });
  };
  if (any || !taken(drawn)) return drawn;
  for (std::size_t i = 1; i <= kMost; ++i)
    if (const std::string seat = fmt::format("seat-{}", i); !taken(seat)) return seat;
  return drawn;
}

// ---- acts ---------------------------------------------------------------------------------------

void RandomGroups::join() {
  if (alive().size() < kMost) add_member();
}

void RandomGroups::add_member() {
  Member member{fmt::format("m{}", members_.size() + 1), static_members_ ? any_seat() : ""};
  const bool slow = luck_.chance(1, 4);
  const std::string seat = member.seat.empty() ? "" : " instance=" + member.seat;
  const std::string work = slow ? " processing=30ms max.poll.records=50" : "";
  const bool began =
      apply(fmt::format("consumer {} group=billing topics=orders,payments {}"
                        " commit={}{}{} {}",
                        member.name, draw_protocol(), commit_, seat, work, kSettings));
  if (began) members_.push_back(std::move(member));
}

std::string RandomGroups::draw_protocol() {
  const bool is_new =
      protocol_ == Protocol::Consumer || (protocol_ == Protocol::Both && luck_.chance(1, 2));
  if (!is_new) return fmt::format("assignor={} {}", assignor_, kClassicSettings);
  return luck_.chance(1, 4) ? "protocol=consumer group.remote.assignor=range" : "protocol=consumer";
}

void RandomGroups::leave() {
  const std::string name = any_member();
  if (!name.empty()) apply("close " + name);
}

void RandomGroups::crash() {
  const std::string name = any_member();
  if (!name.empty()) apply("crash " + name);
}

/// As a long garbage collection does: heartbeats stop, too.
void RandomGroups::freeze() {
  const std::string name = any_member();
  if (!name.empty()) apply("pause " + name);
}

/// Heartbeats go on, poll() is not called any more.
void RandomGroups::stall() {
  const std::string name = any_member();
  if (!name.empty()) apply("stall " + name);
}

void RandomGroups::go_on() {
  for (const Member& member : alive())
    if (apply("resume " + member.name) || apply("continue " + member.name)) return;
}

void RandomGroups::commit() {
  const std::string name = any_member();
  if (!name.empty()) apply("commit " + name);
}

void RandomGroups::change_topics() {
  const std::string name = any_member();
  const bool all = luck_.chance(2, 3);
  if (!name.empty())
    apply(fmt::format("subscribe {} {}", name, all ? "orders,payments" : "orders"));
}

void RandomGroups::cut_off() {
  const std::string name = any_member();
  const std::int64_t node = luck_.between(1, world_.spec().brokers);
  if (!name.empty()) apply(fmt::format("cut {} {}", name, node));
}

// ---- at rest ------------------------------------------------------------------------------------

namespace {

using Readers = std::vector<const cluster::ClientView*>;

Readers readers_of(const cluster::Snapshot& s, const std::string& group) {
  Readers readers;
  for (const cluster::ClientView& c : s.clients) {
    const bool member = c.consumer.group == group && !c.consumer.subscription.empty();
    const bool runs = c.state == cluster::NodeState::Running && c.consumer.application != "ended";
    if (member && runs) readers.push_back(&c);
  }
  return readers;
}

bool subscribes(const cluster::ClientView& reader, const std::string& topic) {
  const auto& topics = reader.consumer.subscription;
  return std::find(topics.begin(), topics.end(), topic) != topics.end();
}

/// A commit of the application's may fail, in a rebalance for one, and the next one comes with the
/// next records. Only automatic commits tell the last position again and again.
bool commits_again(const Readers& readers) {
  return std::all_of(readers.begin(), readers.end(), [](const auto* r) {
    const auto commit = r->settings.find("commit");
    return commit != r->settings.end() && commit->second == "auto";
  });
}

std::string partition_trouble(const cluster::Snapshot& s, const cluster::GroupView& group,
                              const Readers& readers, const cluster::PartitionView& p) {
  const std::string name = p.partition.str();
  const auto wants = [&](const auto* r) { return subscribes(*r, p.partition.topic); };
  if (std::none_of(readers.begin(), readers.end(), wants)) return {};
  const auto has = [&](const auto* r) {
    const auto& assigned = r->consumer.assigned;
    return std::find(assigned.begin(), assigned.end(), name) != assigned.end();
  };
  const auto owners = std::count_if(readers.begin(), readers.end(), has);
  if (owners != 1) return fmt::format("{} has {} readers in group {}", name, owners, group.id);
  const auto committed = group.committed.find(name);
  const auto* leader = s.replica(p.leader, p.partition);
  if (committed == group.committed.end() || leader == nullptr) return {};
  const std::int64_t at = std::max(committed->second.offset, leader->log_start);
  if (at >= leader->log_end || !commits_again(readers)) return {};
  return fmt::format("group {} has committed {} of {}, which ends at {}", group.id, at, name,
                     leader->log_end);
}

std::string trouble_of(const cluster::Snapshot& s, const cluster::GroupView& group) {
  if (!group.loaded) return fmt::format("nobody coordinates group {}", group.id);
  const Readers readers = readers_of(s, group.id);
  if (group.members.size() != readers.size())
    return fmt::format("group {} has {} members, and {} consumers are there", group.id,
                       group.members.size(), readers.size());
  if (readers.empty()) return {};
  if (group.state != event::GroupState::Stable)
    return fmt::format("group {} is {}", group.id, event::to_string(group.state));
  for (const auto* reader : readers)
    if (reader->consumer.state != event::ConsumerState::Stable)
      return fmt::format("{} is {}", reader->name, event::to_string(reader->consumer.state));
  for (const auto& p : s.metadata.partitions)
    if (std::string trouble = partition_trouble(s, group, readers, p); !trouble.empty())
      return trouble;
  return {};
}

}  // namespace

std::string group_trouble(const cluster::Snapshot& snapshot) {
  for (const cluster::GroupView& group : snapshot.groups)
    if (std::string trouble = trouble_of(snapshot, group); !trouble.empty()) return trouble;
  for (const cluster::ClientView& c : snapshot.clients) {
    const bool runs = c.state == cluster::NodeState::Running && c.consumer.application != "ended";
    if (runs && !c.consumer.subscription.empty() && c.consumer.member.empty())
      return fmt::format("{} is in no group", c.name);
  }
  return {};
}

}  // namespace kscope::sim
