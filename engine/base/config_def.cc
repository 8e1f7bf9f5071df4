#include "engine/base/config_def.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace kscope {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    const std::string_view part = text.substr(0, at);
    if (!part.empty()) parts.emplace_back(part);
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

bool accepts(const ConfigKey& key, const std::string& word) {
  const auto words = split(key.limits.words, ' ');
  return words.empty() || std::find(words.begin(), words.end(), word) != words.end();
}

std::int64_t lowest(ConfigType type) {
  return type == ConfigType::Int ? INT32_MIN : type == ConfigType::Short ? INT16_MIN : INT64_MIN;
}

std::int64_t highest(ConfigType type) {
  return type == ConfigType::Int ? INT32_MAX : type == ConfigType::Short ? INT16_MAX : INT64_MAX;
}

/// What is wrong, without the name and the value; empty: nothing.
std::string complaint(const ConfigKey& key, const std::string& value) {
  const std::string no_number = std::string("Not a number of type ") + to_string(key.type);
  switch (key.type) {
    case ConfigType::Boolean:
      return value == "true" || value == "false" ? "" : "Expected value to be either true or false";
    case ConfigType::Int:
    case ConfigType::Short:
    case ConfigType::Long: {
      const auto number = parse_integer(value);
      if (!number || *number < lowest(key.type) || *number > highest(key.type)) return no_number;
      if (*number < key.limits.low) {
        return "Value must be at least " + std::to_string(key.limits.low);
      }
      if (*number <= key.limits.high) return "";
      return "Value must be no more than " + std::to_string(key.limits.high);
    }
    case ConfigType::Double: {
      const auto number = parse_decimal(value);
      if (!number) return no_number;
      if (*number < static_cast<double>(key.limits.low)) {
        return "Value must be at least " + std::to_string(key.limits.low);
      }
      if (*number <= static_cast<double>(key.limits.high)) return "";
      return "Value must be no more than " + std::to_string(key.limits.high);
    }
    case ConfigType::List:
      for (const std::string& word : split(value, ',')) {
        if (!accepts(key, word)) {
          return "String must be one of: " + joined(split(key.limits.words, ' '));
        }
      }
      return "";
    default:
      if (accepts(key, value)) return "";
      return "String must be one of: " + joined(split(key.limits.words, ' '));
  }
}

}  // namespace

const char* to_string(ConfigType type) {
  switch (type) {
    case ConfigType::Boolean: return "BOOLEAN";
    case ConfigType::String: return "STRING";
    case ConfigType::Int: return "INT";
    case ConfigType::Short: return "SHORT";
    case ConfigType::Long: return "LONG";
    case ConfigType::Double: return "DOUBLE";
    case ConfigType::List: return "LIST";
    case ConfigType::Class: return "CLASS";
    case ConfigType::Password: return "PASSWORD";
  }
  return "?";
}

const char* to_string(ConfigScope scope) {
  switch (scope) {
    case ConfigScope::BrokerReadOnly: return "broker, read-only";
    case ConfigScope::BrokerPerBroker: return "broker, per-broker";
    case ConfigScope::BrokerClusterWide: return "broker, cluster-wide";
    case ConfigScope::Topic: return "topic";
    case ConfigScope::Producer: return "producer";
    case ConfigScope::Consumer: return "consumer";
    case ConfigScope::Admin: return "admin client";
  }
  return "?";
}

const char* to_string(ConfigEffect effect) {
  switch (effect) {
    case ConfigEffect::Live: return "live";
    case ConfigEffect::Start: return "at start";
    case ConfigEffect::None: return "no effect";
  }
  return "?";
}

const ConfigKey* find_config(std::span<const ConfigKey> table, std::string_view name) {
  const auto found =
      std::lower_bound(table.begin(), table.end(), name,
                       [](const ConfigKey& key, std::string_view n) { return key.name < n; });
  return found != table.end() && found->name == name ? &*found : nullptr;
}

std::optional<std::string> config_problem(const ConfigKey& key, const std::string& value) {
  const std::string what = complaint(key, value);
  if (what.empty()) return std::nullopt;
  return "Invalid value " + value + " for configuration " + key.name + ": " + what;
}

std::string describe_limits(const ConfigKey& key) {
  const ConfigLimits& limits = key.limits;
  if (const auto words = split(limits.words, ' '); !words.empty()) {
    return "one of " + joined(words);
  }
  const bool low = limits.low > INT64_MIN, high = limits.high < INT64_MAX;
  if (low && high) {
    return "between " + std::to_string(limits.low) + " and " + std::to_string(limits.high);
  }
  if (low) return "at least " + std::to_string(limits.low);
  return high ? "at most " + std::to_string(limits.high) : "";
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size() && !text.empty();
  return whole ? std::optional(value) : std::nullopt;
}

std::optional<double> parse_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string whole(text.substr(0, point));
  const std::string fraction(point < text.size() ? text.substr(point + 1) : "");
  const bool digits = (whole + fraction).find_first_not_of("0123456789") == std::string::npos;
  if (!digits || (whole + fraction).empty() || text.size() > 15) return std::nullopt;
  double value = 0, unit = 1;
  for (const char c : whole) value = value * 10 + (c - '0');
  for (const char c : fraction) value += (c - '0') * (unit /= 10);
  return negative ? -value : value;
}

}  // namespace kscope
