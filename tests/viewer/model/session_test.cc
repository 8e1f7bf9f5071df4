// Goal: time obeys the person: play, pause, step, back, speed, fork, and what is told about it.
// Method: a session over the hand-made failover cluster, no engine.
#include "viewer/session/session.h"

#include "tests/catch.h"
#include "tests/viewer/fake_machine.h"

namespace kscope::viewer {

using testing::failover_machine;

TEST_CASE("nothing moves until somebody presses play") {
  Session session(failover_machine());
  session.to_start();
  const Instant before = session.machine().now();
  session.advance(1.0);
  CHECK(session.machine().now() == before);
  session.play();
  session.advance(0.5);
  CHECK(session.machine().now() > before);
}

TEST_CASE("speed scales the time that passes, and fractions of a microsecond are not lost") {
  Session session(failover_machine());
  session.to_start();
  session.set_skip_quiet(false);
  session.set_speed(0.001);
  session.play();
  for (int i = 0; i < 1000; ++i) session.advance(0.0001);  // 0.1 s at 1/1000
  CHECK(to_micros(session.machine().now()) >= 99);
  CHECK(to_micros(session.machine().now()) <= 101);
}

TEST_CASE("quiet time passes faster, but never past the next thing that happens") {
  Session session(failover_machine());
  session.to_start();
  session.play();
  session.advance(0.1);
  const auto quick = to_micros(session.machine().now());
  CHECK(quick > static_cast<std::int64_t>(0.1 * Session::kDefaultSpeed * 1e6));
}

TEST_CASE("stepping pauses") {
  Session session(failover_machine());
  session.to_start();
  session.play();
  session.step();
  CHECK_FALSE(session.playing());
}

TEST_CASE("acting in the past forks, drops the future and says so") {
  Session session(failover_machine());
  session.to_start();
  REQUIRE(session.in_the_past());
  const std::uint64_t history = session.index().history();
  CHECK(session.act("crash broker 1").ok());
  CHECK_FALSE(session.in_the_past());
  CHECK(session.index().history() != history);
  CHECK(session.index().dramas().empty());
  REQUIRE(session.notices().size() == 1);
  CHECK(session.notices()[0].text.find("past") != std::string::npos);
}

TEST_CASE("acting in the present neither forks nor speaks of it") {
  Session session(failover_machine());
  CHECK(session.act("crash broker 2").ok());
  CHECK(session.notices().empty());
}

TEST_CASE("a command that makes no sense is told as a notice and changes nothing") {
  Session session(failover_machine());
  const EventSeq before = session.machine().present();
  CHECK_FALSE(session.act("crash nonsense").ok());
  CHECK(session.machine().present() == before);
  REQUIRE(session.notices().size() == 1);
  CHECK(session.notices()[0].tone == NoticeTone::Warning);
}

TEST_CASE("notices go away by themselves") {
  Session session(failover_machine());
  session.notify("hello", NoticeTone::Info);
  session.advance(100);
  CHECK(session.notices().empty());
}

TEST_CASE("selections can be walked back") {
  Session session(failover_machine());
  session.select(Target::broker(1));
  session.select(Target::broker(2));
  session.select_previous();
  CHECK(session.selection() == Target::broker(1));
  session.select_previous();
  CHECK(session.selection() == Target::broker(1));
}

TEST_CASE("the speed slider is logarithmic and its notches are 1, 2 and 5") {
  CHECK(speed_at(0) == Approx(0.001));
  CHECK(speed_at(1) == Approx(100));
  CHECK(position_of(speed_at(0.37)) == Approx(0.37));
  CHECK(next_speed(0.005, true) == Approx(0.01));
  CHECK(next_speed(0.005, false) == Approx(0.002));
  CHECK(next_speed(100, true) == Approx(100));
  CHECK(next_speed(0.001, false) == Approx(0.001));
  CHECK(speed_text(0.02) == "1/50×");
  CHECK(speed_text(20) == "20×");
}

}  // namespace kscope::viewer
