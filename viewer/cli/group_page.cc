#include "viewer/cli/group_page.h"

#ifdef KSCOPE_HAS_VIEWER

#include <fmt/format.h>

#include "viewer/panels/ui.h"

namespace kscope::cli {

namespace {

using viewer::GroupPage;
using viewer::GroupStrategy;

constexpr std::pair<const char*, GroupPage> kPageNames[] = {{"assignment", GroupPage::Assignment},
                                                            {"unread", GroupPage::Unread},
                                                            {"offsets", GroupPage::Offsets},
                                                            {"records", GroupPage::Records}};

std::string option_name(const GroupStrategy& strategy) {
  return strategy.consumer ? "consumer/" + strategy.name : strategy.name;
}

}  // namespace

Result<bool> choose_group_page(viewer::Ui& ui, const std::string& panel) {
  constexpr std::string_view kPrefix = "groups/";
  if (!panel.starts_with(kPrefix)) return false;
  const std::string wanted = panel.substr(kPrefix.size());
  std::string known;
  for (const auto& [name, page] : kPageNames) {
    known += fmt::format("{}groups/{}", known.empty() ? "" : ", ", name);
    if (wanted != name) continue;
    ui.state.tab = viewer::kGroupsScreen;
    ui.groups.page = page;
    return true;
  }
  return Error{
      ErrorKind::NotFound,
      fmt::format("there is no panel \"{}\"; of the screen Groups there are: {}", panel, known)};
}

Result<void> replay_group(viewer::Ui& ui, const std::string& strategy) {
  std::string known;
  const GroupStrategy* wanted = nullptr;
  for (const GroupStrategy& s : viewer::group_strategies()) {
    const std::string name = option_name(s);
    known += (known.empty() ? "" : ", ") + name;
    if (name == strategy || (strategy == "consumer" && s.consumer && wanted == nullptr)) {
      wanted = &s;
    }
  }
  if (wanted == nullptr) {
    return Error{ErrorKind::NotFound, fmt::format("--replay: there is no assignor \"{}\"; there "
                                                  "are: consumer, {}",
                                                  strategy, known)};
  }
  constexpr int kSlices = 1000;
  viewer::Session& session = ui.session;
  const auto refresh = [&] {
    ui.groups.refresh(session.machine(), session.index(), session.version(), false);
  };
  refresh();
  if (ui.groups.shown_group().empty()) {
    return Error{ErrorKind::NotFound,
                 "--replay: there is no consumer group at this moment (try --at)"};
  }
  ui.state.tab = viewer::kGroupsScreen;
  ui.groups.replay_with(*wanted);
  refresh();
  while (ui.groups.working()) ui.groups.work(kSlices);
  return {};
}

}  // namespace kscope::cli

#endif
