// Hex in and out of tests, and the captured frames.
#pragma once

#include <fstream>
#include <string>

#include "engine/base/bytes.h"
#include "tests/catch.h"

namespace kscope::protocol::test {

/// "00 01 ff": spaces and line ends are for the reader.
inline Bytes from_hex(const std::string& text) {
  Bytes bytes;
  int high = -1;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) continue;
    if (high >= 0) bytes.push_back(static_cast<std::uint8_t>(high * 16 + digit));
    high = high >= 0 ? -1 : digit;
  }
  return bytes;
}

/// A frame from tests/golden/wire.
inline Blob golden(const std::string& name) {
  std::ifstream file(std::string(KSCOPE_SOURCE_DIR) + "/tests/golden/wire/" + name + ".hex");
  REQUIRE(file.good());
  return Blob(from_hex(std::string(std::istreambuf_iterator<char>(file), {})));
}

}  // namespace kscope::protocol::test
