#include "engine/storage/cleaned_transactions.h"

#include <algorithm>

#include "engine/base/byte_io.h"

namespace kscope::storage {

// The key of a control record: version i16, type i16 (0 abort, 1 commit). KIP-98.
Result<MarkerType> marker_of(ByteView control_batch) {
  KTRY_ASSIGN(const auto records, record::read_records(control_batch));
  if (records.empty() || !records.front().key) {
    return Error{ErrorKind::Corrupt, "a control batch without a key"};
  }
  ByteReader reader(*records.front().key);
  reader.i16();
  const std::int16_t type = reader.i16();
  if (!reader.ok()) return Error{ErrorKind::Corrupt, "the key of a control record is too short"};
  if (type == 0) return MarkerType::Abort;
  return type == 1 ? MarkerType::Commit : MarkerType::Other;
}

CleanedTransactions::CleanedTransactions(std::vector<AbortedTxn> aborted)
    : aborted_(std::move(aborted)) {
  std::sort(aborted_.begin(), aborted_.end(),
            [](const AbortedTxn& a, const AbortedTxn& b) {
              return a.first < b.first;
            });
}

void CleanedTransactions::enter_up_to(std::int64_t offset) {
  for (; next_ < aborted_.size() && aborted_[next_].first.value() <= offset; ++next_) {
    ongoing_.try_emplace(aborted_[next_].producer_id, Ongoing{aborted_[next_], false});
  }
}

bool CleanedTransactions::on_batch(const record::BatchHeader& batch) {
  enter_up_to(batch.last_offset());
  if (!batch.is_transactional()) return false;
  const auto aborted = ongoing_.find(batch.producer_id);
  if (aborted == ongoing_.end()) {
    committed_.insert(batch.producer_id);
    return false;
  }
  aborted->second.seen = true;
  return true;
}

Result<bool> CleanedTransactions::on_control_batch(const record::BatchHeader& header,
                                                   ByteView batch) {
  enter_up_to(header.last_offset());
  if (header.count == 0) return true;  // was cleaned before, only its producer's state is left
  KTRY_ASSIGN(const MarkerType type, marker_of(batch));
  if (type == MarkerType::Other) return false;
  if (type == MarkerType::Commit) return committed_.erase(header.producer_id) == 0;
  const auto node = ongoing_.extract(header.producer_id);
  if (node.empty() || !node.mapped().seen) return true;
  kept_.push_back(node.mapped().transaction);
  return false;
}

}  // namespace kscope::storage
