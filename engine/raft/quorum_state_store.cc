#include "engine/raft/quorum_state_store.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/raft/raft_config.h"

namespace kscope::raft {
namespace {

constexpr const char* kFile = "quorum-state";
constexpr const char* kTemporary = "quorum-state.tmp";

std::string path_of(const char* file) { return metadata_partition().str() + "/" + file; }

NodeId or_nobody(const std::optional<NodeId>& node) { return node.value_or(NodeId(-1)); }

std::optional<NodeId> unless_nobody(std::int32_t id) {
  return id < 0 ? std::nullopt : std::optional<NodeId>(NodeId(id));
}

std::string to_json(const ElectionState& state, const QuorumStateExtras& extras, NodeId self) {
  const std::string votes =
      fmt::format("\"leaderId\":{},\"leaderEpoch\":{},\"votedId\":{}",
                  or_nobody(state.leader).value(), state.epoch, or_nobody(state.voted_for).value());
  if (extras.kraft_version > 0) {
    const Uuid directory = state.voted_for == self ? extras.directory : Uuid{};
    return fmt::format("{{{},\"votedDirectoryId\":\"{}\",\"data_version\":1}}", votes,
                       directory.str());
  }
  std::string list;
  for (NodeId voter : extras.voters) {
    list += fmt::format("{}{{\"voterId\":{}}}", list.empty() ? "" : ",", voter.value());
  }
  return fmt::format("{{{},\"appliedOffset\":0,\"currentVoters\":[{}],\"data_version\":0}}", votes,
                     list);
}

/// Writes and flushes; the file may hold the rest of an attempt that a crash cut off.
Result<void> write_whole(env::Env& env, const std::string& path, std::string_view text) {
  KTRY_ASSIGN(const env::FileHandle file, env.disk.open(path, true));
  auto written = env.disk.truncate(file, 0);
  if (written.ok()) written = env.disk.append(file, view_of(text));
  if (written.ok()) written = env.disk.flush(file);
  env.disk.close(file);
  return written;
}

}  // namespace

Result<std::optional<ElectionState>> load_election_state(env::Env& env) {
  const std::string path = path_of(kFile);
  if (!env.disk.exists(path)) return std::optional<ElectionState>();
  KTRY_ASSIGN(const env::FileHandle file, env.disk.open(path, false));
  auto size = env.disk.size(file);
  auto bytes = size.ok() ? env.disk.read(file, 0, *size) : Result<Bytes>(size.error());
  env.disk.close(file);
  if (!bytes.ok()) return bytes.error();

  const auto json = nlohmann::json::parse(text_of(*bytes), nullptr, false);
  const auto number = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_number_integer();
  };
  if (!number("leaderId") || !number("leaderEpoch") || !number("votedId")) {
    return Error{ErrorKind::Corrupt, path + " is not a quorum-state file"};
  }
  ElectionState state;
  state.epoch = json["leaderEpoch"].get<std::int32_t>();
  state.leader = unless_nobody(json["leaderId"].get<std::int32_t>());
  state.voted_for = unless_nobody(json["votedId"].get<std::int32_t>());
  return std::optional<ElectionState>(state);
}

Result<void> save_election_state(env::Env& env, const ElectionState& state,
                                 const QuorumStateExtras& extras) {
  const std::string temporary = path_of(kTemporary);
  KTRY(write_whole(env, temporary, to_json(state, extras, env.node)));
  KTRY(env.disk.rename(temporary, path_of(kFile)));
  KTRY(env.disk.flush_directory(metadata_partition().str()));
  env.events.emit(env.node, event::QuorumStatePersisted{state.epoch, or_nobody(state.leader),
                                                        or_nobody(state.voted_for)});
  return {};
}

}  // namespace kscope::raft
