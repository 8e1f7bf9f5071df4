// Goal: scripts are read as they are meant, and a mistake is named with its file, line and remedy.
// Method: tables of scripts. The scripts in tests/scenarios are parsed as well; playing them is the
// business of tests/simulation.
#include "engine/sim/scenario.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/catch.h"

using namespace kscope;
using namespace kscope::sim;

namespace {

std::string scenario_error(const std::string& line) {
  const auto r = parse_scenario("# T\n# Kafka: KIP-1\ncluster brokers=3\n" + line + "\n", "f.txt");
  return r.ok() ? "" : r.error().message;
}

std::string cluster_error(const std::string& line) {
  const auto r = parse_scenario(line + "\n", "f.txt");
  return r.ok() ? "" : r.error().message;
}

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the head of a script gives title, reference, cluster and seed") {
  const auto s = parse_scenario(
                     "# A title.\n# Kafka: KIP-595, KafkaRaftClient\n# Some words\n# more.\n\n"
                     "cluster brokers=5 controllers=3 seed=9 latency=1ms..2ms flush=5ms "
                     "replica.lag.time.max.ms=1000  # settings\nrun 3s\n",
                     "f.txt")
                     .value();
  CHECK(s.title == "A title.");
  CHECK(s.reference == "KIP-595, KafkaRaftClient");
  CHECK(s.description == "Some words more.");
  CHECK(s.spec.brokers == 5);
  CHECK(s.seed == 9);
  CHECK(s.spec.latency_max == millis(2));
  CHECK(s.spec.flush_time == millis(5));
  CHECK(s.spec.config.at("replica.lag.time.max.ms") == "1000");
  REQUIRE(s.statements.size() == 1);
  CHECK(s.statements[0].line == 7);
}

TEST_CASE("every kind of statement is read") {
  const auto s =
      parse_scenario(
          "cluster brokers=3\ncrash broker 1 power\nat 2s restart broker 1\nrun 1500ms\n"
          "until replica 2 orders-0 hw >= 5 within 10s\nuntil event LogTruncated node=1 within 3s\n"
          "expect partition orders-0 isr == {2,3}\nexpect event BecameLeader node=2 count == 1\n"
          "expect no event BatchFailed\nexpect no violations\nexpect violation A3\nmark\nshow "
          "isr\n",
          "f.txt")
          .value();
  std::vector<StatementKind> kinds;
  for (const auto& st : s.statements) kinds.push_back(st.kind);
  using K = StatementKind;
  CHECK(kinds == std::vector<K>{K::Do, K::At, K::Run, K::Until, K::UntilEvent, K::Expect,
                                K::ExpectEvent, K::ExpectEvent, K::ExpectNoViolations,
                                K::ExpectViolation, K::Mark, K::Show});
  CHECK(s.statements[1].command == "restart broker 1");
  CHECK(s.statements[1].time == seconds(2));
  CHECK(s.statements[3].path == "replica 2 orders-0 hw");
  CHECK(s.statements[3].comparison == cluster::Comparison::GreaterOrEqual);
  CHECK(s.statements[3].value == "5");
  CHECK(s.statements[4].event.fields.front().first == "node");
  CHECK(s.statements[6].value == "1");
  CHECK(s.statements[7].value == "0");
}

TEST_CASE("a mistake is named with file, line and what was expected") {
  has(scenario_error("crush broker 1"), "f.txt:4: unknown command \"crush\"");
  has(scenario_error("at soon crash broker 1"), "f.txt:4: expected at TIME COMMAND");
  has(scenario_error("at 2s crash"), "expected a node");
  has(scenario_error("run"), "expected run DURATION");
  has(scenario_error("until partition orders-0 leader == 1"), "within DURATION");
  has(scenario_error("until partition orders-0 leader within 1s"), "PATH OPERATOR VALUE");
  has(scenario_error("expect partition orders-0 color == 1"), "one of leader, epoch");
  has(scenario_error("expect event Nonsense"), "no event \"Nonsense\"");
  has(scenario_error("expect event LogTruncated colour=1"),
      "has no field \"colour\" (it has node, ");
  has(scenario_error("expect event LogTruncated count 3"), "count OPERATOR NUMBER");
  has(scenario_error("show weather"), "expected show isr");
  has(cluster_error("run 3s"), "f.txt:1: expected the cluster line first");
  has(cluster_error("cluster brokers=none"), "number from 1 to 12");
  has(cluster_error("cluster brokers=1 controllers=3"), "need at least as many brokers");
  has(cluster_error("cluster colour=red"), "no cluster option \"colour\"");
  has(cluster_error("cluster latency=2ms..1ms"), "MIN..MAX");
  has(cluster_error("cluster brokers=3 group.max.size=0"), "f.txt:1: cluster: group.max.size");
  has(cluster_error("cluster brokers=3 group.max.sise=2"), "did you mean \"group.max.size\"?");
  has(cluster_error("# only words"), "expected a cluster line");
  has(cluster_error("cluster brokers=3\ncluster brokers=3"), "f.txt:2: there is a cluster line");
}

TEST_CASE("every script of tests/scenarios parses and says what it is about") {
  int scripts = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(KSCOPE_SOURCE_DIR "/tests/scenarios")) {
    if (entry.path().extension() != ".txt") continue;
    std::ifstream in(entry.path());
    std::stringstream text;
    text << in.rdbuf();
    const auto s = parse_scenario(text.str(), entry.path().filename().string());
    INFO((s.ok() ? entry.path().string() : s.error().message));
    REQUIRE(s.ok());
    CHECK_FALSE(s->title.empty());
    CHECK_FALSE(s->reference.empty());
    ++scripts;
  }
  CHECK(scripts >= 20);
}
