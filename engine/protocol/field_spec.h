// What a message's describe() says of one field besides its name and its member.
//
// Kafka's messages grow by versions: a field exists from a version on, or up to one, may be null
// from another, or moves into the tagged section that old readers skip (KIP-482). Everything of
// that is data in a FieldSpec, so that describe() reads like the schema:
//
//   f("ClusterId", cluster_id, since(12).nullable().tag(0).ignorable());
//   f("ReplicaId", replica_id, versions(0, 14));
//   f("MaxWaitMs", max_wait_ms);
//
// Invariant: a tagged field only exists in flexible versions.
// Real Kafka: the JSON schemas of clients/src/main/resources/common/message and its code generator
// (FieldSpec, Versions). Here the C++ description is the schema and no generator runs.
// Read next: protocol/codec.h
#pragma once

#include <cstdint>

namespace kscope::protocol {

/// What a field of bytes holds, where the inspector can look into it.
enum class Inside : std::uint8_t { Unknown, Records, Subscription, Assignment };

struct FieldSpec {
  static constexpr std::int16_t kForever = 32767;
  static constexpr std::int16_t kUntagged = -1;

  std::int16_t first = 0;                ///< first version that has the field
  std::int16_t last = kForever;          ///< last version that has it
  std::int16_t nullable_from = kForever;  ///< first version in which null is allowed
  std::int16_t tag_number = kUntagged;
  /// What to do with a value that the version at hand cannot carry: drop it silently, or treat it
  /// as a bug of the caller, who would otherwise lose something that matters.
  bool may_be_dropped = false;
  Inside inside = Inside::Unknown;

  constexpr bool covers(std::int16_t version) const { return first <= version && version <= last; }
  constexpr bool is_tagged() const { return tag_number != kUntagged; }
  constexpr bool allows_null(std::int16_t version) const { return version >= nullable_from; }

  constexpr FieldSpec nullable(std::int16_t from = 0) const {
    FieldSpec s = *this;
    s.nullable_from = from;
    return s;
  }
  constexpr FieldSpec tag(std::int16_t number) const {
    FieldSpec s = *this;
    s.tag_number = number;
    return s;
  }
  constexpr FieldSpec ignorable() const {
    FieldSpec s = *this;
    s.may_be_dropped = true;
    return s;
  }
  constexpr FieldSpec holds(Inside what) const {
    FieldSpec s = *this;
    s.inside = what;
    return s;
  }
  constexpr FieldSpec records() const { return holds(Inside::Records); }
};

constexpr FieldSpec versions(std::int16_t first, std::int16_t last) {
  FieldSpec s;
  s.first = first;
  s.last = last;
  return s;
}
constexpr FieldSpec since(std::int16_t first) { return versions(first, FieldSpec::kForever); }
/// For fields of all versions: nullable(), nullable(10), a tag, or what is inside.
constexpr FieldSpec nullable(std::int16_t from = 0) { return FieldSpec{}.nullable(from); }
constexpr FieldSpec tag(std::int16_t number) { return FieldSpec{}.tag(number); }
constexpr FieldSpec holds(Inside what) { return FieldSpec{}.holds(what); }

/// `kFlexible` of a message without flexible versions.
inline constexpr std::int16_t kNeverFlexible = FieldSpec::kForever;

}  // namespace kscope::protocol
