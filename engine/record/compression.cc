#include "engine/record/compression.h"

#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include "engine/base/byte_io.h"
#include "engine/base/check.h"

namespace kscope::record {
namespace {

constexpr std::size_t kChunk = 64 * 1024;
/// The block size of Kafka's SnappyOutputStream; a reader may hold one block at a time.
constexpr std::size_t kSnappyBlock = 32 * 1024;
/// A snappy copy of 64 bytes takes 3; a longer promise than this is a lie, found before allocating.
constexpr std::size_t kSnappyMaxRatio = 32;
constexpr std::uint8_t kXerialMagic[] = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
constexpr std::size_t kXerialHeader = sizeof(kXerialMagic) + 8;  // two versions of 4 bytes

Error corrupt(Codec codec, const std::string& what) {
  return Error{ErrorKind::Corrupt, std::string(to_string(codec)) + " data: " + what};
}

Error too_large(Codec codec) {
  return corrupt(codec, "decompresses to more than " +
                            std::to_string(kMaxDecompressedBytes / (1024 * 1024)) + " MiB");
}

/// Output that grows with what was really decompressed, never with what a header promises.
class Output {
 public:
  /// Room for at least one byte, or nothing once the limit is passed.
  std::span<std::uint8_t> room() {
    if (used_ == bytes_.size()) {
      bytes_.resize(std::min(std::max(bytes_.size() * 2, kChunk), kMaxDecompressedBytes + 1));
    }
    return std::span(bytes_).subspan(used_);
  }
  void advance(std::size_t n) { used_ += n; }
  bool over_limit() const { return used_ > kMaxDecompressedBytes; }
  Bytes take() {
    bytes_.resize(used_);
    return std::move(bytes_);
  }

 private:
  Bytes bytes_;
  std::size_t used_ = 0;
};

// ---- gzip -----------------------------------------------------------------------------------

constexpr int kGzipWindow = 15 + 16;  // 15 bits of window; +16 asks zlib for a gzip wrapper

Bytes gzip_compress(ByteView plain) {
  z_stream stream{};
  KCHECK(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8,
                      Z_DEFAULT_STRATEGY) == Z_OK);
  Bytes out(deflateBound(&stream, static_cast<uLong>(plain.size())));
  stream.next_in = const_cast<Bytef*>(plain.data());  // only read: zlib is older than const
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  KCHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Result<Bytes> gzip_decompress(ByteView packed) {
  z_stream stream{};
  KCHECK(inflateInit2(&stream, kGzipWindow) == Z_OK);
  const struct Closer {
    z_stream& stream;
    ~Closer() { inflateEnd(&stream); }
  } closer{stream};
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  Output out;
  while (true) {
    const auto room = out.room();
    stream.next_out = room.data();
    stream.avail_out = static_cast<uInt>(room.size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    out.advance(room.size() - stream.avail_out);
    if (out.over_limit()) return too_large(Codec::Gzip);
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0) return out.take();
      // Several members one after the other are one stream (RFC 1952), as for Java's
      // GZIPInputStream.
      KCHECK(inflateReset(&stream) == Z_OK);
    } else if (status != Z_OK) {
      return corrupt(Codec::Gzip, stream.msg != nullptr ? stream.msg : "it stops too early");
    }
  }
}

// ---- snappy ---------------------------------------------------------------------------------

bool is_xerial(ByteView packed) {
  return packed.size() >= kXerialHeader &&
         std::memcmp(packed.data(), kXerialMagic, sizeof(kXerialMagic)) == 0;
}

Bytes snappy_compress(ByteView plain) {
  ByteWriter out;
  out.raw(kXerialMagic);
  out.i32(1);  // version
  out.i32(1);  // oldest version that can read it
  for (std::size_t at = 0; at < plain.size(); at += kSnappyBlock) {
    const ByteView block = plain.subspan(at, std::min(kSnappyBlock, plain.size() - at));
    std::string packed;
    snappy::Compress(reinterpret_cast<const char*>(block.data()), block.size(), &packed);
    out.i32(static_cast<std::int32_t>(packed.size()));
    out.raw(view_of(packed));
  }
  return out.take();
}

/// Appends one raw block to `out`.
Result<void> snappy_block(ByteView block, Bytes& out) {
  const auto* data = reinterpret_cast<const char*>(block.data());
  std::size_t length = 0;
  if (!snappy::GetUncompressedLength(data, block.size(), &length)) {
    return corrupt(Codec::Snappy, "a block has no length");
  }
  if (length > kMaxDecompressedBytes - out.size()) return too_large(Codec::Snappy);
  if (length > block.size() * kSnappyMaxRatio) {
    return corrupt(Codec::Snappy, "a block promises more than it can hold");
  }
  const std::size_t before = out.size();
  out.resize(before + length);
  if (!snappy::RawUncompress(data, block.size(), reinterpret_cast<char*>(out.data() + before))) {
    return corrupt(Codec::Snappy, "a block is damaged");
  }
  return {};
}

Result<Bytes> snappy_decompress(ByteView packed) {
  Bytes out;
  if (!is_xerial(packed)) {
    KTRY(snappy_block(packed, out));
    return out;
  }
  ByteReader reader(packed);
  reader.skip(kXerialHeader);
  while (reader.remaining() > 0) {
    const std::int32_t length = reader.i32();
    if (!reader.ok() || length < 0) return corrupt(Codec::Snappy, "a block's length is impossible");
    const ByteView block = reader.take(static_cast<std::size_t>(length));
    if (!reader.ok()) return corrupt(Codec::Snappy, "a block stops too early");
    KTRY(snappy_block(block, out));
  }
  return out;
}

// ---- lz4 ------------------------------------------------------------------------------------

Bytes lz4_compress(ByteView plain) {
  // As Kafka's Lz4BlockOutputStream: 64 KiB blocks that do not refer to each other, no checksums.
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  Bytes out(LZ4F_compressFrameBound(plain.size(), &preferences));
  const std::size_t size =
      LZ4F_compressFrame(out.data(), out.size(), plain.data(), plain.size(), &preferences);
  KCHECK(!LZ4F_isError(size));
  out.resize(size);
  return out;
}

Result<Bytes> lz4_decompress(ByteView packed) {
  LZ4F_dctx* context = nullptr;
  KCHECK(!LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)));
  const std::unique_ptr<LZ4F_dctx, decltype(&LZ4F_freeDecompressionContext)> owner(
      context, LZ4F_freeDecompressionContext);
  Output out;
  std::size_t at = 0;
  while (true) {
    const auto room = out.room();
    std::size_t produced = room.size();
    std::size_t consumed = packed.size() - at;
    const std::size_t hint = LZ4F_decompress(context, room.data(), &produced, packed.data() + at,
                                             &consumed, nullptr);
    if (LZ4F_isError(hint)) return corrupt(Codec::Lz4, LZ4F_getErrorName(hint));
    at += consumed;
    out.advance(produced);
    if (out.over_limit()) return too_large(Codec::Lz4);
    if (hint == 0) break;  // the frame is complete
    if (consumed == 0 && produced == 0) return corrupt(Codec::Lz4, "it stops too early");
  }
  if (at != packed.size()) return corrupt(Codec::Lz4, "bytes follow the end of the frame");
  return out.take();
}

// ---- zstd -----------------------------------------------------------------------------------

Bytes zstd_compress(ByteView plain) {
  Bytes out(ZSTD_compressBound(plain.size()));
  const std::size_t size = ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(),
                                         ZSTD_CLEVEL_DEFAULT);
  KCHECK(!ZSTD_isError(size));
  out.resize(size);
  return out;
}

Result<Bytes> zstd_decompress(ByteView packed) {
  const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(),
                                                                          ZSTD_freeDStream);
  KCHECK(stream != nullptr);
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  Output out;
  while (true) {
    const auto room = out.room();
    ZSTD_outBuffer piece{room.data(), room.size(), 0};
    const std::size_t consumed_before = in.pos;
    const std::size_t hint = ZSTD_decompressStream(stream.get(), &piece, &in);
    if (ZSTD_isError(hint)) return corrupt(Codec::Zstd, ZSTD_getErrorName(hint));
    out.advance(piece.pos);
    if (out.over_limit()) return too_large(Codec::Zstd);
    if (hint == 0 && in.pos == in.size) return out.take();
    if (piece.pos == 0 && in.pos == consumed_before) {
      return corrupt(Codec::Zstd, "it stops too early");
    }
  }
}

}  // namespace

const char* to_string(Codec codec) {
  switch (codec) {
    case Codec::None: return "none";
    case Codec::Gzip: return "gzip";
    case Codec::Snappy: return "snappy";
    case Codec::Lz4: return "lz4";
    case Codec::Zstd: return "zstd";
  }
  return "unknown";
}

bool parse_codec(std::string_view text, Codec* out) {
  for (const Codec codec : {Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd}) {
    if (text == to_string(codec)) {
      *out = codec;
      return true;
    }
  }
  return false;
}

Bytes compress(Codec codec, ByteView plain) {
  switch (codec) {
    case Codec::None: return Bytes(plain.begin(), plain.end());
    case Codec::Gzip: return gzip_compress(plain);
    case Codec::Snappy: return snappy_compress(plain);
    case Codec::Lz4: return lz4_compress(plain);
    case Codec::Zstd: return zstd_compress(plain);
  }
  KCHECK(!"a codec of Kafka's");
  return {};
}

Result<Bytes> decompress(Codec codec, ByteView packed) {
  switch (codec) {
    case Codec::None:
      if (packed.size() > kMaxDecompressedBytes) return too_large(codec);
      return Bytes(packed.begin(), packed.end());
    case Codec::Gzip: return gzip_decompress(packed);
    case Codec::Snappy: return snappy_decompress(packed);
    case Codec::Lz4: return lz4_decompress(packed);
    case Codec::Zstd: return zstd_decompress(packed);
  }
  return Error{ErrorKind::Unsupported, "compression codec " +
                                           std::to_string(static_cast<int>(codec)) +
                                           " does not exist"};
}

}  // namespace kscope::record
