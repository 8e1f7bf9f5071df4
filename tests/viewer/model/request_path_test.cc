// Goal: the screens "Request path" and "Metrics" say what is the case, in the present and in the
// past. Method: clusters that the engine has run, wound back and forth.
// Reference: model/request_path.h, model/metrics_view.h.
#include "viewer/model/request_path.h"

#include <algorithm>

#include "engine/cluster/metrics_json.h"
#include "tests/catch.h"
#include "tests/viewer/log_clusters.h"
#include "tests/viewer/request_clusters.h"
#include "viewer/model/metrics_view.h"

using namespace kscope;
using namespace kscope::viewer;

namespace {

const MetricCard* card(const MetricsView& view, const std::string& name) {
  for (const MetricSection& section : view.sections) {
    for (const MetricCard& c : section.cards) {
      if (c.name == name) return &c;
    }
  }
  return nullptr;
}

}  // namespace

TEST_CASE("a full request queue is shown where it hurts") {
  const auto machine = testing::played(testing::kFullQueue);
  const RequestPathView view = build_request_path(*machine, PathFilter::All, 0, 50);
  REQUIRE(view.brokers.size() == 3);
  const PathCard& hurt = view.brokers[0];
  CHECK(hurt.state.text.find("stand still") != std::string::npos);
  CHECK(hurt.queue_depth == "2 of 2");
  CHECK(hurt.queue.size() == 2);
  REQUIRE(hurt.threads.size() == 1);
  CHECK(hurt.threads[0].state.text == "stands still");
  REQUIRE(hurt.threads[0].holds.size() == 1);
  REQUIRE(hurt.handlers.size() == 1);
  CHECK(hurt.handlers[0].busy);
  CHECK(view.brokers[1].threads[0].state.text != "stands still");
}

TEST_CASE("completed requests come latest first, and their parts add up") {
  const auto machine = testing::played(testing::kFullQueue);
  const RequestPathView all = build_request_path(*machine, PathFilter::All, 0, 50);
  REQUIRE(all.completed.size() == 50);
  for (std::size_t i = 1; i < all.completed.size(); ++i) {
    CHECK(all.completed[i - 1].event > all.completed[i].event);
  }
  const RequestPathView produced = build_request_path(*machine, PathFilter::Produce, 2, 10);
  REQUIRE(produced.completed.size() == 10);
  for (const CompletedRow& row : produced.completed) {
    CHECK(row.api == "Produce");
    CHECK(row.who == "p5 → broker 2");
    float shares = 0;
    for (const TimePart& part : row.parts) shares += part.share;
    CHECK(shares > 0.999f);
    CHECK(shares < 1.001f);
    CHECK(row.longest.starts_with("waiting for others"));  // acks=all, and a slow follower
  }
}

TEST_CASE("a broker that is down has no stages") {
  const auto machine = testing::played(testing::kBrokerDown);
  const RequestPathView view = build_request_path(*machine, PathFilter::All, 0, 5);
  CHECK(view.brokers[0].down);
  CHECK(view.brokers[0].threads.empty());
  CHECK_FALSE(view.brokers[1].down);
}

TEST_CASE("an alert names its threshold and leads to the event that crossed it") {
  const auto machine = testing::played(testing::kBrokerDown);
  const MetricsView view = build_metrics_view(*machine, 2);
  CHECK(view.owner == 2);
  const MetricCard* under = card(view, "UnderReplicatedPartitions");
  REQUIRE(under != nullptr);
  CHECK(under->value == "2 partitions");
  CHECK(under->alert.text == "alert");
  CHECK(under->rule == "alert above 0");
  CHECK(under->crossed.starts_with("alert since"));
  REQUIRE(under->crossed_at.value() > 0);
  machine->seek(under->crossed_at);
  CHECK(card(build_metrics_view(*machine, 2), "UnderReplicatedPartitions")->alert.text == "alert");
  REQUIRE(machine->step_back());  // before everything that happened at that moment
  CHECK(card(build_metrics_view(*machine, 2), "UnderReplicatedPartitions")->alert.text == "ok");
}

TEST_CASE("what is wrong now stands above what was") {
  const auto machine = testing::played(testing::kBrokerDown);
  const MetricsView view = build_metrics_view(*machine, -1);
  REQUIRE(view.wrong_now > 0);
  REQUIRE(view.alerts.size() >= view.wrong_now);
  for (std::size_t i = 0; i < view.alerts.size(); ++i) {
    CHECK(view.alerts[i].now == (i < view.wrong_now));
  }
  CHECK(view.owner == 2);  // broker 1 is down and has no metrics
  const MetricCard* times = card(view, "TotalTimeMs Produce");
  REQUIRE(times != nullptr);
  CHECK(times->parts.size() == 6);
  CHECK(std::none_of(view.owners.begin(), view.owners.end(),
                     [](const MetricOwner& o) { return o.node == 1; }));
}

TEST_CASE("the past has the metrics that it had, and a fork has its own") {
  const auto machine = testing::played(testing::kBrokerDown);
  const auto text = [&] { return cluster::metrics_text(machine->metrics()); };
  const EventSeq end = machine->present();
  const std::string now = text();
  const EventSeq middle(end.value() / 2);
  machine->seek(middle);
  const std::string before = text();
  CHECK(before != now);
  machine->seek(end);
  CHECK(text() == now);
  machine->seek(middle);
  CHECK(text() == before);
  REQUIRE(machine->act("crash broker 2").ok());
  machine->run_until(machine->now() + seconds(1));
  CHECK(cluster::read_metric_path(machine->metrics(), "2 LeaderCount") == "none");
}
