// How sim::Disk dies: with the process, or with the power.
#include "engine/base/check.h"
#include "engine/sim/disk.h"

namespace kscope::sim {

void Disk::crash_process() {
  for (Inode& inode : handles_) {
    if (inode != kDirectory) unlink(inode);
  }
  first_handle_ += static_cast<env::FileHandle>(handles_.size());  // old handles never come back
  handles_.clear();
  cost_ = Duration{0};
  // What was preallocated is part of the file now.
  for (File& file : files_) {
    file.zeroes = file.end() - file.size();
    file.reserved = 0;
    file.mapped = false;
  }
}

void Disk::undo(const Pending& op) {
  switch (op.op) {
    case NameOp::Link:
      names_.erase(op.path);
      unlink(op.inode);  // its name's reference; the journal's goes with settle()
      break;
    case NameOp::Unlink:
      names_[op.path] = op.inode;
      link(op.inode);
      break;
    case NameOp::Rename:
      move_names(op.to, op.path);
      if (op.replaced) {
        names_[op.to] = *op.replaced;
        link(*op.replaced);
      }
      break;
  }
}

// A prefix of the journal made it, the rest did not.
std::int64_t Disk::settle_names(env::Random& random) {
  if (journal_.empty()) return 0;
  const std::size_t kept = random.below(journal_.size() + 1);
  std::int64_t lost = 0;
  for (std::size_t i = journal_.size(); i > kept; --i) {
    const Pending& op = journal_[i - 1];
    if (op.op == NameOp::Link && op.inode != kDirectory) lost += files_[op.inode].size();
    undo(op);
  }
  for (const Pending& op : journal_) settle(op);
  journal_.clear();
  return lost;
}

// The new bytes made it up to `cut`; behind it the medium shows through where it was not cut off.
void Disk::apply_cut(File& file, std::int64_t cut) {
  const std::int64_t through = std::min(file.flushed, file.lowest_size);
  file.data.truncate(static_cast<std::size_t>(cut));
  for (std::int64_t i = cut; i < through; ++i) {
    file.data.push_back(file.medium[static_cast<std::size_t>(i)]);
  }
}

// The file is as long as it was preallocated when it was last flushed.
std::int64_t Disk::settled_as_flushed(File& file, std::int64_t lost) {
  file.zeroes = std::max<std::int64_t>(0, file.medium_end - file.size());
  return settled(file, lost);
}

std::int64_t Disk::settle_contents(File& file, env::Random& random) {
  if (!file.is_dirty()) return settled_as_flushed(file, 0);
  const std::int64_t written = file.size();
  switch (random.below(4)) {
    case 0:  // everything happened to be written back in time
      return settled(file, 0);
    case 1: {  // nothing was
      const std::int64_t lost = file.at_risk();
      if (file.stable < file.flushed) file.data = file.medium;
      file.data.truncate(static_cast<std::size_t>(file.flushed));
      return settled_as_flushed(file, lost);
    }
    default:
      break;
  }
  const std::int64_t cut = random.between(file.stable, written);
  // Half of the cuts leave garbage behind: the size was updated, the data blocks were not.
  const std::int64_t most = std::min<std::int64_t>(written - cut, 4096);
  const std::int64_t garbage = random.chance(1, 2) ? random.between(std::int64_t{0}, most) : 0;
  apply_cut(file, cut);
  const bool zeroes = random.chance(1, 2);
  for (std::int64_t i = 0; i < garbage && file.size() < written; ++i) {
    file.data.push_back(zeroes ? std::uint8_t{0} : static_cast<std::uint8_t>(random.next()));
  }
  return settled_as_flushed(file, written - cut);
}

std::int64_t Disk::power_loss(env::Random& random) {
  crash_process();
  std::int64_t lost = settle_names(random);
  // By name, not by inode: the order of luck must not depend on which slots happened to be free.
  for (const auto& [path, inode] : names_) {
    if (inode != kDirectory) lost += settle_contents(files_[inode], random);
  }
  return lost;
}

}  // namespace kscope::sim
