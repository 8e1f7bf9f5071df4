// SequenceExport: a sequence diagram as text that others can draw.
//
// Mermaid for Markdown pages and wikis, SVG for slides and papers. Both say what the screen says:
// the same lanes, rows, folds and phases. (A PNG is the screen's own drawing: app/picture.)
//
// Invariant: the text is complete and well-formed whatever the run says: what Mermaid or XML would
// read as its own is replaced.
//
// Called by: cli/docs_sequence, cli/sequence_files, panels/sequence_panel.
// Read next: model/sequence.h
#pragma once

#include <functional>
#include <string>

#include "engine/base/result.h"
#include "viewer/model/sequence.h"

namespace kscope::viewer {

/// "sequenceDiagram …": without the ``` of a Markdown page.
std::string to_mermaid(const SequenceView& view);
/// A whole SVG document; `title` stands above it.
std::string to_svg(const SequenceView& view, const std::string& title);

/// Writes the picture to the file; only a viewer can.
using PngWriter = std::function<Result<void>(const std::string& file)>;
/// In the format that the name ends in: .mmd, .svg or .png. Invalid, naming them, for any other;
/// Io, naming the file, if it cannot be written. `png` may be null.
Result<void> write_sequence(const SequenceView& view, const std::string& title,
                            const std::string& file, const PngWriter& png);

}  // namespace kscope::viewer
