// Goal: rates and percentiles are those of Kafka's libraries. Method: by hand and by formula.
// Reference: com.yammer.metrics.stats.EWMATest (one-minute rates), UniformSampleTest, Kafka's
// MetricsTest (rate windowing).
#include "engine/cluster/meters.h"

#include <cmath>

#include "tests/catch.h"

using namespace kscope;
using namespace kscope::cluster;

namespace {

bool near(double a, double b) { return std::fabs(a - b) < 1e-6; }

}  // namespace

TEST_CASE("a moving rate starts at the first tick and decays as Yammer's does") {
  Ewma rate(1);
  rate.add(3);
  CHECK(rate.rate() == 0);
  rate.tick();
  CHECK(near(rate.rate(), 0.6));
  for (int i = 0; i < 12; ++i) rate.tick();  // one minute
  CHECK(near(rate.rate(), 0.22072766470286553));
  for (int i = 0; i < 12; ++i) rate.tick();
  CHECK(near(rate.rate(), 0.08120116994196772));
}

TEST_CASE("five and fifteen minutes forget more slowly") {
  Ewma five(5), fifteen(15);
  five.add(3);
  fifteen.add(3);
  for (int i = 0; i < 13; ++i) {
    five.tick();
    fifteen.tick();
  }
  CHECK(near(five.rate(), 0.49123845184678905));
  CHECK(near(fifteen.rate(), 0.5613041910189706));
}

TEST_CASE("a meter counts, and its mean is over its whole life") {
  Meter meter(Instant(seconds(10)));
  meter.mark(30);
  meter.mark();
  CHECK(meter.count() == 31);
  CHECK(near(meter.mean_rate(Instant(seconds(20))), 3.1));
  CHECK(meter.mean_rate(Instant(seconds(10))) == 0);
  CHECK(meter.one_minute() == 0);
  meter.tick();
  CHECK(near(meter.one_minute(), 6.2));
}

TEST_CASE("quantiles lie between neighbours in proportion, and the oldest values go") {
  Reservoir values;
  CHECK(values.quantile(0.99) == 0);
  for (int i = 1; i <= 100; ++i) values.add(static_cast<float>(i));
  CHECK(near(values.quantile(0.5), 50.5));
  CHECK(near(values.quantile(0.75), 75.75));
  CHECK(near(values.quantile(0.99), 99.99));
  CHECK(values.max() == 100);
  CHECK(values.mean() == 50.5);
  for (std::size_t i = 0; i < Reservoir::kKept; ++i) values.add(7);
  CHECK(values.quantile(0.01) == 7);
  CHECK(values.max() == 7);
  CHECK(values.count() == 100 + static_cast<std::int64_t>(Reservoir::kKept));
  CHECK(values.size() == Reservoir::kKept);
}

TEST_CASE("a sampled rate looks back one window and falls to 0 when both are empty") {
  SampledStat stat;
  stat.add(Instant(seconds(3)), 60);
  CHECK(near(stat.rate(Instant(seconds(10))), 2));  // never over less than a window
  stat.add(Instant(seconds(31)), 30);
  CHECK(near(stat.rate(Instant(seconds(45))), 90.0 / 45));
  CHECK(near(stat.average(Instant(seconds(45))), 45));
  CHECK(near(stat.rate(Instant(seconds(75))), 30.0 / 45));
  CHECK(stat.rate(Instant(seconds(90))) == 0);
  CHECK(stat.average(Instant(seconds(90))) == 0);
}
