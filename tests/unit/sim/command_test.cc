// Goal: every line a person may type is either understood or answered with what was expected.
// Method: tables of lines. Kafka: topic names follow Topic.validate, acks follow ProducerConfig.
#include "engine/sim/command.h"

#include "tests/catch.h"

using namespace kscope;
using namespace kscope::sim;

namespace {
std::string error_of(const char* line) {
  const auto r = parse_command(line);
  return r.ok() ? "" : r.error().message;
}
using Words = std::vector<std::string>;
}  // namespace

TEST_CASE("nodes may be called broker N, controller N or N, and become their number") {
  CHECK(parse_command("crash broker 1")->arguments == Words{"1"});
  CHECK(parse_command("crash controller 2 power")->arguments == Words{"2", "power"});
  CHECK(parse_command("cut broker 1 -> broker 3")->arguments == Words{"1", "->", "3"});
  CHECK(parse_command("cut 1 producer-1")->arguments == Words{"1", "producer-1"});
  CHECK(parse_command("pause p1")->arguments == Words{"p1"});
}

TEST_CASE("options are split from arguments and quotes keep blanks together") {
  const auto c = parse_command("send p1 orders-0 count=3 value=\"two words\" every=10ms").value();
  CHECK(c.verb == "send");
  CHECK(c.arguments == Words{"p1", "orders-0"});
  REQUIRE(c.option("value") != nullptr);
  CHECK(*c.option("value") == "two words");
  CHECK(*c.option("count") == "3");
  CHECK(c.option("key") == nullptr);
  CHECK(*parse_command("topic t min.insync.replicas=2")->option("min.insync.replicas") == "2");
}

TEST_CASE("every syntax of the help is accepted") {
  for (const char* line : {"start 1",
                           "stop broker 2",
                           "crash 1",
                           "crash 1 power",
                           "restart 1",
                           "pause 1",
                           "resume 1",
                           "cut 1 2",
                           "cut 1 -> 2",
                           "heal 1 2",
                           "heal 1 -> 2",
                           "heal all",
                           "slow 1 2 20ms",
                           "slow 1 -> 2 1.5s",
                           "reset 1 2",
                           "lose 17",
                           "lose next Fetch response broker 1 -> broker 2",
                           "lose next Produce request p1 -> 2",
                           "delay 17 20ms",
                           "disk 1 slow 20ms",
                           "disk 1 failing",
                           "disk 1 full",
                           "disk 1 ok",
                           "flip 1 orders-0/00000000000000000000.log 70",
                           "log-start broker 1 orders-0 368769",
                           "skew 1 -5s",
                           "skew 1 5s",
                           "topic orders partitions=3 replicas=3 assignment=1:2:3,2:3:1",
                           "delete-topic orders",
                           "elect orders-0",
                           "delete-records orders-0 before=100",
                           "delete-records orders-0 before=end",
                           "send p1 users tombstone key=k",
                           "send p1 users keys=5 count=100",
                           "producer p1 acks=all linger.ms=5 retries=0",
                           "consumer c1 assign=orders-0,orders-1 from=earliest",
                           "consumer c1 assign=a-0 from=17",
                           "send p1 orders",
                           "send p1 orders-0 key=k",
                           "seek c1 orders-0 12",
                           "close p1"}) {
    INFO(line);
    CHECK(error_of(line) == "");
  }
}

TEST_CASE("an error names the wrong word and what was expected") {
  CHECK(error_of("delete-records orders-0").find("before= is missing") != std::string::npos);
  CHECK(error_of("delete-records orders-0 before=start").find("an offset, or end") !=
        std::string::npos);
  CHECK(error_of("crsh 1").find("unknown command \"crsh\"") == 0);
  CHECK(error_of("").find("empty") != std::string::npos);
  CHECK(error_of("crash") ==
        "crash: expected a node (\"broker 1\", \"controller 1\", \"1\" or a client's name), found "
        "nothing (syntax: crash NODE [power])");
  CHECK(
      error_of("crash 1 softly").find("expected the end of the line, or power, found \"softly\"") !=
      std::string::npos);
  CHECK(error_of("slow 1 2 soon").find("a duration such as 250us, 20ms or 1.5s, found \"soon\"") !=
        std::string::npos);
  CHECK(error_of("lose next Fitch request 1 -> 2").find("API such as Fetch") != std::string::npos);
  CHECK(error_of("lose 0").find("number of a frame") != std::string::npos);
  CHECK(error_of("topic orders partitions=none").find("partitions= takes a number") !=
        std::string::npos);
  CHECK(error_of("topic orders partition=3").find("no option \"partition\"") != std::string::npos);
  CHECK(error_of("producer p acks=two").find("acks= takes 0, 1 or all") != std::string::npos);
  CHECK(error_of("consumer c1").find("say what it reads") != std::string::npos);
  CHECK(error_of("consumer c1 topics=orders").find("need group=") != std::string::npos);
  CHECK(error_of("consumer c1 group=g topics=a assign=a-0").find("say what it reads") !=
        std::string::npos);
  CHECK(error_of("consumer c1 group=g topics=a commit=late").find("auto, before, after") !=
        std::string::npos);
  CHECK(error_of("send p1 orders value=\"x").find("quote is not closed") != std::string::npos);
  CHECK(error_of("elect orders").find("partition such as orders-0") != std::string::npos);
  CHECK(error_of("topic a/b").find("a name") != std::string::npos);
}

TEST_CASE("what a command about groups cannot mean is refused") {
  CHECK(error_of("list-groups state=empty,STABLE type=Classic").empty());
  CHECK(error_of("list-groups state=Foo").find("some of Empty, Prep") != std::string::npos);
  CHECK(error_of("list-groups type=connect").find("classic or consumer") != std::string::npos);
  CHECK(error_of("reset-offsets g ago=-5s").find("a duration such as") != std::string::npos);
  CHECK(error_of("reset-offsets g shift=-5").empty());
}
