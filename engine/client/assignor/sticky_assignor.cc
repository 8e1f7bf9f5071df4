#include "engine/client/assignor/sticky_assignor.h"

#include <algorithm>

#include "engine/base/byte_io.h"
#include "engine/client/assignor/consumer_protocol.h"
#include "engine/client/assignor/sticky_constrained.h"
#include "engine/client/assignor/sticky_general.h"

namespace kscope::client {
namespace {

constexpr std::int32_t kNoGeneration = -1;

/// The part that both versions share; the reader is left behind it.
std::vector<TopicPartition> read_previous_assignment(ByteReader& in) {
  std::vector<TopicPartition> partitions;
  const std::int32_t topics = in.i32();
  for (std::int32_t t = 0; t < topics && in.ok(); ++t) {
    const std::int16_t length = in.i16();
    if (length < 0) in.fail();
    const ByteView name = in.take(in.ok() ? static_cast<std::size_t>(length) : 0);
    const std::int32_t count = in.i32();
    if (count < 0 || static_cast<std::size_t>(count) > in.remaining() / 4) in.fail();
    for (std::int32_t i = 0; i < count && in.ok(); ++i) {
      partitions.push_back({std::string(text_of(name)), in.i32()});
    }
  }
  if (topics < 0) in.fail();
  return partitions;
}

std::vector<int> owned_numbers(const GroupShape& shape, int member) {
  std::vector<int> numbers;
  for (const auto& topic : shape.members[member]->subscription.owned_partitions) {
    for (const std::int32_t partition : topic.partitions) {
      if (const auto p = shape.number_of(topic.topic, partition)) numbers.push_back(*p);
    }
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

/// What somebody has and somebody else is to get (Kafka: computePartitionsTransferringOwnership).
std::vector<int> find_changing_hands(const GroupShape& shape, const GroupShape::Shares& shares) {
  std::vector<bool> leaves(shape.topic_of.size(), false);
  std::vector<bool> arrives(shape.topic_of.size(), false);
  for (int m = 0; m < shape.member_count(); ++m) {
    const std::vector<int> owned = owned_numbers(shape, m);
    std::vector<int> share = shares[m];
    std::sort(share.begin(), share.end());
    for (const int p : owned) {
      if (!std::binary_search(share.begin(), share.end(), p)) leaves[p] = true;
    }
    for (const int p : share) {
      if (!std::binary_search(owned.begin(), owned.end(), p)) arrives[p] = true;
    }
  }
  std::vector<int> both;
  for (std::size_t p = 0; p < leaves.size(); ++p) {
    if (leaves[p] && arrives[p]) both.push_back(static_cast<int>(p));
  }
  return both;
}

void withhold(const std::vector<int>& partitions, std::size_t partition_count,
              GroupShape::Shares& shares) {
  std::vector<bool> withheld(partition_count, false);
  for (const int p : partitions) withheld[p] = true;
  for (std::vector<int>& share : shares) {
    share.erase(std::remove_if(share.begin(), share.end(), [&](int p) { return withheld[p]; }),
                share.end());
  }
}

}  // namespace

AbstractStickyAssignor::Outcome AbstractStickyAssignor::balance(const GroupShape& shape) const {
  std::vector<OwnedClaim> claims;
  for (const MemberSubscription* member : shape.members) claims.push_back(claim_of(*member));
  const StickyProblem problem(shape, claims);
  if (shape.all_subscribe_alike()) return {assign_constrained(problem), true};
  return {{assign_general(problem), {}}, false};
}

GroupAssignment StickyAssignor::assign(const ClusterTopics& topics,
                                       const std::vector<MemberSubscription>& members) const {
  const GroupShape shape(topics, members);
  return shape.named(balance(shape).result.shares);
}

void StickyAssignor::on_assignment(const MemberAssignment& assignment, std::int32_t generation,
                                   AssignorMemory* memory) const {
  memory->partitions = assignment.partitions;
  memory->generation = generation;
}

std::optional<Blob> StickyAssignor::subscription_user_data(const std::vector<std::string>&,
                                                           const AssignorMemory& memory) const {
  if (!memory.partitions) return std::nullopt;
  return write_sticky_user_data({*memory.partitions, memory.generation});
}

/// Never from the subscription's own fields: with Eager, owned partitions are given up, and empty,
/// before the member joins.
OwnedClaim StickyAssignor::claim_of(const MemberSubscription& member) const {
  const std::optional<Blob>& user_data = member.subscription.user_data;
  if (!user_data || user_data->empty()) return {};
  return read_sticky_user_data(*user_data);
}

GroupAssignment CooperativeStickyAssignor::assign(
    const ClusterTopics& topics, const std::vector<MemberSubscription>& members) const {
  const GroupShape shape(topics, members);
  Outcome outcome = balance(shape);
  GroupShape::Shares& shares = outcome.result.shares;
  const std::vector<int> changing_hands =
      outcome.constrained ? outcome.result.changing_hands : find_changing_hands(shape, shares);
  withhold(changing_hands, shape.topic_of.size(), shares);
  return shape.named(shares);
}

void CooperativeStickyAssignor::on_assignment(const MemberAssignment&, std::int32_t generation,
                                              AssignorMemory* memory) const {
  memory->generation = generation;
}

std::optional<Blob> CooperativeStickyAssignor::subscription_user_data(
    const std::vector<std::string>&, const AssignorMemory& memory) const {
  ByteWriter out;
  out.i32(memory.generation);
  return Blob(out.take());
}

OwnedClaim CooperativeStickyAssignor::claim_of(const MemberSubscription& member) const {
  const protocol::ConsumerProtocolSubscription& subscription = member.subscription;
  OwnedClaim claim{partitions_of(subscription.owned_partitions), std::nullopt};
  if (subscription.generation_id >= 0) {
    claim.generation = subscription.generation_id;
  } else if (subscription.user_data) {
    ByteReader in(*subscription.user_data);
    const std::int32_t generation = in.i32();
    claim.generation = in.ok() ? generation : kNoGeneration;
  }
  return claim;
}

Blob write_sticky_user_data(const OwnedClaim& claim, std::int16_t version) {
  ByteWriter out;
  const std::vector<protocol::ConsumerProtocolPartitions> topics = by_topic(claim.partitions);
  out.i32(static_cast<std::int32_t>(topics.size()));
  for (const protocol::ConsumerProtocolPartitions& topic : topics) {
    out.i16(static_cast<std::int16_t>(topic.topic.size()));
    out.raw(view_of(topic.topic));
    out.i32(static_cast<std::int32_t>(topic.partitions.size()));
    for (const std::int32_t partition : topic.partitions) out.i32(partition);
  }
  if (version >= 1) out.i32(claim.generation.value_or(kNoGeneration));
  return Blob(out.take());
}

OwnedClaim read_sticky_user_data(ByteView bytes) {
  ByteReader in(bytes);
  OwnedClaim claim{read_previous_assignment(in), std::nullopt};
  if (!in.ok()) return {{}, kNoGeneration};
  const std::int32_t generation = in.i32();
  if (in.ok()) claim.generation = generation;  // otherwise version 0
  return claim;
}

}  // namespace kscope::client
