// Places of consumer groups in a snapshot, such as "group billing committed orders-0".
//
// A member is named by its id or, more readable, by the name of its client: "group billing assigned
// c1" reads "{orders-0,orders-2}".
//
// Called by: snapshot_path.cc. Read next: cluster/snapshot_path.h
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/cluster/snapshot.h"

namespace kscope::cluster {

Result<void> check_group_path(std::string_view path, const std::vector<std::string_view>& words);
/// REQUIRES check_group_path().
std::string read_group_path(const Snapshot& snapshot, const std::vector<std::string_view>& words);

}  // namespace kscope::cluster
