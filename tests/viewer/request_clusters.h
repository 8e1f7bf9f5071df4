// Clusters that the engine has run, for the screens "Request path" and "Metrics".
#pragma once

namespace kscope::viewer::testing {

/// Broker 1 has one handler and a slow disk: its request queue is full, its network thread stands
/// still, and producers wait. A follower is slow, so that acks=all waits in purgatory elsewhere.
inline constexpr const char* kFullQueue = R"(
cluster brokers=3 controllers=3 seed=41 num.io.threads=1 num.network.threads=1 queued.max.requests=2
until broker 1 lifecycle == Running within 15s
until broker 2 lifecycle == Running within 15s
until broker 3 lifecycle == Running within 15s
topic orders assignment=1 flush.messages=1
topic bills assignment=2:3
until partition orders-0 leader == 1 within 5s
until partition bills-0 leader == 2 within 5s
producer p1 acks=1
producer p2 acks=1
producer p3 acks=1
producer p4 acks=1
producer p5 acks=all
disk broker 1 slow 50ms
slow 3 -> 2 30ms
send p1 orders-0 count=400 every=20ms
send p2 orders-0 count=400 every=20ms
send p3 orders-0 count=400 every=20ms
send p4 orders-0 count=400 every=20ms
send p5 bills-0 count=400 every=20ms
run 4s
until event ProcessorBlocked node=1 within 5s
)";

/// One of three brokers has crashed a while ago: partitions are under-replicated.
inline constexpr const char* kBrokerDown = R"(
cluster brokers=3 controllers=3 seed=43 min.insync.replicas=2 broker.session.timeout.ms=6000
until broker 1 lifecycle == Running within 15s
until broker 2 lifecycle == Running within 15s
until broker 3 lifecycle == Running within 15s
topic orders assignment=1:2:3,2:3:1
until partition orders-1 leader == 2 within 5s
producer p1 acks=all
consumer c1 assign=orders-0,orders-1 from=earliest
send p1 orders every=50ms
run 3s
crash broker 1
run 20s
)";

}  // namespace kscope::viewer::testing
