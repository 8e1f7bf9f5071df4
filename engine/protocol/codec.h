// The codec: one description per message drives encoding, decoding and the inspector.
//
// A message is a plain struct whose describe() lists its fields in wire order, with the schema's
// names. Three visitors run over that list: StructWriter puts the fields into bytes, StructReader
// takes them out again, and the same StructReader with a trace notes which bytes became which
// field. So a field cannot be encoded one way and shown another, and the inspector never lies.
//
//   struct Example {                                   // protocol/messages/*.h
//     static constexpr const char* kName = "Example";
//     static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 2, kFlexible = 2;
//     std::int32_t leader_id = -1;                     // the initialiser is the schema's default
//     void describe(auto& f) { f("LeaderId", leader_id, since(1)); }
//   };
//
// Versions: a field outside its versions is neither written nor read. Reading leaves the default.
// Writing drops an ignorable value; any other value that is not the default is our own bug
// (KCHECK), because the peer would act on something else than what we meant. Kafka throws
// UnsupportedVersionException there.
// Flexible versions (KIP-482): lengths become unsigned varints of length + 1, and every struct ends
// with tagged fields. Tags that we do not know are skipped; Kafka keeps them, we never forward.
//
// Hostile bytes: no length is trusted before the bytes behind it were seen; see protocol/decoder.h.
//
// This header only declares. The definitions are instantiated once per message (messages/*.cc), so
// that including a message is cheap for the layers above.
//
// Called by: everyone who talks. Real Kafka: MessageGenerator's read(), write() and addSize().
// Read next: protocol/field_spec.h, messages/fetch.h, then protocol/encoder.h and decoder.h
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "engine/base/api_key.h"
#include "engine/base/byte_io.h"
#include "engine/base/bytes.h"
#include "engine/base/error_code.h"
#include "engine/base/partition.h"
#include "engine/base/result.h"
#include "engine/protocol/field_spec.h"
#include "engine/record/record_batch.h"

namespace kscope::protocol {

/// One field with the bytes it was read from. `depth` makes the list a tree in pre-order.
using FieldSpan = record::FieldSpan;

/// A struct with a describe() of its own: whatever is a class and none of the basic types. Asking
/// for describe() itself would instantiate its body.
template <class T>
inline constexpr bool kIsBasic = !std::is_class_v<T> || std::is_same_v<T, std::string> ||
                                 std::is_same_v<T, Uuid> || std::is_same_v<T, Blob>;
template <class E>
inline constexpr bool kIsBasic<std::vector<E>> = true;
template <class T>
concept DescribedStruct = !kIsBasic<T>;

/// Default of the "authorized operations" bit fields: nobody asked for them.
inline constexpr std::int32_t kOperationsNotAsked = -2147483647 - 1;

/// The body of `message` alone, without size and header. REQUIRES kMinVersion <= version <=
/// kMaxVersion and no non-ignorable value that the version cannot carry.
template <class T>
Bytes encode_body(const T& message, std::int16_t version);

/// Appends the body to `out`; what encode_body does, without a buffer of its own.
template <class T>
void encode_into(ByteWriter& out, const T& message, std::int16_t version);

/// Unsupported for a version outside the message's range; Truncated or Corrupt for bytes that do
/// not hold the message, with the field's path and the byte. Bytes after the end are ignored, as
/// Kafka does. From a Blob, fields of bytes share its storage; from a view they are copied.
template <class T>
Result<T> decode_body(const Blob& body, std::int16_t version);
template <class T>
Result<T> decode_body(ByteView body, std::int16_t version);

/// Whether decode_body would succeed, and why not.
template <class T>
Result<void> check_body(ByteView body, std::int16_t version);

/// Appends every field in `body` to `out`, in the order of the bytes. `begin` and `end` count from
/// `offset` bytes before the body; `depth` is that of the outermost fields. Bytes that cannot be
/// read end the list with one entry named "unreadable" whose value is the error.
template <class T>
void walk_body(ByteView body, std::int16_t version, std::size_t offset, int depth,
               std::vector<FieldSpan>& out);

}  // namespace kscope::protocol
