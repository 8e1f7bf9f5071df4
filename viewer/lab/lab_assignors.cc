#include "viewer/lab/lab_assignors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <sstream>

#include "engine/client/assignor/assignor_trials.h"

namespace kscope::lab {

namespace {

using client::AssignorLaw;

constexpr const char* kByName = "assignor";
constexpr const char* kByGroup = "assignor-of";
constexpr const char* kKept = "kept";
constexpr std::uint64_t kTrialSeed = 52;

struct LawName {
  const char* name;
  AssignorLaw law;
};
constexpr std::array<LawName, 6> kLaws{{{"entitled", AssignorLaw::Entitled},
                                        {"disjoint", AssignorLaw::Disjoint},
                                        {"complete", AssignorLaw::Complete},
                                        {"any-order", AssignorLaw::AnyOrder},
                                        {"even", AssignorLaw::Even},
                                        {"sticky", AssignorLaw::Sticky}}};

/// By assignor: what its code threw first.
std::map<std::string, std::string>& thrown() {
  static std::map<std::string, std::string> all;
  return all;
}

/// What a student's code throws must not end the program: everybody gets an empty share instead,
/// which breaks a law, and that is where the story is told.
class Guarded final : public client::Assignor {
 public:
  explicit Guarded(const client::Assignor& inner) : inner_(&inner) {}
  const char* name() const override { return inner_->name(); }
  client::RebalanceProtocol protocol() const override { return inner_->protocol(); }
  std::optional<Blob> subscription_user_data(const std::vector<std::string>& topics,
                                             const client::AssignorMemory& memory) const override {
    try {
      return inner_->subscription_user_data(topics, memory);
    } catch (const std::exception& error) {
      note("subscription_user_data()", error);
      return std::nullopt;
    }
  }
  void on_assignment(const client::MemberAssignment& assignment, std::int32_t generation,
                     client::AssignorMemory* memory) const override {
    try {
      inner_->on_assignment(assignment, generation, memory);
    } catch (const std::exception& error) {
      note("on_assignment()", error);
      *memory = {};
    }
  }
  client::GroupAssignment assign(
      const client::ClusterTopics& topics,
      const std::vector<client::MemberSubscription>& members) const override {
    try {
      return inner_->assign(topics, members);
    } catch (const std::exception& error) {
      note("assign()", error);
      client::GroupAssignment nothing;
      for (const client::MemberSubscription& member : members) nothing[member.member_id];
      return nothing;
    }
  }

 private:
  void note(const char* function, const std::exception& error) const {
    thrown().try_emplace(name(), fmt::format("{} threw an exception: {}", function, error.what()));
  }
  const client::Assignor* inner_;
};

struct AssignorPlace {
  std::string kind, whose, law;
};

AssignorPlace split(const std::string& place) {
  std::istringstream in(place);
  AssignorPlace parts;
  in >> parts.kind >> parts.whose >> parts.law;
  return parts;
}

/// Evenness and stickiness are promises that not every assignor makes: each has trials of its own.
const client::TrialReport& trials_of(const client::Assignor& assignor, AssignorLaw law) {
  client::Promises promises{client::Evenness::None, false};
  if (law == AssignorLaw::Even) promises.evenness = client::Evenness::IfAlike;
  if (law == AssignorLaw::Sticky) promises.sticky = true;
  const bool promised = law == AssignorLaw::Even || law == AssignorLaw::Sticky;
  static std::map<std::string, client::TrialReport> reports;
  const std::string key = assignor.name() + std::string(promised ? to_string(law) : "");
  const auto [it, first] = reports.try_emplace(key);
  if (first) it->second = client::try_assignor(assignor, promises, kTrialSeed, kTrialGroups);
  return it->second;
}

std::string verdict(const client::Assignor& assignor, const std::string& law) {
  const auto wanted = std::find_if(kLaws.begin(), kLaws.end(),
                                   [&](const LawName& known) { return law == known.name; });
  const auto& broken = trials_of(assignor, wanted->law).first_story;
  if (const auto story = broken.find(wanted->law); story != broken.end()) {
    const std::string exception = what_was_thrown(assignor.name());
    return exception.empty() ? story->second : story->second + " (" + exception + ")";
  }
  // Laws are looked at in their order, and a group in which one breaks no further.
  if (broken.empty() || wanted->law < broken.begin()->first) return kKept;
  return fmt::format("not decided while \"{}\" is broken", to_string(broken.begin()->first));
}

}  // namespace

std::unique_ptr<const client::Assignor> guard(const client::Assignor& inner) {
  return std::make_unique<const Guarded>(inner);
}

std::string what_was_thrown(const std::string& name) {
  const auto it = thrown().find(name);
  return it == thrown().end() ? "" : it->second;
}

void register_lab_assignors() {
  static const Guarded kMine(my_assignor()), kSolution(solution_assignor()),
      kWrong(wrong_assignor());
  for (const Guarded* assignor : {&kMine, &kSolution, &kWrong}) {
    if (client::find_assignor(assignor->name()) == nullptr) client::register_assignor(*assignor);
  }
}

bool is_assignor_place(const std::string& place) {
  const std::string kind = split(place).kind;
  return kind == kByName || kind == kByGroup;
}

std::string check_assignor_place(const std::string& place) {
  register_lab_assignors();
  const AssignorPlace parts = split(place);
  if (parts.kind == kByName && client::find_assignor(parts.whose) == nullptr) {
    return fmt::format("\"{}\": there is no assignor \"{}\"; known: {}", place, parts.whose,
                       fmt::join(client::assignor_names(), ", "));
  }
  std::string laws;
  for (const LawName& known : kLaws) {
    if (parts.law == known.name) return "";
    laws += std::string(laws.empty() ? "" : ", ") + known.name;
  }
  return fmt::format("\"{}\": expected {} {} and one of {}", place, parts.kind,
                     parts.kind == kByName ? "NAME" : "GROUP", laws);
}

std::string read_assignor_place(viewer::Machine& machine, const std::string& place) {
  register_lab_assignors();
  const AssignorPlace parts = split(place);
  std::string name = parts.whose;
  if (parts.kind == kByGroup) {
    name.clear();
    for (const cluster::GroupView& group : machine.snapshot().groups) {
      if (group.id == parts.whose) name = group.assignor;
    }
  }
  const client::Assignor* assignor = client::find_assignor(name);
  return assignor == nullptr ? "none" : verdict(*assignor, parts.law);
}

}  // namespace kscope::lab
