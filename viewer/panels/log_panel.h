// The screen "Log & index": how a log lies on the disk, and how a record is found in it.
//
// In the middle either a look-up, from the segments down to the record, or what retention and the
// cleaner have done, before and after. On the left the node's log directory and the steps, on the
// right the bytes that the present step read; pointing at an entry or a field lights up its bytes,
// and the other way round. All of it is drawn from model/log_desk; nothing is computed here.
//
// Called by: panels.cc. Read next: model/log_desk.h, panels/log_panel.cc
#pragma once

#include "viewer/panels/ui.h"

namespace kscope::viewer {

void draw_log(Ui& ui, const Rect& rect);
void draw_log_left(Ui& ui, const Rect& rect);
void draw_log_right(Ui& ui, const Rect& rect);

/// A column of sections from top to bottom.
struct LogColumn {
  float x = 0, y = 0, w = 0;
  float gap = 0;  ///< between sections
  int gaps = 0;   ///< how many there were
  void next_section() {
    y += gap;
    ++gaps;
  }
};

/// How a section stands to the present step.
enum class StageState : std::uint8_t { Done, Now, Later };
StageState stage_state(const LogDesk& desk, LookupStage stage);
/// Number of a stage in this look-up, from 1; by time there is one more.
int stage_number(const LogDesk& desk, LookupStage stage);
/// "3 BINARY SEARCH" and what there is to say about it; returns what it drew. Moves down by a line.
Rect section_heading(Canvas& c, LogColumn& at, StageState state, std::string_view title,
                     std::string_view detail = {});
/// Two buttons of which one is on; true when the other was chosen.
bool two_pages(Canvas& c, const Rect& rect, const char* first, const char* second, bool second_on);

// ---- sections of the look-up; each moves `at` below itself
void draw_segments(Ui& ui, Canvas& c, LogColumn& at);
void draw_relative(Ui& ui, Canvas& c, LogColumn& at);
void draw_search(Ui& ui, Canvas& c, LogColumn& at, LookupStage stage);
void draw_scan(Ui& ui, Canvas& c, LogColumn& at);
void draw_record(Ui& ui, Canvas& c, LogColumn& at);
void draw_cost(Ui& ui, Canvas& c, LogColumn& at);
// ---- the other page
void draw_history(Ui& ui, Canvas& c, LogColumn& at);
void draw_upkeep(Ui& ui, Canvas& c, LogColumn& at);

/// Bytes of a file: [0, flushed) solid, the rest hatched, a line where the flushed part ends.
void byte_bar(Canvas& c, const Rect& rect, std::int64_t size, std::int64_t flushed);
/// "00…368769.log": twenty digits of which most are zeros.
std::string short_file_name(const std::string& name);
/// Colour of the n-th field of a record or header: only for telling neighbours apart.
Color field_color(int n);

}  // namespace kscope::viewer
