// Gateway: real sockets for a simulated cluster.
//
// One listener per broker on 127.0.0.1. Bytes come in, are cut into frames at the size prefix, and
// wait to be fetched by poll(); frames go out through send(). Nothing is interpreted here: the
// engine sees the very bytes that the client wrote. Everything happens inside poll(), on the
// caller's thread: the engine stays single-threaded and the operating system's queues are the only
// buffer between it and the world.
//
// Hostile input ends one connection and nothing else: a size prefix that is negative or larger than
// `max_frame_bytes` closes it with a reason, and memory is only taken for bytes that have arrived.
//
// Invariants: arrivals of one socket come in the order of the wire; after Closed nothing more
// comes.
// Called by: the command `serve`. Kafka: kafka.network.SocketServer (Acceptor, Processor).
// Read next: live/disk.h
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

namespace kscope::live {

/// One accepted connection; never reused.
using SocketId = std::uint64_t;

struct Arrival {
  enum class Kind : std::uint8_t { Opened, Frame, Closed };
  Kind kind{};
  std::int32_t broker = 0;
  SocketId socket = 0;
  Blob frame;          ///< Frame: with its size prefix
  std::string peer;    ///< Opened: "127.0.0.1:51234"
  std::string reason;  ///< Closed: in words; empty when the client simply hung up
};

class Gateway {
 public:
  /// socket.request.max.bytes; `port` 0 lets the system choose.
  struct Options {
    std::int32_t brokers = 3;
    std::uint16_t port = 9092;  ///< of broker 1; the others follow
    std::int32_t max_frame_bytes = 104'857'600;
  };
  /// Io, naming the port, if one is taken.
  static Result<std::unique_ptr<Gateway>> open(const Options& options);
  ~Gateway();

  std::uint16_t port(std::int32_t broker) const;
  /// Waits for something to happen, at most `wait`, and returns what has arrived.
  std::vector<Arrival> poll(Duration wait);
  void send(SocketId socket, const Blob& frame);
  /// After everything handed to send() has been written.
  void close(SocketId socket);
  /// A broker that is down refuses connections, and its port stays reserved for its return.
  void set_listening(std::int32_t broker, bool listening);
  /// SIGINT or SIGTERM arrived; SIGUSR1 and SIGUSR2 are counted since the last call.
  bool stop_requested() const;
  int take_crash_signals();
  int take_restart_signals();
  /// Lines typed on standard input since the last call, if reading it was asked for.
  void read_standard_input();
  std::vector<std::string> take_lines();

 private:
  struct Impl;
  explicit Gateway(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kscope::live
