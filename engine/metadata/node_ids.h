// Lists of nodes as the wire has them (int32, -1 for nobody) and as the engine has them.
// Called by: metadata/. Read next: metadata/metadata_image.h
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "engine/base/ids.h"

namespace kscope::metadata {

inline std::vector<NodeId> to_nodes(const std::vector<std::int32_t>& ids) {
  std::vector<NodeId> nodes;
  nodes.reserve(ids.size());
  for (std::int32_t id : ids) nodes.push_back(NodeId(id));
  return nodes;
}

inline std::vector<std::int32_t> to_ints(const std::vector<NodeId>& nodes) {
  std::vector<std::int32_t> ids;
  ids.reserve(nodes.size());
  for (NodeId node : nodes) ids.push_back(node.value());
  return ids;
}

inline bool contains(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

inline std::optional<NodeId> node_or_none(std::int32_t id) {
  return id < 0 ? std::nullopt : std::optional<NodeId>(NodeId(id));
}

inline std::int32_t int_or_none(const std::optional<NodeId>& node) {
  return node ? node->value() : -1;
}

}  // namespace kscope::metadata
