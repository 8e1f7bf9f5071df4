// What `lab new` writes: a small lab that plays, with a comment at every turn.
#include "viewer/lab/lab_library.h"

namespace kscope::lab {

namespace {

constexpr const char* kStartingLab =
    R"(// A lab of kafkascope. Comments like this one are allowed everywhere.
// Try it:  ./kafkascope lab run THIS-FOLDER --answers best
{
  "format": 1,
  "chapter": "replication",            // the group it is listed under
  "minutes": 10,
  // Every text is kept by language; "en" must be there, add "zh" (or any other) beside it.
  "title": {"en": "My first lab"},
  "objectives": {"en": ["Say what a student can do afterwards"]},

  // The cluster that the lab begins with; settings by Kafka's own names.
  "cluster": {
    "brokers": 3, "controllers": 3, "seed": 1,
    "config": {"replica.lag.time.max.ms": "10000"}
  },
  // Before the first step: commands (kafkascope run --help lists them), "run TIME", or waiting.
  "setup": [
    {"until": {"all": [
      {"path": "broker 1 lifecycle", "op": "==", "value": "Running"},
      {"path": "broker 2 lifecycle", "op": "==", "value": "Running"},
      {"path": "broker 3 lifecycle", "op": "==", "value": "Running"}]}, "within": "30s"},
    "topic orders assignment=1:2:3",
    {"until": {"path": "partition orders-0 isr", "op": "==", "value": [1, 2, 3]}, "within": "10s"},
    "producer p1 acks=all"
  ],

  "steps": [
    {
      "id": "welcome", "kind": "explain",
      "title": {"en": "Three replicas"},
      "text": {"en": "Broker 1 leads the partition orders-0; brokers 2 and 3 follow."}
    },
    {
      // A prediction is locked before anything happens. Which answer is right is decided by the
      // run: exactly one of the conditions must hold when the step named in settled_by is over.
      "id": "who-gets-it", "kind": "predict", "points": 2,
      "title": {"en": "Predict: how far"},
      "question": {"en": "With acks=all: who holds a record when the producer is told it is safe?"},
      "answers": [
        {"id": "leader", "text": {"en": "Only the leader"},
         "holds": {"path": "replica 2 orders-0 leo", "op": "==", "value": 0}},
        {"id": "all", "text": {"en": "All three"},
         "holds": {"all": [
           {"path": "replica 2 orders-0 leo", "op": "==", "value": 2},
           {"path": "replica 3 orders-0 leo", "op": "==", "value": 2}]}}
      ],
      "settled_by": "acknowledged",
      "because": {"en": "acks=all waits for every replica of the ISR, and all three are in it."},
      "hints": [{"en": "What does the word \"all\" stand for?"}]
    },
    {
      // The student acts (in the viewer by hand); the solution is what `--answers best` does.
      "id": "write", "kind": "do", "points": 1,
      "title": {"en": "Write two records"},
      "text": {"en": "Let p1 send two records to orders-0."},
      "goal": {"path": "producer p1 queued", "op": "==", "value": 2},
      "within": "10s",
      "solution": ["send p1 orders-0 count=2"]
    },
    {
      "id": "acknowledged", "kind": "observe",
      "title": {"en": "Watch the answer"},
      "text": {"en": "The followers fetch, the high watermark moves, the producer is told."},
      "until": {"path": "/producers/p1/records_acked", "op": "==", "value": 2},
      "within": "10s"
    },
    {
      // What must be the case now; it proves that the text above is true of the engine.
      "id": "proof", "kind": "check", "points": 1,
      "title": {"en": "Nothing was lost"},
      "checks": [
        {"that": {"en": "the high watermark reached 2"},
         "holds": {"event": "HighWatermarkAdvanced", "where": {"node": 1, "to": 2}}},
        {"that": {"en": "no invariant was violated"}, "holds": {"invariants": "hold"}}
      ]
    }
  ]
}
)";

}  // namespace

const char* starting_lab() { return kStartingLab; }

}  // namespace kscope::lab
