// Scenario: a story about a cluster as a readable script, which is also a test.
//
//   # A leader crashes and an in-sync follower takes over.
//   # Kafka: KIP-101, ReplicationControlManager.handleBrokerFenced
//   cluster brokers=3 controllers=3 replica.lag.time.max.ms=10000
//   until controller active != none within 5s
//   topic orders partitions=1 replicas=3
//   until partition orders-0 leader != none within 2s
//   producer p1 acks=all
//   send p1 orders-0 count=10
//   until producer p1 acked == 10 within 5s
//   crash broker 1
//   until event PartitionLeaderChanged from=1 within 15s
//   expect partition orders-0 isr == {2,3}
//   expect event LogTruncated count == 0
//   expect no violations
//
// The first comment line is the title, a line that begins with "Kafka:" says which KIP or class it
// is about. `cluster` comes first (brokers, controllers, seed, latency=MIN..MAX, flush=TIME and
// broker settings by Kafka's names); then, in order:
//
//   COMMAND                          any of sim/command.h, at the present moment
//   at TIME COMMAND                  the same, at that time since the start
//   run DURATION                     time passes
//   until PATH OP VALUE within D     time passes until it holds (paths: cluster/snapshot_path.h)
//   until event NAME [field=value …] within D          such an event after the last wait
//   expect PATH OP VALUE             it holds now
//   expect event NAME [field=value …] [count OP N]     since the start or the last `mark`
//   expect no event NAME [field=value …]
//   expect no violations | expect violation ID
//   mark                             later `expect event` count from here
//   show isr|logs|quorum|clients|frames                prints it
//
// A scenario fails at the first line that does not hold, and at its end if an invariant was
// violated that it did not expect.
//
// Called by: `kafkascope run`, tests/scenarios, the viewer. The style is etcd's raft/testdata.
// Read next: sim/scenario_runner.h
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/cluster/snapshot_path.h"
#include "engine/sim/cluster_spec.h"

namespace kscope::sim {

enum class StatementKind : std::uint8_t {
  Do,
  At,
  Run,
  Until,
  UntilEvent,
  Expect,
  ExpectEvent,
  ExpectNoViolations,
  ExpectViolation,
  Mark,
  Show
};

/// An event by its name and some of its fields, as a person reads them, with '-' for blanks
/// (reason=diverging-epoch); "node" is the envelope's.
struct EventPattern {
  std::string name;
  std::vector<std::pair<std::string, std::string>> fields;
};

struct Statement {
  StatementKind kind{};
  int line = 0;
  std::string text;     ///< the whole line, for narration
  std::string command;  ///< Do, At; what to Show; the id of ExpectViolation
  Duration time{};      ///< At: since the start; Run, Until: at most so long
  std::string path;     ///< Until, Expect
  cluster::Comparison comparison = cluster::Comparison::Equal;
  std::string value;  ///< what `path` or the count of `event` is compared with
  EventPattern event;
};

struct Scenario {
  std::string file;  ///< as given, for messages
  std::string title;
  std::string reference;  ///< "KIP-101, ReplicationControlManager"
  std::string description;
  ClusterSpec spec;
  std::uint64_t seed = 1;
  std::vector<Statement> statements;
};

/// The error is "FILE:LINE: what is wrong and what was expected".
Result<Scenario> parse_scenario(std::string_view text, const std::string& file);

}  // namespace kscope::sim
