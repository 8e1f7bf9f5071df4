// From the words of the command line to a session: which machine, from when on.
// Called by: cli/view_command. Read next: viewer/session/session.h
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "viewer/session/session.h"

namespace kscope::cli {

struct SessionOptions {
  std::string scenario;   ///< file or shipped name; empty: the opening
  std::string recording;  ///< file, as `serve --record` writes it
  std::optional<std::uint64_t> seed;
  std::string at;            ///< "6s"; empty: wherever it begins
  std::uint64_t event = 0;   ///< 0: not given
  bool for_picture = false;  ///< choose a moment with something to see
};

struct OpenedSession {
  std::unique_ptr<viewer::Session> session;
  std::string title;
};

/// The error is one line: what is wrong with which option, and the way out.
Result<OpenedSession> open_session(const SessionOptions& options);

}  // namespace kscope::cli
