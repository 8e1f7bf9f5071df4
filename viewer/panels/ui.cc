#include "viewer/panels/ui.h"

namespace kscope::viewer {

namespace {

constexpr std::size_t kFeedLines = 200;

void refresh_story(Ui& ui) {
  Session& session = ui.session;
  const auto& dramas = session.index().dramas();
  const auto latest =
      last_until(dramas, session.machine().present(), [](EventSeq seq) { return seq; });
  const EventSeq event = latest == dramas.end() ? EventSeq() : *latest;
  if (event == ui.models.story_event && ui.models.story_history == session.index().history())
    return;
  ui.models.story_event = event;
  ui.models.story_history = session.index().history();
  ui.models.story = why_chain(session.machine(), event);
}

/// Only while its screen is open: it reads whole files.
void refresh_log(Ui& ui) {
  constexpr double kSlice = 0.006;  // leaves most of a frame to the picture
  ui.animating = false;
  if (ui.state.tab != kLogScreen) return;
  Session& session = ui.session;
  ui.log.refresh(session.machine(), session.index(), session.version(), session.playing());
  ui.log.advance(static_cast<double>(ImGui::GetIO().DeltaTime));
  const bool measuring = ui.log.cost != nullptr && !ui.log.cost->done();
  if (measuring) ui.log.cost->work(kSlice);
  ui.animating = measuring || ui.log.playing();
}

/// Only while its screen is open: it reads the metadata log.
void refresh_quorum(Ui& ui) {
  if (ui.state.tab != kQuorumScreen) return;
  ui.quorum.refresh(ui.session.machine(), ui.session.version(), ui.session.playing());
}

/// Only while its screen is open: it reads every event once.
void refresh_partition(Ui& ui) {
  if (ui.state.tab != kPartitionScreen) return;
  Session& session = ui.session;
  Models& m = ui.models;
  TopicPartition wanted = ui.state.focus_partition;
  if (wanted.topic.empty() && !m.cluster.rows.empty()) wanted = m.cluster.rows.front().partition;
  const bool another = !(wanted == m.partition.partition);
  if (!another && m.partition_version == session.version()) return;
  m.partition_version = session.version();
  ui.partition_ui.history.update(session.machine(), session.index(), wanted);
  m.partition = build_partition_picture(session.snapshot(), m.cluster, session.index(),
                                        ui.partition_ui.history);
}

/// Only while their screens are open: both fold and search the past.
void refresh_request_screens(Ui& ui) {
  constexpr std::size_t kCompletedRows = 60;
  Session& session = ui.session;
  Models& m = ui.models;
  const bool stale_path =
      m.request_path_version != session.version() || m.path_filter != ui.state.path_filter;
  if (ui.state.tab == kRequestScreen && stale_path) {
    m.path_filter = ui.state.path_filter;
    m.request_path = build_request_path(session.machine(), m.path_filter, 0, kCompletedRows);
    m.request_path_version = session.version();
  }
  const bool stale_metrics =
      m.metrics_version != session.version() || m.metrics_owner != ui.state.metrics_owner;
  if (ui.state.tab == kMetricsScreen && stale_metrics) {
    m.metrics_owner = ui.state.metrics_owner;
    m.metrics = build_metrics_view(session.machine(), m.metrics_owner);
    m.metrics_version = session.version();
  }
}

/// Only while its screen is open: it reads the frames of a whole window.
void refresh_sequence(Ui& ui) {
  if (ui.state.tab != kSequenceScreen) return;
  Session& session = ui.session;
  const bool running = session.playing() || !session.machine().can_travel();  // live: always
  ui.sequence.refresh(session.machine(), session.index(), session.version(), running);
}

/// Only while its screen is open: it reads the frames of a whole rebalance. A replay goes on in
/// slices, so that most of a frame is left to the picture.
void refresh_groups(Ui& ui) {
  constexpr int kSlices = 25;  // some milliseconds
  if (ui.state.tab != kGroupsScreen) return;
  Session& session = ui.session;
  const Target& selected = session.selection();
  if (selected.kind == TargetKind::Client) ui.groups.choose_member(selected.node);
  const bool running = session.playing() || !session.machine().can_travel();
  ui.groups.refresh(session.machine(), session.index(), session.version(), running);
  ui.groups.work(kSlices);
  ui.animating = ui.animating || ui.groups.working();
}

}  // namespace

void refresh_models(Ui& ui) {
  Session& session = ui.session;
  Models& m = ui.models;
  refresh_log(ui);
  refresh_request_screens(ui);
  refresh_sequence(ui);
  refresh_groups(ui);
  if (m.cluster_version != session.version()) {
    m.cluster = build_cluster_view(session.snapshot(), session.index(), session.machine().names(),
                                   [&](std::int32_t node, EventSeq event) {
                                     return session.machine().replicas_before(node, event);
                                   });
    m.cluster_version = session.version();
    refresh_story(ui);
  }
  refresh_partition(ui);
  refresh_quorum(ui);
  if (m.feed_version != session.version() || !(m.feed_filter == ui.state.feed_filter)) {
    m.feed_filter = ui.state.feed_filter;
    m.feed = build_feed(session.machine(), session.index(), session.machine().present(), kFeedLines,
                        m.feed_filter);
    m.feed_version = session.version();
  }
  // Why a value is so takes a search through the past; while time runs, a few times a second will
  // do.
  constexpr int kFramesBetween = 12;
  const bool another = !(m.inspected == session.selection());
  const bool due = !session.playing() || ++m.inspected_ago >= kFramesBetween;
  if (another || (due && m.inspected_version != session.version())) {
    m.inspected_ago = 0;
    if (another) ui.state.fields = {};
    m.inspected = session.selection();
    m.inspection = inspect(session.machine(), m.inspected);
    m.inspected_version = session.version();
  }
}

void Ui::run(const Action& action) {
  if (!action.why_not.empty()) return;
  switch (action.kind) {
    case ActionKind::Command:
      do_later([commands = action.commands](Session& s) {
        for (const std::string& command : commands) {
          if (!s.act(command).ok()) break;
        }
      });
      return;
    case ActionKind::Select:
      do_later([target = action.select](Session& s) { s.select(target); });
      return;
    case ActionKind::FollowReply:
      do_later([frame = action.select.frame](Session& s) { s.follow_reply(frame); });
      return;
    case ActionKind::Seek:
      do_later([event = action.select.event](Session& s) {
        s.pause();
        s.seek(event);
      });
      return;
  }
}

void Ui::show_menu(std::string title, std::vector<Action> actions) {
  if (actions.empty()) return;
  state.menu_title = std::move(title);
  state.menu = std::move(actions);
  state.open_menu = true;
}

}  // namespace kscope::viewer
