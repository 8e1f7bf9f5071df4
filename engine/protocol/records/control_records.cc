#include "engine/protocol/records/control_records.h"

#include "engine/protocol/instantiate.h"

namespace kscope::protocol {

Bytes control_record_key(ControlRecordType type) {
  ByteWriter out;
  out.i16(0);  // ControlRecordType.CURRENT_CONTROL_RECORD_KEY_VERSION
  out.i16(static_cast<std::int16_t>(type));
  return out.take();
}

Result<ControlRecordType> control_record_type(ByteView key) {
  ByteReader in(key);
  const std::int16_t version = in.i16();
  const std::int16_t type = in.i16();
  if (!in.ok()) {
    return Error{ErrorKind::Truncated, "control record: the key ends after " +
                                           std::to_string(key.size()) + " of 4 bytes"};
  }
  if (version < 0 || type < 0 || type > static_cast<std::int16_t>(ControlRecordType::KRaftVoters)) {
    return Error{ErrorKind::Unsupported, "control record: unknown type " + std::to_string(type) +
                                             " of key version " + std::to_string(version)};
  }
  return static_cast<ControlRecordType>(type);
}

KSCOPE_INSTANTIATE_CODEC(LeaderChangeMessage);
KSCOPE_INSTANTIATE_CODEC(SnapshotHeaderRecord);
KSCOPE_INSTANTIATE_CODEC(SnapshotFooterRecord);
KSCOPE_INSTANTIATE_CODEC(KRaftVersionRecord);
KSCOPE_INSTANTIATE_CODEC(VotersRecord);

}  // namespace kscope::protocol
