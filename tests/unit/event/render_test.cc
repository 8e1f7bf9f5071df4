// Goal: every event can be read, exported and hashed from its own description alone. Method: first
// laws that hold for every type in the variant, then worked examples.
#include "engine/event/render.h"

#include <set>

#include "tests/catch.h"

using namespace kscope;
using namespace kscope::event;

namespace {

std::vector<std::string> placeholders(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t open = text.find('{'); open != std::string::npos;
       open = text.find('{', open + 1)) {
    const std::size_t close = text.find('}', open);
    REQUIRE(close != std::string::npos);
    out.push_back(text.substr(open + 1, close - open - 1));
  }
  return out;
}

template <std::size_t... I>
std::vector<Body> one_of_each(std::index_sequence<I...>) {
  return {Body(std::in_place_index<I>)...};
}

std::vector<Body> one_of_each() {
  return one_of_each(std::make_index_sequence<std::variant_size_v<Body>>());
}

Event event_of(Body body) {
  return Event{EventSeq(7), at_micros(1'500'000), NodeId(2), EventSeq(3), std::move(body)};
}

std::uint64_t hash_of(const Event& event, const NameTable& names) {
  Fnv64 hash;
  hash_event(event, names, hash);
  return hash.value();
}

std::string named(NodeId node, Subject subject) {
  const bool controller = subject == Subject::Raft || subject == Subject::Controller;
  return (controller ? "controller " : "broker ") + std::to_string(node.value());
}

}  // namespace

TEST_CASE("every sentence's placeholders name real fields") {
  for (const TypeRow& row : event_types()) {
    const std::set<std::string> fields(row.fields.begin(), row.fields.end());
    for (const std::string& name : placeholders(row.info.sentence)) {
      CAPTURE(row.info.name, name);
      CHECK((name == "node" || fields.count(name) == 1));
    }
  }
}

TEST_CASE("every type and every field within it has a name of its own") {
  std::set<std::string> names;
  for (const TypeRow& row : event_types()) {
    CAPTURE(row.info.name);
    CHECK(names.insert(row.info.name).second);
    const std::set<std::string> fields(row.fields.begin(), row.fields.end());
    CHECK(fields.size() == row.fields.size());
    // These keys belong to the envelope in the JSON form.
    for (const char* taken : {"seq", "at_us", "node", "cause", "type"}) {
      CHECK(fields.count(taken) == 0);
    }
  }
  CHECK(names.size() == std::variant_size_v<Body>);
}

TEST_CASE("every event renders without leftovers") {
  const NameTable names;
  for (const Body& body : one_of_each()) {
    const std::string text = sentence(event_of(body), names);
    CAPTURE(text);
    for (const std::string& left : placeholders(text)) CHECK(left.empty());  // "{}": no nodes
    CHECK(text.find("unknown") == std::string::npos);
    CHECK_FALSE(to_json(event_of(body), names).empty());
  }
}

TEST_CASE("a high watermark's move reads as a sentence") {
  NameTable names;
  const PartitionRef orders = names.intern(TopicPartition{"orders", 0});
  const Event e = event_of(HighWatermarkAdvanced{orders, Offset(3), Offset(5)});
  CHECK(sentence(e, names) == "node 2: high watermark of orders-0 moves 3 -> 5");
  CHECK(sentence(e, names, named) == "broker 2: high watermark of orders-0 moves 3 -> 5");
}

TEST_CASE("a role is said once, and a controller's events speak about brokers") {
  NameTable names;
  const PartitionRef orders = names.intern(TopicPartition{"orders", 0});
  CHECK(sentence(event_of(RaftLeaderElected{5, Offset(9)}), names, named) ==
        "controller 2 leads the quorum in epoch 5");
  CHECK(sentence(event_of(BrokerFenced{NodeId(1), FenceReason::SessionOver}), names, named) ==
        "broker 1 is fenced (session over)");
  CHECK(sentence(event_of(PartitionLeaderChanged{orders, NodeId(1), NodeId(-1), LeaderEpoch(4)}),
                 names, named) == "orders-0: leader broker 1 -> none in epoch 4");
  CHECK(sentence(event_of(MetadataApplied{Offset(12)}), names, named) ==
        "broker 2 has applied the metadata log up to 12");
}

TEST_CASE("node 0 is the cluster, and nobody is none") {
  const NameTable names;
  Event e = event_of(NodeStarted{1});
  e.node = NodeId(0);
  CHECK(sentence(e, names) == "the cluster starts (incarnation 1)");
  CHECK(sentence(event_of(QuorumStatePersisted{4, NodeId(-1), NodeId(3)}), names, named) ==
        "controller 2 persists epoch 4, leader none, vote controller 3");
}

TEST_CASE("fields are given as a person reads them") {
  NameTable names;
  const PartitionRef orders = names.intern(TopicPartition{"orders", 1});
  const NodeList isr(std::vector<std::int32_t>{1, 3});
  const auto fields = fields_of(IsrUpdated{orders, isr, 8}, names);
  REQUIRE(fields.size() == 3);
  CHECK(std::string(fields[0].name) == "partition");
  CHECK(fields[0].text == "orders-1");
  CHECK_FALSE(fields[0].is_number);
  CHECK(fields[1].text == "{1,3}");
  CHECK(fields[2].text == "8");
  CHECK(fields[2].is_number);
}

TEST_CASE("json has the envelope first, then the fields, in machine units") {
  NameTable names;
  FrameSent sent{FrameId(9), ConnectionId(4), NodeId(1),        ApiKey::Fetch, 12, true,
                 CorrelationId(77), 120, micros(1'500)};
  CHECK(to_json(event_of(sent), names) ==
        R"({"seq":7,"at_us":1500000,"node":2,"cause":3,"type":"FrameSent","frame":9,)"
        R"("connection":4,"to":1,"api":"Fetch","version":12,"direction":"response",)"
        R"("correlation":77,"bytes":120,"travel_us":1500})");
  const NodeList isr(std::vector<std::int32_t>{1, 3});
  const PartitionRef odd = names.intern(TopicPartition{"a\"b\\\n", 1});
  CHECK(to_json(event_of(IsrUpdated{odd, isr, 8}), names) ==
        R"({"seq":7,"at_us":1500000,"node":2,"cause":3,"type":"IsrUpdated",)"
        R"("partition":"a\"b\\\u000a-1","isr":[1,3],"partition_epoch":8})");
}

TEST_CASE("the hash changes with any part of the event") {
  NameTable names;
  const PartitionRef orders = names.intern(TopicPartition{"orders", 0});
  const Event base = event_of(HighWatermarkAdvanced{orders, Offset(3), Offset(5)});
  std::set<std::uint64_t> hashes{hash_of(base, names)};
  const auto differs = [&](auto change) {
    Event e = base;
    change(e);
    return hashes.insert(hash_of(e, names)).second;
  };
  CHECK(differs([](Event& e) { e.seq = EventSeq(8); }));
  CHECK(differs([](Event& e) { e.at += micros(1); }));
  CHECK(differs([](Event& e) { e.node = NodeId(3); }));
  CHECK(differs([](Event& e) { e.cause = EventSeq(4); }));
  CHECK(differs([&](Event& e) { e.body = HighWatermarkAdvanced{orders, Offset(5), Offset(3)}; }));
  CHECK(differs([&](Event& e) { e.body = HighWatermarkSet{orders, Offset(5)}; }));
  CHECK(differs([&](Event& e) {
    e.body = HighWatermarkAdvanced{{orders.topic, 1}, Offset(3), Offset(5)};
  }));
  CHECK(hash_of(base, names) == hash_of(Event(base), names));
}

TEST_CASE("the hash knows names by their text and not by their number") {
  NameTable first, second;
  second.intern("something else");
  const TopicPartition tp{"orders", 0};
  const Event a = event_of(LogDeleted{first.intern(tp)});
  const Event b = event_of(LogDeleted{second.intern(tp)});
  CHECK(hash_of(a, first) == hash_of(b, second));
}

TEST_CASE("events of different types never hash alike by default") {
  const NameTable names;
  std::set<std::uint64_t> hashes;
  for (const Body& body : one_of_each()) hashes.insert(hash_of(event_of(body), names));
  CHECK(hashes.size() == std::variant_size_v<Body>);
}
