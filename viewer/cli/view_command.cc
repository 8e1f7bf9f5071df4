#include "viewer/cli/view_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "engine/sim/world_actions.h"
#include "viewer/cli/commands.h"
#include "viewer/cli/group_page.h"
#include "viewer/cli/lab_command.h"
#include "viewer/cli/open_session.h"
#include "viewer/cli/sequence_files.h"
#include "viewer/cli/text_mode.h"
#include "viewer/lab/lab_desk.h"
#include "viewer/model/lookup.h"

#ifdef KSCOPE_HAS_VIEWER
#include "viewer/app/preferences.h"
#include "viewer/app/window.h"
#include "viewer/panels/panel.h"
#endif

namespace kscope::cli {

namespace {

struct ViewOptions {
  SessionOptions session;
  std::string lab;
  std::string panel;
  std::string partition;
  std::string lookup;
  std::string replay;
  std::string screenshot;
  std::string export_file;
  std::string size = "1680x1020";
  bool text = false;
  int width = 1680, height = 1020;
};

Result<void> check(ViewOptions& options) {
  constexpr int kLeast = 320, kMost = 8192;
  int used = 0;
  if (std::sscanf(options.size.c_str(), "%dx%d%n", &options.width, &options.height, &used) != 2 ||
      used != static_cast<int>(options.size.size()) || options.width < kLeast ||
      options.height < kLeast || options.width > kMost || options.height > kMost) {
    return Error{ErrorKind::Invalid,
                 fmt::format("--size wants WIDTHxHEIGHT like 1680x1020, not \"{}\"", options.size)};
  }
  if (!options.session.at.empty() && options.session.event > 0) {
    return Error{ErrorKind::Invalid, "--at and --event name two moments; give one of them"};
  }
  const int sources =
      !options.lab.empty() + !options.session.scenario.empty() + !options.session.recording.empty();
  if (sources > 1) {
    return Error{ErrorKind::Invalid, "give one of --lab, --scenario and --recording"};
  }
  if (!options.export_file.empty() && !std::string("sequence").starts_with(options.panel)) {
    return Error{ErrorKind::Invalid,
                 "--export writes the screen Sequence only: leave --panel out, or say --panel "
                 "sequence; for the others there is --screenshot"};
  }
  options.session.for_picture = !options.screenshot.empty() || !options.export_file.empty();
  return {};
}

int show_text(viewer::Session& session, const ViewOptions& options) {
  if (!options.lab.empty()) {
    return lab_command(
        {"run", options.lab},
        {std::cin, std::cout, std::cerr, default_labs_directory(), lab::Progress::default_path()});
  }
  if (!options.lookup.empty()) {
    const auto question = viewer::parse_lookup(session.machine(), options.lookup);
    if (!question.ok()) return complain("view", question.error().message);
    std::cout << viewer::lookup_text(viewer::build_lookup(session.machine(), *question),
                                     TextModeOptions{}.width);
    return 0;
  }
  TextModeOptions text;
  text.interactive = isatty(STDIN_FILENO) != 0;
  return run_text_mode(session, std::cin, std::cout, text);
}

#ifdef KSCOPE_HAS_VIEWER

Result<void> choose_panel(viewer::Ui& ui, const std::string& panel) {
  if (panel.empty()) return {};
  // The second page of "Log & index" has a name of its own.
  if (std::string("retention").starts_with(panel)) {
    ui.state.tab = viewer::kLogScreen;
    ui.log.page = viewer::LogPage::History;
    ui.log.page_chosen = true;
    return {};
  }
  KTRY_ASSIGN(const bool group_page, choose_group_page(ui, panel));
  if (group_page) return {};
  const viewer::Screen* screen = viewer::find_screen(panel);
  if (screen != nullptr) {
    ui.state.tab = screen->name;
    return {};
  }
  std::string known;
  for (const viewer::Screen& s : viewer::screens()) {
    known += fmt::format("{}{}", known.empty() ? "" : ", ", s.name);
  }
  return Error{ErrorKind::NotFound,
               fmt::format("there is no panel \"{}\"; there are: {}, retention", panel, known)};
}

/// The option --partition: what the screen "Partition" shows.
Result<void> choose_partition(viewer::Ui& ui, const std::string& text) {
  if (text.empty()) return {};
  const Result<TopicPartition> wanted = sim::parse_partition(text);
  const cluster::Snapshot& snapshot = ui.session.snapshot();
  if (!wanted.ok() || snapshot.partition(*wanted) == nullptr) {
    std::string known;
    for (const cluster::PartitionView& p : snapshot.metadata.partitions) {
      known += fmt::format("{}{}", known.empty() ? "" : ", ", p.partition.str());
    }
    return Error{ErrorKind::NotFound,
                 fmt::format("--partition: there is no partition \"{}\" at this moment; there {}",
                             text, known.empty() ? "is none yet (try --at)" : "are: " + known)};
  }
  ui.state.tab = viewer::kPartitionScreen;
  ui.state.focus_partition = *wanted;
  return {};
}

/// A lab that begins says where it is best watched; after that the person decides.
void show_screen_of(const viewer::LabView& lab, viewer::Ui& ui) {
  if (lab.title.empty() || !choose_panel(ui, lab.screen).ok()) return;
  if (lab.screen != "log") return;
  ui.log.page = viewer::LogPage::Lookup;
  ui.log.page_chosen = true;
}

/// Runs the window to its end, or writes the picture.
Result<void> show(viewer::Window& window, OpenedSession& opened, const ViewOptions& options) {
  viewer::Gui gui(*opened.session);
  viewer::Ui& ui = gui.ui();
  ui.title = opened.title;
  KTRY(choose_panel(ui, options.panel));
  if (!options.lookup.empty()) {
    KTRY_ASSIGN(const viewer::LookupQuestion question,
                viewer::parse_lookup(opened.session->machine(), options.lookup));
    ui.state.tab = viewer::kLogScreen;
    ui.log.ask(question);
  }
  lab::LabDesk labs(default_labs_directory(), lab::Progress::default_path());
  if (!options.lab.empty()) KTRY(labs.open_now(*opened.session, options.lab));
  labs.update(*opened.session);
  if (options.panel.empty() && options.partition.empty()) show_screen_of(labs.view(), ui);
  KTRY(choose_partition(ui, options.partition));
  if (!options.replay.empty()) KTRY(replay_group(ui, options.replay));
  std::string lab_shown = labs.view().title;
  ui.lab = &labs.view();
  ui.lab_actions = &labs;
  if (!options.screenshot.empty()) return window.screenshot(gui, options.screenshot);
  const std::string preferences = viewer::preferences_file();
  if (!viewer::callouts_were_seen(preferences)) ui.state.callout = 0;
  if (options.lab.empty()) opened.session->play();
  bool warned = false;
  window.run(gui, [&] {
    labs.update(*opened.session);
    ui.title = labs.view().title.empty() ? opened.title : labs.view().title;
    if (lab_shown != labs.view().title) show_screen_of(labs.view(), ui);
    lab_shown = labs.view().title;
    if (ui.state.callout < 0) viewer::remember_callouts(preferences);
    if (!warned && !ui.draw.fonts.warning.empty()) {
      std::cerr << "kafkascope: " << ui.draw.fonts.warning << "\n";
      warned = true;
    }
  });
  return {};
}

int show_window(OpenedSession& opened, const ViewOptions& options) {
  viewer::WindowOptions window;
  window.width = options.width;
  window.height = options.height;
  window.visible = options.screenshot.empty();
  const auto opened_window = viewer::Window::open(window);
  if (!opened_window.ok()) {
    if (!options.screenshot.empty()) {
      return complain("view", opened_window.error().message + "; run it under xvfb-run");
    }
    std::cerr << "kafkascope: " << opened_window.error().message
              << "; showing the same in text mode\n";
    return show_text(*opened.session, options);
  }
  const Result<void> shown = show(**opened_window, opened, options);
  return shown.ok() ? 0 : complain("view", shown.error().message);
}

#else

int show_window(OpenedSession& opened, const ViewOptions& options) {
  if (!options.screenshot.empty())
    return complain("view", "built without the viewer: no screenshots");
  std::cerr << "kafkascope: built without the viewer; showing the same in text mode\n";
  return show_text(*opened.session, options);
}

#endif

int view(ViewOptions options) {
  if (const Result<void> checked = check(options); !checked.ok()) {
    return complain("view", checked.error().message);
  }
  Result<OpenedSession> opened = open_session(options.session);
  if (!opened.ok()) return complain("view", opened.error().message);
  if (!options.export_file.empty()) {
    const Result<void> written =
        write_sequence_of_moment(opened->session->machine(), opened->title, options.export_file);
    return written.ok() ? 0 : complain("view", written.error().message);
  }
  return options.text ? show_text(*opened->session, options) : show_window(*opened, options);
}

}  // namespace

int view_by_default() { return view(ViewOptions{}); }

void add_view(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("view", "Opens the viewer (this is the default)");
  auto options = std::make_shared<ViewOptions>();
  command->add_option("--lab", options->lab, "Opens this lab (see: kafkascope lab list)");
  command->add_option("--scenario", options->session.scenario,
                      "Plays this scenario first: a file, or a shipped scenario's name");
  command->add_option("--recording", options->session.recording,
                      "Opens what `serve --record` wrote, to wind it back");
  command->add_option("--seed", options->session.seed, "Luck: another seed is another run");
  command->add_option("--at", options->session.at, "Opens at this time: 6s, 1500ms");
  command->add_option("--event", options->session.event, "Opens at the moment of this event");
  command->add_option(
      "--panel", options->panel,
      "Opens this screen: cluster, partition, log, retention (the second page of log), "
      "quorum, groups (and its pages groups/unread, groups/offsets, groups/records), sequence, "
      "request, metrics, config, invariants");
  command->add_option("--partition", options->partition,
                      "Opens the screen \"Partition\" on this one: orders-0");
  command->add_option("--lookup", options->lookup,
                      "Opens the screen \"Log & index\" and looks this up: orders-0@41, "
                      "orders-0@t=3.2s, 2:orders-0@41 on broker 2");
  command->add_option("--replay", options->replay,
                      "Opens the screen \"Groups\" and runs the history again with this assignor, "
                      "side by side: range, roundrobin, sticky, cooperative-sticky, consumer "
                      "(KIP-848)");
  command->add_option("--screenshot", options->screenshot, "Writes a PNG and ends");
  command->add_option("--export", options->export_file,
                      "Writes the screen Sequence as F.mmd (Mermaid), F.svg or F.png, and ends");
  command->add_option("--size", options->size, "Of the window or the picture: 1680x1020");
  command->add_flag("--text", options->text, "Plain characters instead of a window");
  command->callback([options, &exit_code] { exit_code = view(*options); });
}

}  // namespace kscope::cli
