#include "viewer/lab/lab.h"

namespace kscope::lab {

namespace {

template <class Texts>
const typename Texts::mapped_type& pick(const Texts& texts, const std::string& language) {
  static const typename Texts::mapped_type kNothing{};
  if (const auto it = texts.find(language); it != texts.end()) return it->second;
  const auto english = texts.find("en");
  return english == texts.end() ? kNothing : english->second;
}

}  // namespace

const std::string& in_language(const Text& text, const std::string& language) {
  return pick(text, language);
}

const std::vector<std::string>& in_language(const TextList& texts, const std::string& language) {
  return pick(texts, language);
}

const char* to_string(StepKind kind) {
  switch (kind) {
    case StepKind::Explain: return "explain";
    case StepKind::Predict: return "predict";
    case StepKind::Do: return "do";
    case StepKind::Inject: return "inject";
    case StepKind::Observe: return "observe";
    case StepKind::Check: return "check";
  }
  return "?";
}

std::int32_t Lab::max_score() const {
  std::int32_t total = 0;
  for (const Step& s : steps) total += s.points;
  return total;
}

const Step* Lab::step(const std::string& step_id) const {
  for (const Step& s : steps) {
    if (s.id == step_id) return &s;
  }
  return nullptr;
}

}  // namespace kscope::lab
