#include "viewer/lab/lab_library.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace kscope::lab {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> lab_folders(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, failed)) {
    if (fs::exists(entry.path() / "lab.json", failed)) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

LoadedLab load(const std::string& directory, const std::string& name) {
  const std::string file = directory + "/" + name + "/lab.json";
  const auto text = read_text_file(file);
  if (text) return parse_lab(*text, file, name);
  LoadedLab loaded;
  loaded.problems.push_back(file + ": cannot be read");
  return loaded;
}

/// "01-watermarks" is meant by itself, by "01" and by "watermarks".
bool is_meant(const std::string& name, const std::string& wanted) {
  const std::size_t dash = name.find('-');
  return name == wanted || (dash != name.npos && (name.substr(0, dash) == wanted ||
                                                  name.substr(dash + 1) == wanted));
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

Result<Library> load_library(const std::string& directory) {
  std::error_code failed;
  if (!fs::is_directory(directory, failed)) {
    return Error{ErrorKind::NotFound, fmt::format("there is no folder of labs at {}", directory)};
  }
  Library library;
  library.folders = lab_folders(directory);
  for (const std::string& name : library.folders) {
    LoadedLab loaded = load(directory, name);
    if (loaded.ok()) {
      library.labs.push_back(std::move(loaded.lab));
    } else {
      library.problems.insert(library.problems.end(), loaded.problems.begin(),
                              loaded.problems.end());
    }
  }
  return library;
}

Result<Lab> find_lab(const std::string& directory, const std::string& wanted) {
  const std::vector<std::string> names = lab_folders(directory);
  for (const std::string& name : names) {
    if (!is_meant(name, wanted)) continue;
    LoadedLab loaded = load(directory, name);
    if (loaded.ok()) return std::move(loaded.lab);
    std::string what = loaded.problems[0];
    if (loaded.problems.size() > 1) {
      what += fmt::format(" (and {} more problems)", loaded.problems.size() - 1);
    }
    return Error{ErrorKind::Invalid, what};
  }
  return Error{ErrorKind::NotFound, fmt::format("there is no lab \"{}\"; there are: {}", wanted,
                                                names.empty() ? "none" : joined(names))};
}

Result<std::string> write_starting_lab(const std::string& directory) {
  const std::string file = directory + "/lab.json";
  std::error_code failed;
  if (fs::exists(file, failed)) {
    return Error{ErrorKind::Invalid,
                 fmt::format("{} is there already; choose another folder", file)};
  }
  fs::create_directories(directory, failed);
  std::ofstream out(file, std::ios::binary);
  out << starting_lab();
  out.close();
  if (!out) return Error{ErrorKind::Io, fmt::format("cannot write {}", file)};
  return file;
}

}  // namespace kscope::lab
