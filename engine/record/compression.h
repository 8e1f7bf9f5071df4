// Compression codecs, through their libraries, in exactly the framing that Kafka clients expect.
//
// gzip: plain gzip. snappy: xerial framing (magic "\x82SNAPPY\0", versions, length-prefixed
// blocks), and raw snappy on input, as librdkafka sends. lz4: the LZ4 *frame* format. zstd: one
// frame.
//
// A batch is compressed once, by its producer, and decompressed once, by its consumer; a broker
// passes it on as it is. The packed bytes depend on the version of the library, so two machines
// agree on a run with compression only as far as their libraries do; without compression they agree
// exactly.
//
// Called by: record_batch. Kafka: org.apache.kafka.common.compress. Libraries: zlib, snappy, lz4,
// zstd.
// Read next: record/record_batch.h
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace kscope::record {

enum class Codec : std::uint8_t { None = 0, Gzip = 1, Snappy = 2, Lz4 = 3, Zstd = 4 };

const char* to_string(Codec codec);
/// "none", "gzip", "snappy", "lz4", "zstd"; false on anything else.
bool parse_codec(std::string_view text, Codec* out);

/// Largest block that decompress will produce: a compressed batch must not be a bomb. Sixteen times
/// the default max.message.bytes.
inline constexpr std::size_t kMaxDecompressedBytes = 16u * 1024 * 1024;

/// REQUIRES a codec of the five.
Bytes compress(Codec codec, ByteView plain);
/// Corrupt if the data is damaged, stops early, has something after its end or is a bomb;
/// Unsupported for a codec number that does not exist. Memory grows with what is really produced.
Result<Bytes> decompress(Codec codec, ByteView packed);

}  // namespace kscope::record
