#include "viewer/model/sequence_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace kscope::viewer {

namespace {

// Mermaid reads ';' and '#' as its own.
std::string plain(std::string text) {
  for (char& c : text) {
    if (c == ';' || c == '#') c = ',';
  }
  return text;
}

std::string participant(const SequenceLane& lane) {
  return fmt::format("{}{}", lane.controller ? 'c' : 'n', lane.node);
}

const char* mermaid_arrow(const SequenceRow& row) {
  if (row.fate == FrameFate::Lost) return row.is_response ? "--x" : "-x";
  if (row.fate == FrameFate::OnItsWay) return row.is_response ? "--)" : "-)";
  return row.is_response ? "-->>" : "->>";
}

}  // namespace

std::string to_mermaid(const SequenceView& view) {
  std::string out = "sequenceDiagram\n";
  const auto id = [&](std::int32_t lane) {
    return participant(view.lanes[static_cast<std::size_t>(lane)]);
  };
  for (const SequenceLane& lane : view.lanes) {
    out += fmt::format("  participant {} as {}\n", participant(lane), plain(lane.name));
  }
  if (view.lanes.empty()) return out;
  for (const SequenceRow& row : view.rows) {
    if (row.kind == RowKind::Message) {
      out += fmt::format("  {}{}{}: {}\n", id(row.from), mermaid_arrow(row), id(row.to),
                         plain(row.text));
      continue;
    }
    const std::string over =
        row.from == row.to ? id(row.from) : fmt::format("{},{}", id(row.from), id(row.to));
    const char* marks = row.kind == RowKind::Phase ? "══ " : "";
    out += fmt::format("  Note over {}: {}{}\n", over, marks, plain(row.text));
  }
  return out;
}

namespace {

constexpr double kLaneWidth = 190, kGutter = 96, kMargin = 18;
constexpr double kRow = 30, kHead = 64, kTitle = 34;

std::string xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

double lane_x(std::int32_t lane) { return kMargin + kGutter + kLaneWidth * (lane + 0.5); }

const char* phase_color(PhaseKind kind) {
  switch (kind) {
    case PhaseKind::Election:
      return "#b08cff";
    case PhaseKind::Failover:
      return "#d9534f";
    case PhaseKind::IsrChange:
      return "#d99a2b";
    case PhaseKind::Rebalance:
    case PhaseKind::RebalanceStep:
      return "#2f7fb0";
  }
  return "#888888";
}

/// The letters are about so wide in the sizes that are used here.
double text_width(const std::string& text) { return 6.7 * static_cast<double>(text.size()) + 14; }

void svg_message(std::string& out, const SequenceRow& row, double y) {
  const double x0 = lane_x(row.from), x1 = lane_x(row.to);
  const bool lost = row.fate == FrameFate::Lost;
  const double end = lost ? (x0 + x1) / 2 : x1;
  const char* dash = row.is_response ? " stroke-dasharray=\"5 3\"" : "";
  const char* color = lost ? "#c0392b" : "#27507a";
  out += fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" "
      "stroke-width=\"1.5\"{}{}/>\n",
      x0, y + 20, end, y + 24, color, dash, lost ? "" : " marker-end=\"url(#head)\"");
  if (lost) {
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" fill=\"{}\">✕ lost</text>\n", end, y + 28,
                       color);
  }
  const double left = std::min(x0, x1) + 8;
  out += fmt::format("<text class=\"halo\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", left, y + 15,
                     xml(row.text));
}

void svg_note(std::string& out, const SequenceRow& row, double y, double right) {
  const double x0 = lane_x(row.from), x1 = lane_x(row.to);
  const double w = std::max(text_width(row.text), x1 - x0);
  const double x =
      std::clamp((x0 + x1 - w) / 2, kMargin + kGutter, std::max(kMargin + kGutter, right - w));
  const bool fold = row.kind == RowKind::Fold;
  out += fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"20\" rx=\"4\" fill=\"{}\" "
      "stroke=\"{}\"{}/>\n<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
      x, y + 5, w, fold ? "#f3f5f7" : "#fff6d6", fold ? "#9aa7b4" : "#d8b93b",
      fold ? " stroke-dasharray=\"3 3\"" : "", x + 7, y + 19, xml(row.text));
}

void svg_row(std::string& out, const SequenceRow& row, double y, double right) {
  switch (row.kind) {
    case RowKind::Message:
      svg_message(out, row, y);
      break;
    case RowKind::Note:
    case RowKind::Fold:
      svg_note(out, row, y, right);
      break;
    case RowKind::Pause:
      out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" fill=\"#7d8894\">⋮ {}</text>\n",
                         kMargin + kGutter, y + 19, xml(row.text));
      return;
    case RowKind::Phase:
      out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-weight=\"bold\">{}</text>\n",
                         kMargin + kGutter, y + 20, xml(row.text));
      break;
  }
  out += fmt::format("<text class=\"time\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                     kMargin + kGutter - 14, y + 20, format_instant(row.at));
}

}  // namespace

std::string to_svg(const SequenceView& view, const std::string& title) {
  double longest = 0;
  for (const SequenceRow& row : view.rows) longest = std::max(longest, text_width(row.text));
  const double lanes =
      kLaneWidth * static_cast<double>(std::max<std::size_t>(view.lanes.size(), 1));
  const double width =
      2 * kMargin + kGutter + std::max({lanes, longest, text_width(title) - kGutter});
  const double top = kTitle + kHead;
  const double bottom = top + kRow * static_cast<double>(view.rows.size());
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"Inter, DejaVu Sans, sans-serif\" "
      "font-size=\"12\" fill=\"#1d2733\">\n"
      "<defs><marker id=\"head\" markerWidth=\"9\" markerHeight=\"8\" refX=\"8\" refY=\"4\" "
      "orient=\"auto\"><path d=\"M0,0 L9,4 L0,8 z\" fill=\"#27507a\"/></marker></defs>\n"
      "<style>.halo{{paint-order:stroke;stroke:#fff;stroke-width:4px}}"
      ".time{{text-anchor:end;fill:#7d8894;font-family:monospace}}</style>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
      "<text x=\"{2:.0f}\" y=\"26\" font-size=\"16\" font-weight=\"bold\">{3}</text>\n",
      width, bottom + kMargin, kMargin, xml(title));
  for (const PhaseBand& band : view.phases) {
    const double y0 = top + kRow * static_cast<double>(band.first_row);
    const double y1 = top + kRow * static_cast<double>(band.last_row + 1);
    out += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\" "
        "fill-opacity=\"0.12\"/>\n",
        kMargin, y0, width - 2 * kMargin, y1 - y0, phase_color(band.phase.kind));
  }
  for (std::size_t i = 0; i < view.lanes.size(); ++i) {
    const double x = lane_x(static_cast<std::int32_t>(i));
    out += fmt::format(
        "<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" stroke=\"#b5bec8\"/>\n"
        "<text x=\"{0:.1f}\" y=\"{3:.1f}\" text-anchor=\"middle\" "
        "font-weight=\"bold\">{4}</text>\n",
        x, top - 14, bottom, top - 22, xml(view.lanes[i].name));
  }
  double y = top;
  for (const SequenceRow& row : view.rows) {
    svg_row(out, row, y, width - kMargin);
    y += kRow;
  }
  return out + "</svg>\n";
}

Result<void> write_sequence(const SequenceView& view, const std::string& title,
                            const std::string& file, const PngWriter& png) {
  std::string text;
  if (file.ends_with(".mmd")) {
    text = to_mermaid(view);
  } else if (file.ends_with(".svg")) {
    text = to_svg(view, title);
  } else if (!file.ends_with(".png")) {
    return Error{
        ErrorKind::Invalid,
        fmt::format("\"{}\": a sequence diagram is written as .mmd (Mermaid), .svg or .png; "
                    "let the name end in one of them",
                    file)};
  } else if (!png) {
    return Error{
        ErrorKind::Invalid,
        fmt::format("\"{}\": built without the viewer, only .mmd and .svg can be written", file)};
  } else {
    return png(file);
  }
  std::ofstream out(file);
  out << text;
  out.close();
  if (!out) return Error{ErrorKind::Io, fmt::format("cannot write {}: is its folder there?", file)};
  return {};
}

}  // namespace kscope::viewer
