// Result<T>: what an operation on the environment gives back.
//
// The environment (a disk, bytes that came off a wire or out of a file) can fail without anybody
// in this code base having made a mistake. Such operations return Result<T>; nothing in the engine
// throws across a header. Protocol outcomes are not Results: they are ErrorCodes in a response.
//
// Read next: base/check.h (our own bugs), base/error_code.h (Kafka's answers)
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "engine/base/check.h"

namespace kscope {

enum class ErrorKind {
  NotFound,     ///< no such file, topic, offset
  Corrupt,      ///< bytes that break their format: bad CRC, impossible length
  Truncated,    ///< bytes that stop too early; more may follow (a torn tail, a short frame)
  Unsupported,  ///< well-formed, but a version or feature that is not implemented
  Invalid,      ///< the caller's argument makes no sense (bad input from a person or a file)
  Io,           ///< the device said no
  DiskFull,     ///< the device has no room left
};

const char* to_string(ErrorKind kind);

/// A failure in one clear sentence: what thing, what is wrong with it, where.
struct Error {
  ErrorKind kind = ErrorKind::Io;
  std::string message;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}     // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// REQUIRES ok().
  T& value() & { KCHECK(ok()); return *std::get_if<0>(&state_); }
  const T& value() const& { KCHECK(ok()); return *std::get_if<0>(&state_); }
  T&& value() && { KCHECK(ok()); return std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// REQUIRES !ok().
  const Error& error() const { KCHECK(!ok()); return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT
  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const { KCHECK(!ok()); return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace kscope

/// Returns the error of `expr` (a Result) from the enclosing function, if it has one.
#define KTRY(expr)                                    \
  do {                                                \
    auto ktry_result_ = (expr);                       \
    if (!ktry_result_.ok()) return ktry_result_.error(); \
  } while (0)

#define KTRY_CONCAT_INNER_(a, b) a##b
#define KTRY_CONCAT_(a, b) KTRY_CONCAT_INNER_(a, b)
#define KTRY_ASSIGN_IMPL_(tmp, decl, expr) \
  auto tmp = (expr);                       \
  if (!tmp.ok()) return tmp.error();       \
  decl = std::move(tmp).value()
/// KTRY_ASSIGN(auto size, disk.size(file)); declares `size` or returns the error.
#define KTRY_ASSIGN(decl, expr) KTRY_ASSIGN_IMPL_(KTRY_CONCAT_(ktry_tmp_, __LINE__), decl, expr)
