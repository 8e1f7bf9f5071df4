// CHECK: the engine's own promises, kept on in every build.
//
// Three kinds of "wrong" exist in this code base and they never mix:
//   1. our own bug                -> CHECK, stops the process at once;
//   2. the environment failed     -> Result<T> (base/result.h): disk full, torn file, cut socket;
//   3. Kafka says no              -> ErrorCode (base/error_code.h), travels in a response.
// Invariant *checkers* (sim/invariants) are a fourth thing: they return violations, so that the
// viewer can freeze on the moment. A CHECK is for states that no schedule of faults may reach.
//
// Read next: base/result.h
#pragma once

#include <cstdio>
#include <cstdlib>

namespace kscope {

/// Called just before a failed CHECK aborts; the simulation hangs its seed and clock here so that
/// the last line printed is enough to replay the failure.
using CheckContextPrinter = void (*)();
void set_check_context_printer(CheckContextPrinter printer);

[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace kscope

#define CHECK_THAT_HOLDS_(expr) \
  ((expr) ? void(0) : ::kscope::check_failed(#expr, __FILE__, __LINE__))
/// KCHECK rather than CHECK: Catch2 owns the shorter name in every test file.
#define KCHECK(expr) CHECK_THAT_HOLDS_(expr)
