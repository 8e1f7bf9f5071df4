#include "engine/live/gateway.h"

#include <asio.hpp>
#include <csignal>
#include <deque>

#include <fmt/core.h>

namespace kscope::live {
namespace {

using asio::ip::tcp;
using SystemError = asio::error_code;

constexpr std::size_t kReadChunk = 64 * 1024;

}  // namespace

// One accepted connection: cuts the stream into frames, and writes one frame after the other.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::int32_t broker, SocketId id, std::int32_t max_frame,
             std::vector<Arrival>& arrivals)
      : socket_(std::move(socket)), broker_(broker), id_(id), max_frame_(max_frame),
        arrivals_(arrivals) {}

  void start() {
    SystemError ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    read();
  }

  void write(const Blob& frame) {
    if (closed_) return;
    out_.push_back(frame);
    if (out_.size() == 1) write_next();
  }

  // What was handed to write() before still goes out.
  void finish() {
    finishing_ = true;
    if (out_.empty()) shut();
  }

  void drop() { shut(); }
  std::int32_t broker() const { return broker_; }
  bool closed() const { return closed_; }

 private:
  void read() {
    in_.resize(have_ + kReadChunk);
    socket_.async_read_some(
        asio::buffer(in_.data() + have_, kReadChunk),
        [self = shared_from_this()](SystemError error, std::size_t n) {
          if (self->closed_) return;
          if (error) return self->end("");
          self->have_ += n;
          if (self->cut_frames()) self->read();
        });
  }

  // Hands over every whole frame; false if the stream makes no sense and was closed.
  bool cut_frames() {
    std::size_t at = 0;
    while (have_ - at >= 4) {
      const std::uint32_t size = (std::uint32_t{in_[at]} << 24) |
                                 (std::uint32_t{in_[at + 1]} << 16) |
                                 (std::uint32_t{in_[at + 2]} << 8) | std::uint32_t{in_[at + 3]};
      if (size > static_cast<std::uint32_t>(max_frame_)) {
        end(fmt::format("a frame of {} bytes was announced; the limit is {}", size, max_frame_));
        return false;
      }
      if (have_ - at < 4 + std::size_t{size}) break;
      Arrival arrival;
      arrival.kind = Arrival::Kind::Frame;
      arrival.broker = broker_;
      arrival.socket = id_;
      arrival.frame = Blob::copy_of(ByteView(in_.data() + at, 4 + std::size_t{size}));
      arrivals_.push_back(std::move(arrival));
      at += 4 + std::size_t{size};
    }
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(at));
    have_ -= at;
    return true;
  }

  void write_next() {
    const ByteView bytes = out_.front().view();
    asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                      [self = shared_from_this()](SystemError error, std::size_t) {
                        if (self->closed_) return;
                        if (error) return self->end("");
                        self->out_.pop_front();
                        if (!self->out_.empty()) return self->write_next();
                        if (self->finishing_) self->shut();
                      });
  }

  void end(const std::string& reason) {
    Arrival arrival;
    arrival.kind = Arrival::Kind::Closed;
    arrival.broker = broker_;
    arrival.socket = id_;
    arrival.reason = reason;
    arrivals_.push_back(std::move(arrival));
    shut();
  }

  void shut() {
    if (closed_) return;
    closed_ = true;
    SystemError ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

  tcp::socket socket_;
  std::int32_t broker_;
  SocketId id_;
  std::int32_t max_frame_;
  std::vector<Arrival>& arrivals_;
  Bytes in_;
  std::size_t have_ = 0;  // bytes of in_ that have arrived
  std::deque<Blob> out_;
  bool finishing_ = false;
  bool closed_ = false;
};

struct Gateway::Impl {
  explicit Impl(const Options& o) : options(o), signals(io, SIGINT, SIGTERM), input(io) {
    signals.add(SIGUSR1);
    signals.add(SIGUSR2);
    wait_for_signal();
  }

  void wait_for_signal() {
    signals.async_wait([this](SystemError error, int number) {
      if (error) return;
      if (number == SIGUSR1) ++crash_signals;
      else if (number == SIGUSR2) ++restart_signals;
      else stopping = true;
      wait_for_signal();
    });
  }

  Result<void> listen(std::int32_t broker, std::uint16_t port) {
    auto acceptor = std::make_unique<tcp::acceptor>(io);
    SystemError error;
    acceptor->open(tcp::v4(), error);
    if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor->bind({asio::ip::address_v4::loopback(), port}, error);
    if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return Error{ErrorKind::Io,
                   fmt::format("port {} of broker {} cannot be opened: {} (choose another with "
                               "--port)", port, broker, error.message())};
    }
    ports[broker] = acceptor->local_endpoint(error).port();
    acceptors[broker] = std::move(acceptor);
    accept(broker);
    return {};
  }

  void accept(std::int32_t broker) {
    acceptors[broker]->async_accept([this, broker](SystemError error, tcp::socket socket) {
      if (error) return;
      const SocketId id = next_socket++;
      Arrival arrival;
      arrival.kind = Arrival::Kind::Opened;
      arrival.broker = broker;
      arrival.socket = id;
      SystemError unknown;
      const tcp::endpoint peer = socket.remote_endpoint(unknown);
      arrival.peer = unknown ? "unknown" : fmt::format("{}:{}", peer.address().to_string(),
                                                       peer.port());
      arrivals.push_back(std::move(arrival));
      auto connection = std::make_shared<Connection>(std::move(socket), broker, id,
                                                     options.max_frame_bytes, arrivals);
      connections[id] = connection;
      connection->start();
      accept(broker);
    });
  }

  void read_line() {
    asio::async_read_until(input, typed, '\n', [this](SystemError error, std::size_t) {
      if (error) return;  // standard input is closed: no more commands
      std::istream stream(&typed);
      std::string line;
      std::getline(stream, line);
      lines.push_back(line);
      read_line();
    });
  }

  void forget_closed() {
    for (auto it = connections.begin(); it != connections.end();) {
      it = it->second->closed() ? connections.erase(it) : std::next(it);
    }
  }

  Options options;
  asio::io_context io;
  asio::signal_set signals;
  asio::posix::stream_descriptor input;
  asio::streambuf typed;
  std::vector<std::string> lines;
  std::map<std::int32_t, std::uint16_t> ports;
  std::map<std::int32_t, std::unique_ptr<tcp::acceptor>> acceptors;
  std::map<SocketId, std::shared_ptr<Connection>> connections;
  std::vector<Arrival> arrivals;
  SocketId next_socket = 1;
  bool stopping = false;
  int crash_signals = 0;
  int restart_signals = 0;
};

Gateway::Gateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Gateway::~Gateway() = default;

Result<std::unique_ptr<Gateway>> Gateway::open(const Options& options) {
  auto impl = std::make_unique<Impl>(options);
  for (std::int32_t broker = 1; broker <= options.brokers; ++broker) {
    const std::uint16_t port =
        options.port == 0 ? std::uint16_t{0}
                          : static_cast<std::uint16_t>(options.port + broker - 1);
    KTRY(impl->listen(broker, port));
  }
  return std::unique_ptr<Gateway>(new Gateway(std::move(impl)));
}

std::uint16_t Gateway::port(std::int32_t broker) const { return impl_->ports.at(broker); }

std::vector<Arrival> Gateway::poll(Duration wait) {
  impl_->io.restart();
  impl_->io.poll();
  if (impl_->arrivals.empty() && wait > Duration{0}) {
    impl_->io.run_one_for(wait);
    impl_->io.poll();
  }
  impl_->forget_closed();
  return std::exchange(impl_->arrivals, {});
}

void Gateway::send(SocketId socket, const Blob& frame) {
  const auto it = impl_->connections.find(socket);
  if (it != impl_->connections.end()) it->second->write(frame);
}

void Gateway::close(SocketId socket) {
  const auto it = impl_->connections.find(socket);
  if (it != impl_->connections.end()) it->second->finish();
}

void Gateway::set_listening(std::int32_t broker, bool listening) {
  const bool open = impl_->acceptors.count(broker) > 0;
  if (listening == open) return;
  if (listening) {
    // The port was ours a moment ago; should another program have taken it, clients keep being
    // refused, which is what a broker that cannot bind looks like.
    (void)impl_->listen(broker, impl_->ports[broker]).ok();
    return;
  }
  impl_->acceptors.erase(broker);
  for (auto& [id, connection] : impl_->connections) {
    if (connection->broker() == broker) connection->drop();
  }
}

bool Gateway::stop_requested() const { return impl_->stopping; }
int Gateway::take_crash_signals() { return std::exchange(impl_->crash_signals, 0); }
int Gateway::take_restart_signals() { return std::exchange(impl_->restart_signals, 0); }

void Gateway::read_standard_input() {
  SystemError error;
  impl_->input.assign(::dup(0), error);
  if (!error) impl_->read_line();
}

std::vector<std::string> Gateway::take_lines() { return std::exchange(impl_->lines, {}); }

}  // namespace kscope::live
