// Reads tests/golden/assignors/kafka-3.9.txt: made-up groups, and what Kafka's classes make of
// them. The file's head says what its lines mean.
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "engine/base/partition.h"

namespace kscope::test {

struct GoldenMember {
  std::string id, instance, rack;  // empty: none
  std::int32_t generation = 0;
  std::vector<std::string> topics;
  std::vector<TopicPartition> owned;
};

struct GoldenGroup {
  std::string number;
  std::map<std::string, std::vector<std::vector<std::string>>> racks_by_topic;  // by partition
  std::vector<GoldenMember> members;
  std::map<std::string, std::string> expected;  // by assignor: "A t-0 t-1 | B"
};

inline std::vector<std::string> golden_list(const std::string& text) {
  std::vector<std::string> list;
  std::istringstream in(text == "-" ? "" : text);
  for (std::string part; std::getline(in, part, ',');) list.push_back(part);
  return list;
}

inline GoldenMember golden_member(std::istringstream& in) {
  GoldenMember m;
  std::string topics, owned;
  in >> m.id >> m.instance >> m.rack >> m.generation >> topics >> owned;
  if (m.instance == "-") m.instance.clear();
  if (m.rack == "-") m.rack.clear();
  m.topics = golden_list(topics);
  for (const std::string& name : golden_list(owned)) {
    const std::size_t dash = name.rfind('-');
    m.owned.push_back({name.substr(0, dash), std::stoi(name.substr(dash + 1))});
  }
  return m;
}

inline std::vector<GoldenGroup> golden_groups() {
  std::ifstream file(KSCOPE_SOURCE_DIR "/tests/golden/assignors/kafka-3.9.txt");
  std::vector<GoldenGroup> groups;
  for (std::string line; std::getline(file, line);) {
    std::istringstream in(line);
    std::string word, name;
    in >> word;
    if (word.empty() || word[0] == '#' || word == "end") continue;
    if (word == "case") {
      groups.emplace_back();
      in >> groups.back().number;
    } else if (word == "topic") {
      std::string count;
      in >> name >> count;
      auto& racks = groups.back().racks_by_topic[name];
      for (std::string here; in >> here;) racks.push_back(golden_list(here));
    } else if (word == "member") {
      groups.back().members.push_back(golden_member(in));
    } else {
      std::string rest;
      std::getline(in >> std::ws, rest);
      groups.back().expected[word] = rest;
    }
  }
  return groups;
}

}  // namespace kscope::test
