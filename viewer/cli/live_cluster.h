// LiveCluster: the simulated machine with its clock slaved to the wall clock.
//
// This is the one place where the two worlds meet: sim::World runs the cluster, live::Gateway
// carries frames in and out, live::Disk keeps the logs in a real folder. The World does not know:
// to it a real client is an input with an instant, like a fault. Between brokers the network stays
// simulated, so that every fault works here as in a scenario.
//
// Called by: the command `serve`, with or without a window.
// Read next: engine/live/gateway.h, engine/sim/world.h
#pragma once

#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "engine/live/disk.h"
#include "engine/live/gateway.h"
#include "engine/sim/recording.h"
#include "engine/sim/time_machine.h"

namespace kscope::cli {

struct LiveOptions {
  std::int32_t brokers = 3;
  std::uint16_t port = 9092;
  std::string data_dir;     ///< empty: logs live in memory and end with the process
  std::string record_file;  ///< empty: nothing is recorded
  std::uint64_t seed = 1;
  bool keep_history = false;  ///< for a window: events and frames stay readable, memory grows
};

class LiveCluster : public sim::Observer {
 public:
  static Result<std::unique_ptr<LiveCluster>> start(const LiveOptions& options);
  ~LiveCluster() override;

  /// Runs the cluster up to the wall clock and moves frames both ways; waits at most `wait` for
  /// something to happen. Log lines for a person are appended to `log`.
  void tick(Duration wait, std::vector<std::string>& log);
  /// Every broker is running and unfenced.
  bool ready() const;
  /// "127.0.0.1:9092,127.0.0.1:9093"
  std::string bootstrap() const;
  bool stop_requested() const { return gateway_->stop_requested(); }
  /// Applies a command now, as typed or clicked.
  Result<void> command(const std::string& line);
  /// Controlled shutdown of every broker, as far as that is possible within `limit`.
  void shut_down(Duration limit);
  void read_standard_input() { gateway_->read_standard_input(); }

  const sim::World& world() const { return history_ != nullptr ? history_->world() : *plain_; }
  /// With keep_history: the machine, for whoever shows it. It must not seek.
  std::shared_ptr<sim::TimeMachine> history() const { return history_; }

 private:
  LiveCluster(const LiveOptions& options, sim::ClusterSpec spec,
              std::unique_ptr<live::Gateway> gateway);
  Instant wall_now() const;
  Result<void> open_disks(const std::string& folder);
  Result<void> open_record(const std::string& file);
  bool enter(const sim::Input& input, std::string* problem = nullptr);
  Result<void> apply(const sim::Input& input);
  bool step();
  void run_until(Instant until);
  void take(const live::Arrival& arrival, std::vector<std::string>& log);
  void hand_out();
  void follow_processes();
  void obey(std::vector<std::string>& log);
  void on_event(const event::Event& event) override;
  /// What typed commands have brought to light since the last call.
  void tell_answers(std::vector<std::string>& log);

  std::unique_ptr<live::Gateway> gateway_;
  std::map<std::int32_t, std::unique_ptr<live::Disk>> disks_;
  std::unique_ptr<sim::World> plain_;          // exactly one of
  std::shared_ptr<sim::TimeMachine> history_;  // these two is the cluster
  std::map<live::SocketId, ConnectionId> connections_;
  std::map<ConnectionId, live::SocketId> sockets_;  // Invariant: the inverse of connections_
  std::set<std::int32_t> listening_;
  std::ofstream record_;
  std::vector<event::Event> answers_;  // not told yet
  EventSeq looked_at_;                 // with history_: for answers, up to this event
  Instant started_world_{};    // the world's clock and
  std::int64_t started_wall_;  // the wall's, in microseconds, at the same moment
};

}  // namespace kscope::cli
