#include "viewer/model/succession.h"

#include <fmt/format.h>

#include <algorithm>

namespace kscope::viewer {

std::string offsets_text(std::int64_t from, std::int64_t to) {
  if (to - from == 1) return fmt::format("offset {}", from);
  return fmt::format("offsets {} to {}", from, to - 1);
}

namespace {

bool may_lead(const SuccessionFacts& facts, const Heir& heir) {
  return heir.in_isr && heir.alive && heir.broker != facts.leader;
}

const Heir* find_clean(const SuccessionFacts& facts) {
  const auto it = std::find_if(facts.heirs.begin(), facts.heirs.end(),
                               [&](const Heir& heir) { return may_lead(facts, heir); });
  return it == facts.heirs.end() ? nullptr : &*it;
}

const Heir* find_unclean(const SuccessionFacts& facts) {
  const auto it = std::find_if(facts.heirs.begin(), facts.heirs.end(), [&](const Heir& heir) {
    return heir.alive && heir.broker != facts.leader;
  });
  return it == facts.heirs.end() ? nullptr : &*it;
}

/// Why the walk passes this replica by.
std::string reason_against(const SuccessionFacts& facts, const Heir& heir) {
  if (heir.broker == facts.leader) {
    return facts.leader_down ? "down, and about to be fenced" : "the one that would be gone";
  }
  if (!heir.in_isr && !heir.alive) return "down, and not in the ISR";
  if (!heir.in_isr) return "alive, but not in the ISR: may lack committed records";
  return heir.process_runs ? "in the ISR, but fenced by the controller" : "in the ISR, but down";
}

SuccessionStep step_for(const SuccessionFacts& facts, const Heir& heir, const Heir* elected) {
  SuccessionStep step;
  step.broker = heir.broker;
  if (&heir == elected) {
    step.chosen = true;
    step.tone = Tone::Lead;
    step.text = fmt::format("in the ISR and alive: elected, epoch {}", facts.leader_epoch + 1);
  } else if (may_lead(facts, heir)) {
    step.text = "in the ISR and alive, but further down the list";
  } else {
    step.text = reason_against(facts, heir);
    step.tone = heir.broker == facts.leader ? Tone::Neutral : Tone::Bad;
  }
  return step;
}

/// What lies beyond the new leader's log, and whether anybody was told that it is safe.
void judge_loss(const SuccessionFacts& facts, const Heir& elected, std::string& text, Tone& tone) {
  if (elected.log_end < 0 || facts.leader_end < 0) {
    text = "how far its log reaches is not known while it is down";
    return;
  }
  if (elected.log_end >= facts.leader_end) {
    tone = Tone::Good;
    text = fmt::format("broker {} has every record: nothing would be lost", elected.broker);
    return;
  }
  const std::string cut = offsets_text(elected.log_end, facts.leader_end);
  if (elected.log_end >= facts.high_watermark) {
    tone = Tone::Warn;
    text =
        fmt::format("{} would be cut: beyond the HW, so acks=all was not answered for them", cut);
  } else {
    tone = Tone::Bad;
    text = fmt::format("{} would be lost, committed ones among them", cut);
  }
}

void judge_unclean(const SuccessionFacts& facts, Succession& out) {
  const char* name = "unclean.leader.election.enable";
  if (out.elected >= 0) {
    out.unclean =
        fmt::format("{}={}: not needed while an ISR member lives", name, facts.unclean_enabled);
    return;
  }
  const Heir* heir = find_unclean(facts);
  if (heir == nullptr) {
    out.unclean =
        fmt::format("{}={}: nobody is alive to be elected anyway", name, facts.unclean_enabled);
    return;
  }
  Tone tone = Tone::Neutral;
  std::string loss;
  judge_loss(facts, *heir, loss, tone);
  out.unclean_tone = facts.unclean_enabled ? tone : Tone::Neutral;
  out.unclean =
      facts.unclean_enabled
          ? fmt::format("{}=true: broker {} may lead all the same; {}", name, heir->broker, loss)
          : fmt::format("{}=false. With true, broker {} would lead; {}", name, heir->broker, loss);
}

}  // namespace

Succession build_succession(const SuccessionFacts& facts) {
  Succession out;
  if (facts.leader < 0) {
    out.question = "Nobody leads: the walk as it stands";
  } else if (facts.leader_down) {
    out.question = fmt::format("Once broker {} is fenced", facts.leader);
  } else {
    out.question = fmt::format("If broker {} dies now", facts.leader);
  }
  const Heir* elected = find_clean(facts);
  if (elected != nullptr) out.elected = elected->broker;
  for (const Heir& heir : facts.heirs) out.steps.push_back(step_for(facts, heir, elected));
  if (elected != nullptr) {
    judge_loss(facts, *elected, out.verdict, out.verdict_tone);
  } else {
    out.verdict_tone = Tone::Bad;
    out.verdict = facts.leader >= 0
                      ? "no other ISR member is alive: the partition would wait, without a leader"
                      : "the partition waits for a member of its ISR to come back";
  }
  judge_unclean(facts, out);
  return out;
}

}  // namespace kscope::viewer
