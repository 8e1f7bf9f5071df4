#include "engine/base/check.h"

namespace kscope {
namespace {
thread_local CheckContextPrinter context_printer = nullptr;
}

void set_check_context_printer(CheckContextPrinter printer) { context_printer = printer; }

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "kafkascope: broken promise: %s (%s:%d)\n", expression, file, line);
  if (context_printer != nullptr) context_printer();
  std::abort();
}

}  // namespace kscope
