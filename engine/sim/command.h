// Commands: the closed list of things that can be done to a cluster from outside.
//
// A person's click, a fault, a lab step and a line of a scenario are the same thing: one line of
// text, applied at an instant, and recorded. The text is the form that is stored, so that a
// recording can be read, edited and pasted into a bug report.
//
//   start NODE | stop NODE | crash NODE [power] | restart NODE | pause NODE | resume NODE
//   cut A B | cut A -> B | heal A B | heal all | slow A B DURATION | reset A B
//   lose FRAME | delay FRAME DURATION                    (FRAME: number of a frame in flight)
//   lose next API request|response A -> B                (springs on the next frame that matches)
//   disk NODE slow DURATION | disk NODE failing | disk NODE full | disk NODE ok
//   flip NODE FILE BYTE | log-start NODE PARTITION OFFSET | skew NODE DURATION
//   topic NAME partitions=N replicas=N [assignment=1:2:3,2:3:1] [CONFIG=VALUE …]
//   alter-config topic=NAME|broker=N|cluster [check] [CONFIG=VALUE …] [CONFIG+=WORD] [CONFIG-=WORD]
//        [delete=CONFIG,…]                               (IncrementalAlterConfigs)
//   describe-config topic=NAME|broker=N|cluster | list-reassignments
//   create-partitions NAME count=N [assignment=1:2:3,…] | reassign PARTITION to=4:5:6
//   reassign PARTITION cancel | elect-leaders PARTITION [unclean]
//   list-groups | describe-group GROUP | delete-group GROUP | list-offsets GROUP
//   alter-offsets GROUP PARTITION OFFSET | delete-offsets GROUP [topic=…|partitions=…]
//   reset-offsets GROUP [topic=…|partitions=…] to=…|time=…|ago=…|shift=… [check]   (KIP-122)
//   delete-topic NAME | elect PARTITION | delete-records PARTITION before=OFFSET|end
//   add-voter NODE | remove-voter NODE
//   producer NAME [acks=0|1|all] [CONFIG=VALUE …]        (starts a client; CONFIG: Kafka's names)
//   consumer NAME group=GROUP topics=T,…|pattern=REGEX  or  assign=orders-0,… [group=GROUP]
//        [from=earliest|latest|OFFSET] [assignor=A,…] [instance=ID] [protocol=classic|consumer]
//        [processing=DURATION] [commit=auto|before|after|async|none] [commit-every=N]
//        [crash-after=N] [CONFIG=VALUE …]
//   subscribe CONSUMER TOPIC,… | subscribe CONSUMER pattern=REGEX | unsubscribe CONSUMER
//   assign CONSUMER PARTITION,… | pause CONSUMER PARTITION,… | resume CONSUMER PARTITION,…
//   commit CONSUMER [PARTITION OFFSET] [async] | stall CONSUMER | continue CONSUMER
//   send PRODUCER TOPIC[-PARTITION] [tombstone] [count=N] [key=TEXT|keys=N] [value=TEXT]
//        [size=BYTES] [every=DURATION]
//   seek CONSUMER PARTITION,… OFFSET|earliest|latest | seek CONSUMER PARTITION,… time=DURATION
//   close CLIENT
// NODE is "broker 1", "controller 1", "1" or a client's name.
//
// Applied by: sim/world. Written by: scenarios, labs, viewer, recordings.
// Read next: sim/scenario.h
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

namespace kscope::sim {

/// One word of the line is the verb; the others are positional arguments or key=value options.
struct Command {
  std::string verb;
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> options;
  const std::string* option(std::string_view name) const;
};

/// Splits and checks a line: the verb exists, its arguments are of the right number and kind.
/// The error names the word that is wrong and what was expected. Whether the named things exist is
/// only known when it is applied.
Result<Command> parse_command(std::string_view line);
/// The verbs with their syntax and a sentence each: --help, docs, completion.
struct CommandHelp { const char* verb; const char* syntax; const char* meaning; };
std::vector<CommandHelp> command_help();

/// A recorded input: a command, or something that came in from a real client.
struct Input {
  Instant at{};
  std::string command;     ///< "external open|frame|close CONNECTION …" for real clients
  Blob bytes;              ///< of an external frame
};

}  // namespace kscope::sim
