#include "engine/sim/recording.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace kscope::sim {
namespace {

using nlohmann::json;

json spec_to_json(const ClusterSpec& spec) {
  json advertised = json::object();
  for (const auto& [id, where] : spec.advertised) {
    advertised[std::to_string(id)] = {where.first, where.second};
  }
  return {{"brokers", spec.brokers},
          {"controllers", spec.controllers},
          {"isolated", spec.isolated},
          {"standby", spec.standby},
          {"kraft_version", spec.kraft_version},
          {"config", spec.config},
          {"latency_min_us", spec.latency_min.count()},
          {"latency_max_us", spec.latency_max.count()},
          {"flush_us", spec.flush_time.count()},
          {"wall_offset_us", spec.wall_offset.count()},
          {"advertised", advertised}};
}

ClusterSpec spec_from_json(const json& j) {
  ClusterSpec spec;
  spec.brokers = j.at("brokers");
  spec.controllers = j.at("controllers");
  spec.isolated = j.value("isolated", false);
  spec.standby = j.value("standby", 0);
  spec.kraft_version = j.value("kraft_version", std::int16_t{0});
  spec.config = j.at("config").get<std::map<std::string, std::string>>();
  spec.latency_min = Duration(j.at("latency_min_us").get<std::int64_t>());
  spec.latency_max = Duration(j.at("latency_max_us").get<std::int64_t>());
  spec.flush_time = Duration(j.at("flush_us").get<std::int64_t>());
  spec.wall_offset = Duration(j.at("wall_offset_us").get<std::int64_t>());
  for (const auto& [id, where] : j.at("advertised").items()) {
    spec.advertised[std::stoi(id)] = {where.at(0).get<std::string>(), where.at(1).get<int>()};
  }
  return spec;
}

std::string to_hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t b : bytes) {
    text += kDigits[b >> 4];
    text += kDigits[b & 15];
  }
  return text;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool from_hex(const std::string& text, Bytes* out) {
  if (text.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    out->push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return true;
}

RecordedInput input_from_json(const json& j) {
  RecordedInput recorded;
  recorded.items = j.at("items");
  recorded.input.at = at_micros(j.at("at_us"));
  recorded.input.command = j.at("command");
  if (j.contains("bytes")) {
    Bytes bytes;
    if (!from_hex(j.at("bytes"), &bytes))
      throw std::invalid_argument("\"bytes\" is not hexadecimal");
    recorded.input.bytes = Blob(std::move(bytes));
  }
  return recorded;
}

}  // namespace

std::string recording_header(const ClusterSpec& spec, std::uint64_t seed) {
  return json{{"kafkascope", 1}, {"seed", seed}, {"spec", spec_to_json(spec)}}.dump() + "\n";
}

std::string recording_line(const RecordedInput& recorded) {
  json line{{"items", recorded.items},
            {"at_us", to_micros(recorded.input.at)},
            {"command", recorded.input.command}};
  if (!recorded.input.bytes.empty()) line["bytes"] = to_hex(recorded.input.bytes.view());
  return line.dump() + "\n";
}

Result<Recording> parse_recording(std::string_view text) {
  Recording recording;
  int number = 0;
  while (true) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;
    ++number;
    try {
      const json line = json::parse(text.substr(0, end));
      if (number == 1) {
        if (line.at("kafkascope") != 1) throw std::invalid_argument("its version is not 1");
        recording.seed = line.at("seed");
        recording.spec = spec_from_json(line.at("spec"));
      } else {
        recording.inputs.push_back(input_from_json(line));
      }
    } catch (const std::exception& e) {
      return Error{ErrorKind::Corrupt,
                   fmt::format("line {} of the recording: {}", number, e.what())};
    }
    text.remove_prefix(end + 1);
  }
  if (number == 0) return Error{ErrorKind::Corrupt, "the recording is empty"};
  return recording;
}

}  // namespace kscope::sim
