#include "viewer/cli/sequence_files.h"

#include <fmt/format.h>

#include <sstream>

#include "viewer/model/sequence_desk.h"
#include "viewer/model/sequence_export.h"

#ifdef KSCOPE_HAS_VIEWER
#include "viewer/app/sequence_picture.h"
#endif

namespace kscope::cli {

namespace {

Result<void> write(const viewer::SequenceView& view, const viewer::EventIndex& index,
                   const std::string& title, const std::string& file) {
  viewer::PngWriter png;
#ifdef KSCOPE_HAS_VIEWER
  png = [&](const std::string& name) {
    return viewer::write_sequence_png(view, index, title, name);
  };
#else
  (void)index;
#endif
  return viewer::write_sequence(view, title, file, png);
}

Result<void> parse_between(const std::string& text, viewer::SequenceQuery* query) {
  if (text.empty()) return {};
  const std::size_t dots = text.find("..");
  Duration from{}, until{};
  const bool good = dots != std::string::npos && parse_duration(text.substr(0, dots), &from) &&
                    parse_duration(text.substr(dots + 2), &until) && from.count() >= 0 &&
                    from < until;
  if (!good) {
    return Error{ErrorKind::Invalid,
                 fmt::format("--between takes two times like 8s..14s, the earlier one first, not "
                             "\"{}\"",
                             text)};
  }
  query->from = Instant(from);
  query->until = Instant(until);
  return {};
}

Result<void> parse_apis(const viewer::Machine& machine, const std::string& list,
                        viewer::SequenceQuery* query) {
  const auto known = viewer::apis_between(machine, Instant{}, machine.recorded_until());
  std::stringstream stream(list);
  for (std::string api; std::getline(stream, api, ',');) {
    if (std::find(known.begin(), known.end(), api) == known.end()) {
      return Error{ErrorKind::NotFound, fmt::format("--apis: no {} in this run; there are: {}", api,
                                                    fmt::join(known, ", "))};
    }
    query->apis.insert(api);
  }
  return {};
}

Result<void> parse_partition(viewer::Machine& machine, const std::string& text,
                             viewer::SequenceQuery* query) {
  if (text.empty()) return {};
  std::string known;
  for (const cluster::PartitionView& p : machine.snapshot().metadata.partitions) {
    if (p.partition.str() == text) query->partition = p.partition;
    known += (known.empty() ? "" : ", ") + p.partition.str();
  }
  if (!query->partition.topic.empty()) return {};
  return Error{ErrorKind::NotFound,
               fmt::format("--partition: there is no {} at the end of this run; there are: {}",
                           text, known.empty() ? "none" : known)};
}

}  // namespace

Result<void> write_sequence_of_run(viewer::Machine& machine, const std::string& title,
                                   const SequenceOptions& options) {
  constexpr std::size_t kMostMessages = 2000;
  viewer::SequenceQuery query;
  KTRY(parse_between(options.between, &query));
  KTRY(parse_apis(machine, options.apis, &query));
  KTRY(parse_partition(machine, options.partition, &query));
  query.node = options.node;
  query.fold = !options.unfolded;
  query.most_messages = kMostMessages;
  viewer::EventIndex index;
  index.update(machine);
  viewer::PhaseIndex phases;
  phases.update(machine, index);
  const viewer::SequenceView view = viewer::build_sequence(machine, index, phases, query);
  if (view.rows.empty()) {
    return Error{
        ErrorKind::NotFound,
        "--sequence: nothing of this run passes --between, --apis, --node and --partition"};
  }
  return write(view, index, title, options.file);
}

Result<void> write_sequence_of_moment(viewer::Machine& machine, const std::string& title,
                                      const std::string& file) {
  viewer::EventIndex index;
  index.update(machine);
  viewer::SequenceDesk desk;
  desk.refresh(machine, index, 1, false);
  return write(desk.view(), index, title, file);
}

}  // namespace kscope::cli
