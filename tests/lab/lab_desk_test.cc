// Goal: a lab can be played in the viewer with nothing but the panel's buttons and the session's
// own commands, and looking at the past judges nothing. Method: a desk and a session without a
// window.
#include "viewer/lab/lab_desk.h"

#include <filesystem>

#include "tests/catch.h"
#include "viewer/session/time_machine_port.h"

using namespace kscope;
using lab::LabDesk;
using viewer::LabStepState;

namespace {

struct Desk {
  Desk() : desk(KSCOPE_SOURCE_DIR "/labs", progress()), session(live()) {
    std::filesystem::remove(progress());
  }
  static std::string progress() { return KSCOPE_BINARY_DIR "/lab_desk_test/progress.json"; }
  static std::unique_ptr<viewer::Machine> live() {
    return std::make_unique<viewer::TimeMachinePort>(
        std::make_unique<sim::TimeMachine>(sim::ClusterSpec{}, 1));
  }
  void frame(double seconds = 0) {
    session.advance(seconds);
    desk.update(session);
  }
  void press() {
    desk.act();
    frame();
  }
  const viewer::LabCard& card() const { return desk.view().card; }
  /// Answers, acts and presses on until the lab is over; `right` is asked for each prediction.
  void play(const std::map<std::string, std::int32_t>& choices,
            const std::map<std::string, std::vector<std::string>>& actions) {
    for (int i = 0; i < 200 && card().action != "Close the lab"; ++i) {
      const std::string title = card().title;
      if (const auto choice = choices.find(title); choice != choices.end() && !card().locked) {
        desk.choose(choice->second);
        frame();
      }
      if (const auto todo = actions.find(title); todo != actions.end() &&
                                                 card().action.rfind("Show", 0) == 0) {
        for (const std::string& command : todo->second) REQUIRE(session.act(command).ok());
        for (int n = 0; n < 100 && card().action != "Continue"; ++n) {
          session.play();
          session.set_speed(1);
          frame(0.1);
        }
        REQUIRE(card().action == "Continue");
      }
      press();
    }
  }

  LabDesk desk;
  viewer::Session session;
};

}  // namespace

TEST_CASE("the library is listed before any lab is open") {
  Desk d;
  d.frame();
  REQUIRE(d.desk.view().library.size() >= 2);
  CHECK(d.desk.view().library[0].id == "01-watermarks");
  CHECK(d.desk.view().title.empty());
}

TEST_CASE("a lab can be played to full marks with the panel's buttons") {
  Desk d;
  d.desk.open("01-watermarks");
  d.frame();
  REQUIRE(d.desk.view().title.find("Watermarks") == 0);
  d.play({{"Predict: 5, 4 and 3", 2},
          {"Predict: what a consumer gets", 1},
          {"Predict: one follower catches up", 1},
          {"Predict: patience ends", 1}},
         {{"Send the consumer back", {"seek c1 orders-0 0"}},
          {"Wake broker 2", {"resume broker 2"}},
          {"Bring broker 3 back into the ISR", {"resume broker 3"}}});
  CHECK(d.card().title == "Passed");
  CHECK(d.desk.view().score == "13 of 13 points");
  CHECK(d.desk.view().library[0].done == d.desk.view().library[0].total);
  CHECK(lab::Progress::load(Desk::progress()).of("01-watermarks")->passed);
  d.press();
  CHECK(d.desk.view().title.empty());
  CHECK(d.session.machine().recorded_end() == EventSeq());  // the cluster from before is back
}

TEST_CASE("a student who only presses the button is shown everything and gets no points") {
  Desk d;
  d.desk.open("02");
  d.frame();
  std::map<std::string, std::int32_t> wrong;
  for (const char* title :
       {"Predict: who leads", "Predict: what is cut", "Predict: what is lost",
        "Predict: leaving politely", "Predict: two leaders"}) {
    wrong[title] = 0;
  }
  wrong["Predict: who leads"] = 2;
  d.play(wrong, {});
  CHECK(d.card().title == "The end");
  CHECK(d.desk.view().score == "0 of 23 points");
}

TEST_CASE("an answer must be chosen before it can be locked, and is told once it is settled") {
  Desk d;
  d.desk.open("01");
  d.frame();
  d.press();  // the explanation
  d.press();  // the first pause: skips ahead or goes on
  while (d.card().options.empty()) d.press();
  CHECK_FALSE(d.card().action_enabled);
  d.press();
  CHECK_FALSE(d.card().locked);
  d.desk.choose(0);
  d.frame();
  CHECK(d.card().action_enabled);
  d.press();
  CHECK(d.desk.view().steps[2].detail == "locked; the run will tell");
}

TEST_CASE("nothing is judged while the student looks at the past") {
  Desk d;
  d.desk.open("01");
  d.frame();
  d.press();
  while (d.card().options.empty()) d.press();
  d.desk.choose(2);
  d.press();
  while (d.card().action != "Continue") d.press();
  const auto steps = d.desk.view().steps;
  d.session.seek(EventSeq(10));
  d.frame();
  REQUIRE(d.session.in_the_past());
  for (std::size_t i = 0; i < steps.size(); ++i)
    CHECK(d.desk.view().steps[i].state == steps[i].state);
  d.press();  // goes on from the end of what is recorded
  CHECK_FALSE(d.session.in_the_past());
}

TEST_CASE("what a step measures on this machine takes many frames and shows how far it is") {
  lab::pretend_measured({});
  Desk d;
  REQUIRE(d.desk.open_now(d.session, "09-page-cache-and-zero-copy").ok());
  d.frame();
  d.press();  // read on
  d.desk.choose(0);
  d.press();  // lock
  REQUIRE(d.card().title == "Sequential and random writes");
  CHECK_FALSE(d.card().action_enabled);
  CHECK(d.card().progress >= 0);
  CHECK(d.card().progress_text.find("measuring: ") == 0);
  int frames = 0;
  float before = 0;
  for (; d.card().bars.empty() && frames < 5000; ++frames) {
    CHECK(d.card().progress >= before);
    before = d.card().progress;
    d.press();  // an impatient student changes nothing
  }
  CHECK(frames > 3);
  REQUIRE(d.card().bars.size() == 2);
  CHECK(d.card().progress < 0);
  CHECK(d.card().action == "Continue");
  CHECK(d.card().text.find("Predict: out of order") != std::string::npos);
}
