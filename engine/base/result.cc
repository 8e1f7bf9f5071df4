#include "engine/base/result.h"

namespace kscope {

const char* to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::NotFound: return "not found";
    case ErrorKind::Corrupt: return "corrupt";
    case ErrorKind::Truncated: return "truncated";
    case ErrorKind::Unsupported: return "unsupported";
    case ErrorKind::Invalid: return "invalid";
    case ErrorKind::Io: return "I/O error";
    case ErrorKind::DiskFull: return "disk full";
  }
  return "unknown";
}

}  // namespace kscope
