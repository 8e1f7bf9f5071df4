// TestEnv: the surroundings of one node, for unit tests, with everything it did laid open.
//
// Nothing moves by itself: the test sets the clock, fires timers and hands over frames. The disk is
// a map from path to bytes (it knows nothing of flushes; tests of crashes use sim::Disk), the
// network only remembers what was sent, the sink keeps every event.
//
//   TestEnv t(NodeId(1));
//   broker.on_timer(t.env(), …);
//   t.clock_at(seconds(2));
//   CHECK(t.count<event::IsrUpdated>() == 1);
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/env/env.h"

namespace kscope::test {

/// Files in a map. `fail` makes every writing operation fail with that kind.
class TestDisk final : public env::Disk {
 public:
  std::optional<ErrorKind> fail;
  std::map<std::string, Bytes, std::less<>> files;
  std::set<std::string, std::less<>> directories{""};
  Duration cost{0};  ///< what pending_cost() answers

  Result<env::FileHandle> open(std::string_view path, bool create) override {
    if (!files.contains(path)) {
      if (!create) return Error{ErrorKind::NotFound, std::string(path)};
      if (fail) return failure();
      files[std::string(path)];
    }
    open_[++last_] = std::string(path);
    return last_;
  }
  void close(env::FileHandle file) override { open_.erase(file); }
  Result<std::int64_t> size(env::FileHandle file) const override {
    return static_cast<std::int64_t>(files.at(open_.at(file)).size());
  }
  Result<void> append(env::FileHandle file, ByteView bytes) override {
    if (fail) return failure();
    Bytes& content = files[open_.at(file)];
    content.insert(content.end(), bytes.begin(), bytes.end());
    return {};
  }
  Result<void> write_at(env::FileHandle file, std::int64_t position, ByteView bytes) override {
    if (fail) return failure();
    Bytes& content = files[open_.at(file)];
    const auto end = static_cast<std::size_t>(position) + bytes.size();
    if (content.size() < end) content.resize(end);
    std::copy(bytes.begin(), bytes.end(), content.begin() + position);
    return {};
  }
  Result<Bytes> read(env::FileHandle file, std::int64_t position,
                     std::int64_t length) const override {
    const Bytes& content = files.at(open_.at(file));
    const auto size = static_cast<std::int64_t>(content.size());
    if (position >= size) return Bytes();
    const auto end = std::min(size, position + length);
    return Bytes(content.begin() + position, content.begin() + end);
  }
  Result<std::int64_t> read_into(env::FileHandle file, std::int64_t position,
                                 std::span<std::uint8_t> out) const override {
    const Bytes bytes = read(file, position, static_cast<std::int64_t>(out.size())).value();
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return static_cast<std::int64_t>(bytes.size());
  }
  using Disk::read;
  Result<void> map(env::FileHandle, std::int64_t) override {
    if (fail) return failure();
    return {};
  }
  Result<void> trim(env::FileHandle) override {
    if (fail) return failure();
    return {};
  }
  void peek(env::FileHandle file, std::int64_t position,
            std::span<std::uint8_t> out) const override {
    KCHECK(read_into(file, position, out).value() == static_cast<std::int64_t>(out.size()));
  }
  Result<void> truncate(env::FileHandle file, std::int64_t size) override {
    if (fail) return failure();
    files[open_.at(file)].resize(static_cast<std::size_t>(size));
    return {};
  }
  Result<void> flush(env::FileHandle) override {
    if (fail) return failure();
    return {};
  }
  Result<void> rename(std::string_view from, std::string_view to) override {
    if (fail) return failure();
    rename_all(std::string(from), std::string(to));
    return {};
  }
  Result<void> remove(std::string_view path) override {
    if (fail) return failure();
    if (files.erase(std::string(path)) + directories.erase(std::string(path)) == 0) {
      return Error{ErrorKind::NotFound, std::string(path)};
    }
    return {};
  }
  Result<void> make_directory(std::string_view path) override {
    if (fail) return failure();
    directories.insert(std::string(path));
    return {};
  }
  Result<void> flush_directory(std::string_view) override {
    if (fail) return failure();
    return {};
  }
  Result<std::vector<env::DirEntry>> list(std::string_view path) const override {
    const std::string prefix = path.empty() ? "" : std::string(path) + "/";
    std::map<std::string, env::DirEntry> found;
    for (const auto& [name, bytes] : files) {
      if (const auto leaf = leaf_of(name, prefix)) {
        found[*leaf] = {*leaf, false, static_cast<std::int64_t>(bytes.size())};
      }
    }
    for (const auto& name : directories) {
      if (const auto leaf = leaf_of(name, prefix)) found[*leaf] = {*leaf, true, 0};
    }
    std::vector<env::DirEntry> entries;
    for (const auto& [leaf, entry] : found) entries.push_back(entry);
    return entries;
  }
  bool exists(std::string_view path) const override {
    return files.contains(path) || directories.contains(path);
  }
  Duration pending_cost() const override { return cost; }

 private:
  Error failure() const { return {*fail, "the test made the disk fail"}; }
  static std::optional<std::string> leaf_of(const std::string& name, const std::string& prefix) {
    if (name.size() <= prefix.size() || name.compare(0, prefix.size(), prefix) != 0) return {};
    const std::string rest = name.substr(prefix.size());
    if (rest.find('/') != std::string::npos) return {};
    return rest;
  }
  void rename_all(const std::string& from, const std::string& to) {
    std::map<std::string, Bytes, std::less<>> moved;
    for (auto& [name, bytes] : files) moved[renamed(name, from, to)] = std::move(bytes);
    files = std::move(moved);
    std::set<std::string, std::less<>> kept;
    for (const auto& name : directories) kept.insert(renamed(name, from, to));
    directories = std::move(kept);
    for (auto& [handle, name] : open_) name = renamed(name, from, to);
  }
  static std::string renamed(const std::string& name, const std::string& from,
                             const std::string& to) {
    if (name == from) return to;
    if (name.compare(0, from.size() + 1, from + "/") == 0) return to + name.substr(from.size());
    return name;
  }

  std::map<env::FileHandle, std::string> open_;
  env::FileHandle last_ = 0;
};

struct SentFrame {
  ConnectionId connection;
  Blob frame;
  env::FrameInfo info;
  Duration after{0};
};

/// Remembers connections and frames; `opened` and `closed` in the order in which they happened.
class TestNetwork final : public env::Network {
 public:
  std::vector<env::ConnectionInfo> opened;
  std::vector<ConnectionId> closed;
  std::vector<SentFrame> sent;

  ConnectionId connect(NodeId to, env::Listener listener, env::ConnectionPurpose purpose) override {
    opened.push_back({ConnectionId(++last_connection_), to, listener, purpose, true});
    return opened.back().id;
  }
  FrameId send(ConnectionId connection, Blob frame, const env::FrameInfo& info,
               Duration after) override {
    sent.push_back({connection, std::move(frame), info, after});
    return FrameId(++last_frame_);
  }
  void close(ConnectionId connection) override { closed.push_back(connection); }
  /// Takes the frames sent since the last call.
  std::vector<SentFrame> take() { return std::exchange(sent, {}); }

 private:
  std::uint64_t last_connection_ = 1000;  // below: connections that the test itself opened
  std::uint64_t last_frame_ = 0;
};

class TestTimers final : public env::Timers {
 public:
  std::map<std::pair<env::TimerKind, std::int64_t>, Instant> armed;
  void set(env::TimerKind kind, std::int64_t key, Instant at) override { armed[{kind, key}] = at; }
  void cancel(env::TimerKind kind, std::int64_t key) override { armed.erase({kind, key}); }
  std::optional<Instant> at(env::TimerKind kind, std::int64_t key = 0) const {
    const auto it = armed.find({kind, key});
    return it == armed.end() ? std::nullopt : std::optional(it->second);
  }
};

class TestSink final : public event::Sink {
 public:
  std::vector<event::Body> events;
  EventSeq emit(NodeId, event::Body body) override {
    events.push_back(std::move(body));
    return EventSeq(events.size());
  }
};

class TestEnv {
 public:
  explicit TestEnv(NodeId node, std::uint64_t seed = 1)
      : random(seed, static_cast<std::uint64_t>(node.value())),
        env_{node, env::Clock(), timers, network, disk, random, sink, names} {}
  TestEnv(const TestEnv&) = delete;
  TestEnv& operator=(const TestEnv&) = delete;

  env::Env& env() { return env_; }
  Instant now() const { return env_.now(); }
  void clock_at(Duration since_start) {
    env_.clock = env::Clock(Instant(since_start), Duration{0});
  }
  void advance(Duration by) { clock_at(now().time_since_epoch() + by); }
  /// Moves the clock to the earliest timer (if that is later), takes the timer and returns it.
  std::optional<std::pair<env::TimerKind, std::int64_t>> next_timer() {
    auto first = timers.armed.end();
    for (auto it = timers.armed.begin(); it != timers.armed.end(); ++it) {
      if (first == timers.armed.end() || it->second < first->second) first = it;
    }
    if (first == timers.armed.end()) return std::nullopt;
    if (first->second > now()) clock_at(first->second.time_since_epoch());
    const auto name = first->first;
    timers.armed.erase(first);
    return name;
  }

  template <class E>
  int count() const {
    int n = 0;
    for (const auto& body : sink.events) n += std::holds_alternative<E>(body) ? 1 : 0;
    return n;
  }
  /// The latest event of that type; nullptr if there was none.
  template <class E>
  const E* last() const {
    for (auto it = sink.events.rbegin(); it != sink.events.rend(); ++it) {
      if (const E* e = std::get_if<E>(&*it)) return e;
    }
    return nullptr;
  }

  TestTimers timers;
  TestNetwork network;
  TestDisk disk;
  env::RandomSet random;
  TestSink sink;
  NameTable names;

 private:
  env::Env env_;
};

}  // namespace kscope::test
