// Goal: durations are written and read in the units that people use, by integer arithmetic alone.
// Method: a table in both directions, and what must be refused.
#include "engine/base/time.h"

#include "tests/catch.h"

using namespace kscope;

TEST_CASE("a duration is written in the unit that a person would choose") {
  CHECK(format_duration(micros(0)) == "0 µs");
  CHECK(format_duration(micros(90)) == "90 µs");
  CHECK(format_duration(micros(1'000)) == "1 ms");
  CHECK(format_duration(micros(12'340)) == "12.34 ms");
  CHECK(format_duration(millis(850)) == "850 ms");
  CHECK(format_duration(millis(12'347)) == "12.347 s");
  CHECK(format_duration(seconds(30)) == "30 s");
  CHECK(format_duration(seconds(-5)) == "-5 s");
}

TEST_CASE("an instant is always in seconds with three decimals") {
  CHECK(format_instant(at_micros(0)) == "0.000 s");
  CHECK(format_instant(at_micros(12'347'999)) == "12.347 s");
  CHECK(format_instant(at_micros(-1'500'000)) == "-1.500 s");
}

TEST_CASE("durations are read with any unit and with decimals") {
  const auto parsed = [](const char* text) {
    Duration d{};
    REQUIRE(parse_duration(text, &d));
    return d;
  };
  CHECK(parsed("250us") == micros(250));
  CHECK(parsed("20ms") == millis(20));
  CHECK(parsed("1.5s") == millis(1'500));
  CHECK(parsed("0.1s") == millis(100));
  CHECK(parsed("2m") == seconds(120));
  CHECK(parsed("1h") == seconds(3'600));
  CHECK(parsed("-3s") == seconds(-3));
  CHECK(parsed("0.1234567891234s") == micros(123'456));
}

TEST_CASE("what is not a duration is refused and leaves the result alone") {
  Duration d = micros(7);
  for (const char* bad : {"", "5", "s", "-", "-s", ".5s", "5.s", "1 s", "1sec", "5ss", "1e3s",
                          "99999999999999999999s", "999999999999h", "+1s"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad, &d));
  }
  CHECK(d == micros(7));
}
