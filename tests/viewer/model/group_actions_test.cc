// Goal: every button of the screen "Groups" is a command that the engine takes, and does what its
// label says. Method: a running group of two, one button, and what the cluster is like afterwards.
#include "viewer/model/group_actions.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/viewer/group_runs.h"

namespace kscope::viewer {

namespace {

struct Running {
  explicit Running(const std::string& settings) : machine(testing::running_group(settings)) {}
  const cluster::GroupView& group() {
    const auto& groups = machine->snapshot().groups;
    REQUIRE(groups.size() == 1);
    return groups[0];
  }
  const cluster::ClientView& consumer(const std::string& name) {
    for (const cluster::ClientView& client : machine->snapshot().clients) {
      if (client.name == name) return client;
    }
    FAIL("there is no client " << name);
    return machine->snapshot().clients.front();
  }
  void press(const std::vector<Action>& actions, const std::string& label) {
    const auto it = std::find_if(actions.begin(), actions.end(), [&](const Action& action) {
      return action.label.find(label) != std::string::npos;
    });
    INFO(label);
    REQUIRE(it != actions.end());
    CHECK(it->why_not.empty());
    REQUIRE_FALSE(it->commands.empty());
    for (const std::string& command : it->commands) {
      const Result<bool> done = machine->act(command);
      INFO(command);
      INFO((done.ok() ? std::string() : done.error().message));
      REQUIRE(done.ok());
    }
  }
  void press_on_group(const std::string& label) {
    press(group_actions(machine->snapshot(), group()), label);
  }
  void press_on(const std::string& consumer_name, const std::string& label) {
    press(consumer_actions(consumer(consumer_name)), label);
  }
  void run(Duration time) { machine->run_until(machine->now() + time); }
  /// Partitions that all members of the group have together.
  std::size_t given_out() {
    std::size_t count = 0;
    for (const auto& member : group().members) count += member.assigned.size();
    return count;
  }
  std::unique_ptr<TimeMachinePort> machine;
};

constexpr const char* kBoth[] = {"assignor=cooperative-sticky session.timeout.ms=6000",
                                 "protocol=consumer"};

}  // namespace

TEST_CASE("the button that adds a consumer: it joins with the settings of the others") {
  for (const char* settings : kBoth) {
    INFO(settings);
    Running r(settings);
    r.press_on_group("Add consumer-1");
    r.run(seconds(15));
    CHECK(r.group().members.size() == 3);
    CHECK(r.group().state == event::GroupState::Stable);
    CHECK(r.group().consumer_protocol == (std::string(settings) == "protocol=consumer"));
    CHECK(r.consumer("consumer-1").consumer.group == "billing");
    const auto& like = r.consumer("c1").settings;
    for (const char* name : {"partition.assignment.strategy", "group.protocol"}) {
      if (like.count(name) > 0) CHECK(r.consumer("consumer-1").settings.at(name) == like.at(name));
    }
  }
}

TEST_CASE("the button for one partition more: somebody gets it") {
  for (const char* settings : kBoth) {
    INFO(settings);
    Running r(settings);
    CHECK(r.given_out() == 2);
    r.press_on_group("orders gets 3 partitions");
    r.run(seconds(20));
    REQUIRE(r.machine->snapshot().partition({"orders", 2}) != nullptr);
    CHECK(r.given_out() == 3);
  }
}

TEST_CASE("the buttons for subscriptions: one topic more, one topic less") {
  for (const char* settings : kBoth) {
    INFO(settings);
    Running r(settings);
    r.press_on_group("Subscribe to payments");
    r.run(seconds(20));
    CHECK(r.given_out() == 4);
    r.press_on_group("Give payments up");
    r.run(seconds(20));
    CHECK(r.given_out() == 2);
    CHECK(r.consumer("c1").consumer.subscription == std::vector<std::string>{"orders"});
  }
}

TEST_CASE("the button that crashes the coordinator: another broker goes on") {
  for (const char* settings : kBoth) {
    INFO(settings);
    Running r(settings);
    const std::int32_t before = r.group().coordinator;
    r.press_on_group("Crash the coordinator");
    r.run(millis(200));
    CHECK(r.machine->snapshot().node(before)->state == cluster::NodeState::Crashed);
    r.run(seconds(40));
    CHECK(r.group().coordinator != before);
    CHECK(r.group().loaded);
    CHECK(r.group().members.size() == 2);
  }
}

TEST_CASE("the button that crashes a consumer: its partition goes to the other after its session") {
  Running r(kBoth[0]);
  r.press_on("c2", "Crash");
  r.run(seconds(1));
  CHECK(r.group().members.size() == 2);  // nobody knows yet
  CHECK_FALSE(consumer_actions(r.consumer("c2")).front().why_not.empty());
  r.run(seconds(15));
  CHECK(r.group().members.size() == 1);
  CHECK(r.consumer("c1").consumer.assigned.size() == 2);
}

TEST_CASE("the buttons that stall a consumer and let it go on") {
  for (const char* settings : kBoth) {
    INFO(settings);
    Running r(settings);
    r.press_on("c1", "Stall poll()");
    CHECK(r.consumer("c1").consumer.stalled);
    r.run(seconds(10));
    CHECK(r.group().members.size() == 2);  // its heartbeats go on
    r.press_on("c1", "Poll again");
    CHECK_FALSE(r.consumer("c1").consumer.stalled);
  }
}

TEST_CASE("the button with which a consumer leaves: the other takes over") {
  for (const char* settings : kBoth) {
    INFO(settings);
    Running r(settings);
    r.press_on("c2", "Leave");
    r.run(seconds(12));
    CHECK(r.group().members.size() == 1);
    CHECK(r.consumer("c1").consumer.assigned.size() == 2);
  }
}

TEST_CASE("where there is no group: both buttons make one") {
  for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
    Running r(kBoth[0]);
    const auto config = r.machine->cluster_config();
    const std::vector<Action> first = first_group_actions("payments", config);
    REQUIRE(first.size() == 2);
    CHECK(first[which].why_not.empty());
    for (std::string command : first[which].commands) {
      command.replace(command.find("group=billing"), 13, "group=another");
      REQUIRE(r.machine->act(command).ok());
    }
    r.run(seconds(15));
    REQUIRE(r.machine->snapshot().groups.size() == 2);
    const cluster::GroupView& made = r.machine->snapshot().groups[0];
    CHECK(made.id == "another");
    CHECK(made.members.size() == 2);
    CHECK(made.consumer_protocol == (which == 1));
  }
  // Brokers that speak the classic protocol only: the second one says so.
  CHECK_FALSE(first_group_actions("payments", {})[1].why_not.empty());
}

}  // namespace kscope::viewer
