#include <fmt/core.h>

#include <iostream>
#include <memory>

#include "viewer/cli/commands.h"
#include "viewer/cli/live_port.h"

#ifdef KSCOPE_HAS_VIEWER
#include "viewer/app/gui.h"
#include "viewer/app/window.h"
#endif

namespace kscope::cli {
namespace {

// Long enough to sleep through, short enough that Ctrl-C is obeyed at once even without a signal.
constexpr Duration kLongestWait = millis(200);

void print(std::vector<std::string>& log) {
  for (const std::string& line : log) std::cerr << line << std::endl;
  log.clear();
}

// Without a window: asleep until a client or the clock has something.
void serve_quietly(LiveCluster& live) {
  std::vector<std::string> log;
  while (!live.stop_requested()) {
    live.tick(kLongestWait, log);
    print(log);
  }
}

#ifdef KSCOPE_HAS_VIEWER
// With one: every frame first lets the cluster catch up with the wall clock.
Result<void> serve_in_window(LiveCluster& live) {
  KTRY_ASSIGN(const std::unique_ptr<viewer::Window> window, viewer::Window::open({}));
  auto port = std::make_unique<LivePort>(live);
  LivePort& shown = *port;
  viewer::Session session(std::move(port));
  viewer::Gui gui(session);
  gui.ui().title = "live: " + live.bootstrap();
  std::vector<std::string> log;
  window->run(gui, [&] {
    live.tick(Duration{0}, log);
    shown.refresh();
    print(log);
    if (live.stop_requested()) window->close();
  });
  return {};
}
#endif

int serve(LiveOptions options, bool view) {
  options.keep_history = view;
  Result<std::unique_ptr<LiveCluster>> started = LiveCluster::start(options);
  if (!started.ok()) return complain("serve", started.error().message);
  LiveCluster& live = **started;
  live.read_standard_input();
  std::cout << "ready bootstrap=" << live.bootstrap() << std::endl;
#ifdef KSCOPE_HAS_VIEWER
  if (view) {
    if (const Result<void> shown = serve_in_window(live); !shown.ok()) {
      std::cerr << "kafkascope: " << shown.error().message << "; serving without a window\n";
      serve_quietly(live);
    }
  } else {
    serve_quietly(live);
  }
#else
  if (view) std::cerr << "kafkascope: built without the viewer; serving without a window\n";
  serve_quietly(live);
#endif
  std::cerr << "shutting down" << std::endl;
  live.shut_down(seconds(30));
  return 0;
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "serve", "Lets real Kafka clients connect: one listener per broker on 127.0.0.1");
  command->footer(
      "Prints 'ready bootstrap=HOST:PORT,…' when it accepts clients. Commands can be typed on\n"
      "standard input ('crash 2', 'start 2', 'cut 1 3', …). SIGUSR1 crashes the first running\n"
      "broker, SIGUSR2 starts those that are down, Ctrl-C shuts down cleanly.");
  auto options = std::make_shared<LiveOptions>();
  command->add_option("--brokers", options->brokers, "how many")
      ->check(CLI::Range(1, 9))
      ->capture_default_str();
  command->add_option("--port", options->port, "of broker 1; the others follow. 0: any free ones")
      ->capture_default_str();
  command->add_option("--data", options->data_dir,
                      "folder for the logs; kept, and recovered at the next start");
  command->add_option("--record", options->record_file,
                      "write the session down; `view --recording FILE` opens it");
  command->add_option("--seed", options->seed, "of the simulated part")->capture_default_str();
  auto view = std::make_shared<bool>(false);
  command->add_flag("--view", *view, "watch it in the viewer; faults can be clicked");
  command->callback([options, view, &exit_code] { exit_code = serve(*options, *view); });
}

}  // namespace kscope::cli
