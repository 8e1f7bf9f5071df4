// The table of screens. A new screen is a file pair and a line here.
#include <algorithm>
#include <cctype>

#include "viewer/panels/cluster_panel.h"
#include "viewer/panels/config_panel.h"
#include "viewer/panels/group_panel.h"
#include "viewer/panels/invariants_panel.h"
#include "viewer/panels/log_panel.h"
#include "viewer/panels/metrics_panel.h"
#include "viewer/panels/panel.h"
#include "viewer/panels/partition_panel.h"
#include "viewer/panels/quorum_panel.h"
#include "viewer/panels/request_panel.h"
#include "viewer/panels/sequence_panel.h"

namespace kscope::viewer {

const std::vector<Screen>& screens() {
  static const std::vector<Screen> kScreens{
      {"Cluster", draw_cluster},
      {kPartitionScreen, draw_partition},
      {kLogScreen, draw_log, draw_log_left, draw_log_right},
      {kQuorumScreen, draw_quorum_screen},
      {kGroupsScreen, draw_groups, draw_groups_left, draw_groups_right},
      {kSequenceScreen, draw_sequence},
      {kRequestScreen, draw_request_path},
      {kMetricsScreen, draw_metrics},
      {"Config", draw_config, nullptr, draw_config_right},
      {"Invariants", draw_invariants},
  };
  return kScreens;
}

const Screen* find_screen(std::string_view name) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  for (const Screen& screen : screens()) {
    const std::string_view label = screen.name;
    if (!name.empty() && name.size() <= label.size() &&
        std::equal(name.begin(), name.end(), label.begin(), same)) {
      return &screen;
    }
  }
  return nullptr;
}

}  // namespace kscope::viewer
