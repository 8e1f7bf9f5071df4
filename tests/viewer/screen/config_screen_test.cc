// Goal: the screen "Config" is drawn cleanly with any setting chosen, and what is written into its
// field becomes a command. Method: as layout_test and use_test.
#include <fmt/format.h>

#include "tests/catch.h"
#include "tests/viewer/fake_machine.h"
#include "tests/viewer/screen/driver.h"

namespace kscope::viewer {

using testing::Driver;
using testing::Size;

namespace {

const ConfigOwner kAllBrokers{ConfigOwnerKind::AllBrokers, ""};
const ConfigOwner kBroker{ConfigOwnerKind::Broker, "1"};
const ConfigOwner kTopic{ConfigOwnerKind::Topic, "orders"};

std::unique_ptr<Driver> open(Size size, const ConfigOwner& owner, const std::string& chosen) {
  auto driver = std::make_unique<Driver>(testing::failover_machine(), size);
  driver->ui().state.tab = "Config";
  driver->ui().config.question.owner = owner;
  driver->ui().config.chosen = chosen;
  driver->frames(3);
  return driver;
}

}  // namespace

TEST_CASE("every owner's settings are drawn without a cut or covered label at every size") {
  for (const Size& size : {Size{1280, 800}, Size{1680, 1020}, Size{2560, 1440}}) {
    for (const auto& [owner, chosen] :
         {std::pair{kAllBrokers, "unclean.leader.election.enable"},
          std::pair{kBroker, "listeners"}, std::pair{kBroker, "queued.max.requests"},
          std::pair{kTopic, "follower.replication.throttled.replicas"},
          std::pair{kTopic, "retention.ms"}}) {
      const auto driver = open(size, owner, chosen);
      for (const std::string& problem : driver->report().problems()) {
        FAIL_CHECK(fmt::format("{} {} at {}: {}", owner.label(), chosen, size.width, problem));
      }
      CHECK(driver->report().shows(chosen));
    }
  }
}

TEST_CASE("what is written into the field becomes a command when Set is pressed") {
  const auto driver = open({1680, 1020}, kTopic, "retention.ms");
  auto& machine = dynamic_cast<testing::FakeMachine&>(driver->session().machine());
  driver->ui().config.edited = "soon";
  driver->frames(2);
  CHECK(driver->report().shows("Invalid value"));
  driver->press("Set");
  driver->frames(2);
  CHECK(machine.commands.empty());
  driver->ui().config.edited = "60000";
  driver->frames(2);
  CHECK(driver->press("Set"));
  driver->frames(2);
  REQUIRE(machine.commands.size() == 1);
  CHECK(machine.commands[0] == "alter-config topic=orders \"retention.ms=60000\"");
}

}  // namespace kscope::viewer
