#include "engine/base/time.h"

#include <fmt/format.h>

#include <limits>

namespace kscope {
namespace {

/// "12.3" for 12300 thousandths: at most three decimals, no trailing zeroes.
std::string thousandths(std::int64_t value) {
  std::string text = fmt::format("{}.{:03}", value / 1000, value % 1000);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

/// Microseconds in one of the unit, 0 if there is no such unit.
std::int64_t unit_in_micros(const std::string& unit) {
  if (unit == "us") return 1;
  if (unit == "ms") return 1'000;
  if (unit == "s") return 1'000'000;
  if (unit == "m" || unit == "min") return 60'000'000;
  if (unit == "h") return 3'600'000'000;
  return 0;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string format_duration(Duration d) {
  const std::int64_t us = d.count();
  if (us == std::numeric_limits<std::int64_t>::min()) return "-9223372036854.775 s";
  if (us < 0) return "-" + format_duration(-d);
  if (us < 1'000) return fmt::format("{} µs", us);
  if (us < 1'000'000) return thousandths(us) + " ms";
  return thousandths(us / 1'000) + " s";
}

std::string format_instant(Instant t) {
  const std::int64_t ms = to_micros(t) / 1'000;
  const std::int64_t abs = ms < 0 ? -ms : ms;
  return fmt::format("{}{}.{:03} s", ms < 0 ? "-" : "", abs / 1000, abs % 1000);
}

bool parse_duration(const std::string& text, Duration* out) {
  // Decimal arithmetic on integers: the result must not depend on a machine's floating point.
  std::size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) ++at;
  const std::size_t first_digit = at;
  constexpr std::int64_t kMaxWhole = 1'000'000'000'000;
  std::int64_t whole = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    whole = whole * 10 + (text[at] - '0');
    if (whole > kMaxWhole) return false;
  }
  if (at == first_digit) return false;
  std::int64_t fraction = 0, scale = 1;
  if (at < text.size() && text[at] == '.') {
    const std::size_t first_decimal = ++at;
    for (; at < text.size() && is_digit(text[at]); ++at) {
      if (scale < 1'000'000'000) {
        fraction = fraction * 10 + (text[at] - '0');
        scale *= 10;
      }
    }
    if (at == first_decimal) return false;
  }
  const std::int64_t unit = unit_in_micros(text.substr(at));
  if (unit == 0 || whole > std::numeric_limits<std::int64_t>::max() / unit - 1) return false;
  // fraction < 1e9 and unit <= 3.6e9: the product stays below 2^63.
  const std::int64_t us = whole * unit + fraction * unit / scale;
  *out = Duration(negative ? -us : us);
  return true;
}

}  // namespace kscope
