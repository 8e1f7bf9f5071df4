#include "engine/client/topic_subscription.h"

#include <fmt/core.h>

namespace kscope::client {
namespace {

const char* in_words(SubscriptionType type) {
  switch (type) {
    case SubscriptionType::None:
      return "nothing";
    case SubscriptionType::Topics:
      return "topics";
    case SubscriptionType::Pattern:
      return "a pattern";
    case SubscriptionType::Manual:
      return "partitions by hand";
  }
  return "?";
}

}  // namespace

Result<void> TopicSubscription::may_become(SubscriptionType type) const {
  if (type_ != SubscriptionType::None && type_ != type) {
    return Error{
        ErrorKind::Invalid,
        fmt::format("the consumer has {}; topics, a pattern and partitions by hand exclude "
                    "each other: unsubscribe first",
                    in_words(type_))};
  }
  return {};
}

Result<void> TopicSubscription::become(SubscriptionType type) {
  KTRY(may_become(type));
  type_ = type;
  return {};
}

Result<void> TopicSubscription::subscribe(const std::vector<std::string>& topics) {
  KTRY(become(SubscriptionType::Topics));
  topics_ = std::set<std::string>(topics.begin(), topics.end());
  return {};
}

Result<void> TopicSubscription::check_pattern(const std::string& pattern) {
  try {
    const std::regex tried(pattern);
  } catch (const std::regex_error&) {
    return Error{
        ErrorKind::Invalid,
        fmt::format("pattern={}: expected a regular expression such as orders.*", pattern)};
  }
  return {};
}

Result<void> TopicSubscription::subscribe_pattern(const std::string& pattern) {
  KTRY(check_pattern(pattern));
  KTRY(become(SubscriptionType::Pattern));
  pattern_ = pattern;
  regex_ = std::regex(pattern);
  return {};
}

Result<void> TopicSubscription::assign_by_hand() { return become(SubscriptionType::Manual); }

void TopicSubscription::unsubscribe() { *this = TopicSubscription(); }

bool TopicSubscription::matches(const std::string& topic) const {
  return std::regex_match(topic, regex_);
}

bool TopicSubscription::match(const std::vector<std::string>& known_topics) {
  std::set<std::string> matching;
  for (const std::string& topic : known_topics) {
    if (matches(topic)) matching.insert(topic);
  }
  const bool changed = matching != topics_;
  topics_ = std::move(matching);
  return changed;
}

bool TopicSubscription::accepts(const std::string& topic) const {
  return has_pattern() ? matches(topic) : topics_.contains(topic);
}

std::set<std::string> TopicSubscription::watched() const {
  std::set<std::string> all = topics_;
  all.insert(group_topics_.begin(), group_topics_.end());
  return all;
}

}  // namespace kscope::client
