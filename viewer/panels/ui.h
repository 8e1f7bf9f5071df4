// Ui: everything that the panels share.
//
// Panels are functions: they read the models, draw, and put what the person wants into `later`. It
// is carried out after the frame was drawn, so that the snapshot under the picture never changes
// half-way.
//
// Owned by: app/gui. Read next: panels/panel.h
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "viewer/model/actions.h"
#include "viewer/model/cluster_view.h"
#include "viewer/model/config_view.h"
#include "viewer/model/feed.h"
#include "viewer/model/group_desk.h"
#include "viewer/model/inspector.h"
#include "viewer/model/lab_view.h"
#include "viewer/model/lanes.h"
#include "viewer/model/log_desk.h"
#include "viewer/model/quorum_desk.h"
#include "viewer/model/metrics_view.h"
#include "viewer/model/partition_view.h"
#include "viewer/model/request_path.h"
#include "viewer/model/sequence_desk.h"
#include "viewer/model/timeline.h"
#include "viewer/session/session.h"
#include "viewer/widgets/controls.h"
#include "viewer/widgets/draw_context.h"
#include "viewer/widgets/hex_view.h"

namespace kscope::viewer {

/// View data of the present moment; refreshed when the session's version or the question changed.
struct Models {
  ClusterView cluster;
  std::uint64_t cluster_version = 0;
  std::vector<FeedLine> feed;
  std::uint64_t feed_version = 0;
  FeedFilter feed_filter;
  Inspection inspection;
  Target inspected;
  std::uint64_t inspected_version = 0;
  int inspected_ago = 0;       ///< frames
  std::vector<WhyStep> story;  ///< the latest dramatic event and its causes
  EventSeq story_event;
  std::uint64_t story_history = 0;
  TimelineModel timeline;
  PartitionPicture partition;
  std::uint64_t partition_version = 0;
  RequestPathView request_path;
  std::uint64_t request_path_version = 0;
  PathFilter path_filter{};
  MetricsView metrics;
  std::uint64_t metrics_version = 0;
  std::int32_t metrics_owner = -2;
};

/// What the person has set up on the screen; nothing of it changes the cluster.
struct UiState {
  float user_zoom = 1.0f;  ///< Ctrl + and -
  std::string tab = "Cluster";
  bool help_open = false;
  int callout = -1;        ///< which of the first-start call-outs is shown; -1: none
  bool all_labs = false;   ///< the whole library is listed while a lab runs
  bool all_steps = false;  ///< every step of the lab, not only those around the current one
  FeedFilter feed_filter;
  bool only_trouble = false;                  ///< dense cluster view: hide healthy partitions
  std::optional<TimeWindow> timeline_window;  ///< zoomed by hand; empty: everything
  bool timeline_dragging = false;
  bool was_playing = false;        ///< before the drag
  TopicPartition focus_partition;  ///< whose leader and ISR the timeline paints
  FieldFocus fields;
  LaneAllocator upper_lanes, lower_lanes;
  Target menu_target;
  std::vector<Action> menu;  ///< actions of the open menu
  std::string menu_title;
  bool open_menu = false;
  std::string seek_text;
  PathFilter path_filter{};         ///< "Request path": which completed requests are listed
  std::int32_t metrics_owner = -1;  ///< "Metrics": whose; 0: the cluster, -1: the first broker
};

/// Of the screen "Log & index".
struct LogUi {
  bool labs_on_left = false;        ///< instead of the log directory
  bool inspector_on_right = false;  ///< instead of the bytes
  bool choice_made = false;         ///< by a person: a lab that begins does not change it
  Target inspected;                 ///< what was selected when the choice was made
  FieldFocus index, time_index, batch;
  std::array<float, 3> upkeep_height{};  ///< of each row of cards, from the last frame
  float spare_for_gap = 0;  ///< height that the sections may share, from the last frame
};

/// Of the screen "Partition".
struct PartitionUi {
  PartitionHistory history;
  float spare = 0;  ///< height that the rows may share, from the last frame
  float taken = 0;  ///< how much of it they took
};

/// Of the screen "Config".
struct ConfigUi {
  ConfigQuestion question;
  std::string chosen;  ///< name of the setting that the right side tells about
  std::string edited;  ///< the new value as far as it is written
};

/// Where the rows of a sequence are scrolled to.
struct RowScroll {
  float at = 0;
  float to = -1;  ///< in this frame; -1: it stays
};

/// Of the screen "Sequence".
struct SequenceUi {
  EventSeq seen;                 ///< the present moment, a frame ago
  std::uint64_t generation = 0;  ///< of the view, a frame ago
  RowScroll scroll;
};

/// Of the screen "Groups".
struct GroupUi {
  bool labs_on_left = false;       ///< instead of the group
  bool choice_made = false;        ///< by a person: a lab that begins does not change it
  bool inspector_on_right = false; ///< instead of the member
  Target inspected;                ///< what was selected a frame ago
  EventSeq seen;                   ///< the present moment, a frame ago
  std::ptrdiff_t rebalance = -1;   ///< on the screen, a frame ago
  std::string group;               ///< likewise
  RowScroll scroll;                ///< of the talk
  float page_height = 0;           ///< that the page needed in the last frame
  float talk_height = 0;           ///< of the talk in the last frame
};

struct Ui {
  explicit Ui(Session& s) : session(s) {}
  Session& session;
  DrawContext draw;
  Models models;
  UiState state;
  const LabView* lab = nullptr;  ///< null: no lab library was attached
  LabActions* lab_actions = nullptr;
  LogDesk log;
  QuorumDesk quorum;
  LogUi log_ui;
  PartitionUi partition_ui;
  ConfigUi config;
  SequenceDesk sequence;
  SequenceUi sequence_ui;
  GroupDesk groups;
  GroupUi groups_ui;
  /// Writes what the screen "Sequence" shows; the end of the name says in which format.
  std::function<Result<void>(const std::string& file)> save_sequence;
  std::function<double()> seconds_now;   ///< the machine's clock, for what is measured on it
  bool animating = false;                ///< something moves although the cluster stands still
  std::string title = "A live cluster";  ///< beside the product's name
  std::vector<std::function<void(Session&)>> later;

  float px(float units) const { return draw.px(units); }
  void do_later(std::function<void(Session&)> work) { later.push_back(std::move(work)); }
  void run(const Action& action);
  /// Opens a context menu at the mouse.
  void show_menu(std::string title, std::vector<Action> actions);
};

/// The tab of the screen that looks into a log.
inline constexpr const char* kLogScreen = "Log & index";
inline constexpr const char* kQuorumScreen = "Quorum";
inline constexpr const char* kGroupsScreen = "Groups";
inline constexpr const char* kRequestScreen = "Request path";
inline constexpr const char* kMetricsScreen = "Metrics";

/// The tab of the screen that follows one partition.
inline constexpr const char* kPartitionScreen = "Partition";
inline constexpr const char* kSequenceScreen = "Sequence";

/// Brings the models up to date with the session.
void refresh_models(Ui& ui);

}  // namespace kscope::viewer
