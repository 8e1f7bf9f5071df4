// The settings of the group coordinator that are words, not numbers.
//
// Called by: broker/broker_config. Kafka: GroupCoordinatorConfig's lists.
// Read next: coordinator/group/group_config.h
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/coordinator/group/group_config.h"

namespace kscope::coordinator {

/// The names that apply_group_words() knows, with their defaults.
const std::map<std::string, std::string>& group_word_settings();
/// Invalid, naming the setting and what it could be. REQUIRES a name of group_word_settings().
Result<void> apply_group_words(const std::string& name, const std::string& value,
                               GroupConfig* config);

}  // namespace kscope::coordinator
