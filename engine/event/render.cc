#include "engine/event/render.h"

#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>

namespace kscope::event {
namespace {

// How each kind of field is written. Describing is the only reflection there is, so these overloads
// are the one place that knows the types of fields.

template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool>;

template <class T>
concept Named = std::is_enum_v<T>;

template <class T>
concept Id = requires(T id) {
  { id.value() } -> std::integral;
};

constexpr const char* kNobody = "none";

/// A field's value: as a person reads it, and as JSON writes it.
class Writer {
 public:
  explicit Writer(const NameTable& names) : names_(names) {}

  std::string text(Number auto v) const { return std::to_string(v); }
  std::string text(bool v) const { return v ? "true" : "false"; }
  std::string text(const char* v) const { return v; }
  std::string text(Named auto v) const { return to_string(v); }
  std::string text(Id auto v) const { return std::to_string(v.value()); }
  std::string text(NodeId v) const { return v.value() < 0 ? kNobody : std::to_string(v.value()); }
  std::string text(NameRef v) const { return names_.name(v); }
  std::string text(PartitionRef v) const {
    return v.topic == NameRef() ? std::string("the whole request") : names_.name(v).str();
  }
  std::string text(const NodeList& v) const { return v.str(); }
  std::string text(Duration v) const { return format_duration(v); }
  std::string text(Instant v) const { return format_instant(v); }

  template <class T>
  static constexpr bool is_number() {
    if constexpr (std::is_same_v<T, NameRef>) return false;
    else return Number<T> || Id<T>;
  }

 private:
  const NameTable& names_;
};

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[c & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

/// Durations and instants are numbers of microseconds under a name that says so; sets of nodes are
/// arrays; nobody is -1.
class JsonFields {
 public:
  JsonFields(std::string& out, const NameTable& names) : out_(out), writer_(names) {}

  template <class T>
  void operator()(const char* name, const T& v) {
    out_ += ",\"";
    out_ += name;
    if constexpr (std::is_same_v<T, Duration> || std::is_same_v<T, Instant>) out_ += "_us";
    out_ += "\":";
    value(v);
  }

 private:
  void value(Duration v) { out_ += std::to_string(v.count()); }
  void value(Instant v) { out_ += std::to_string(to_micros(v)); }
  void value(NodeId v) { out_ += std::to_string(v.value()); }
  void value(bool v) { out_ += v ? "true" : "false"; }
  void value(const NodeList& v) {
    out_ += '[';
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (i > 0) out_ += ',';
      out_ += std::to_string(v[i].value());
    }
    out_ += ']';
  }
  template <class T>
  void value(const T& v) {
    if constexpr (Writer::is_number<T>()) out_ += writer_.text(v);
    else append_json_string(out_, writer_.text(v));
  }

  std::string& out_;
  Writer writer_;
};

/// Fills one sentence. Node fields go through the namer, unless the sentence itself says the role
/// just before ("broker {broker}"): then the number alone is right.
class SentenceFiller {
 public:
  SentenceFiller(const Event& event, const NameTable& names, const NodeNamer& namer)
      : event_(event), writer_(names), namer_(namer) {}

  std::string fill() {
    const Info& info = info_of(event_.body);
    std::string_view rest = info.sentence;
    while (true) {
      const std::size_t open = rest.find('{');
      const std::size_t close = rest.find('}', open);
      if (open == std::string_view::npos || close == std::string_view::npos) break;
      out_ += rest.substr(0, open);
      placeholder(rest.substr(open + 1, close - open - 1), info.subject);
      rest.remove_prefix(close + 1);
    }
    out_ += rest;
    return std::move(out_);
  }

 private:
  void placeholder(std::string_view name, Subject subject) {
    if (name == "node") {
      out_ += event_.node == NodeId() ? std::string("the cluster") : node(event_.node, subject);
      return;
    }
    // A controller's events speak about brokers.
    const Subject about = subject == Subject::Controller ? Subject::Broker : subject;
    const auto pick = [&](const char* field, const auto& v) {
      if (name != field) return;
      if constexpr (std::is_same_v<std::decay_t<decltype(v)>, NodeId>) out_ += node(v, about);
      else out_ += writer_.text(v);
    };
    std::visit([&](const auto& body) { body.describe(pick); }, event_.body);
  }

  std::string node(NodeId id, Subject subject) const {
    if (id.value() < 0) return kNobody;
    if (out_.ends_with("broker ") || out_.ends_with("controller ")) {
      return std::to_string(id.value());
    }
    return namer_ ? namer_(id, subject) : "node " + std::to_string(id.value());
  }

  const Event& event_;
  Writer writer_;
  const NodeNamer& namer_;
  std::string out_;
};

/// A fast digest of one event: a multiplication per field instead of one per byte. Runs for every
/// event of every run, so it builds no string.
class Digest {
 public:
  explicit Digest(const NameTable& names) : names_(names) {}

  void word(std::uint64_t w) {
    state_ = (state_ ^ w) * 0x9e3779b97f4a7c15ULL;
    state_ ^= state_ >> 32;
  }
  void text(std::string_view text) {
    word(text.size());
    while (!text.empty()) {
      // Byte by byte into a word: the same on machines of either byte order.
      const std::size_t n = std::min<std::size_t>(8, text.size());
      std::uint64_t w = 0;
      for (std::size_t i = 0; i < n; ++i) w = (w << 8) | static_cast<unsigned char>(text[i]);
      word(w);
      text.remove_prefix(n);
    }
  }

  void operator()(const char*, Number auto v) { word(static_cast<std::uint64_t>(v)); }
  void operator()(const char*, bool v) { word(v ? 1 : 0); }
  void operator()(const char*, const char* v) { text(v); }
  void operator()(const char*, Named auto v) { word(static_cast<std::uint64_t>(v)); }
  void operator()(const char*, Id auto v) { word(static_cast<std::uint64_t>(v.value())); }
  void operator()(const char*, NameRef v) { text(names_.name(v)); }
  void operator()(const char*, PartitionRef v) {
    text(names_.name(v.topic));
    word(static_cast<std::uint64_t>(v.partition));
  }
  void operator()(const char*, const NodeList& v) {
    word(v.size());
    for (std::size_t i = 0; i < v.size(); ++i) word(static_cast<std::uint64_t>(v[i].value()));
  }
  void operator()(const char*, Duration v) { word(static_cast<std::uint64_t>(v.count())); }
  void operator()(const char*, Instant v) { word(static_cast<std::uint64_t>(to_micros(v))); }

  std::uint64_t value() const { return state_; }

 private:
  const NameTable& names_;
  std::uint64_t state_ = 0x243f6a8885a308d3ULL;
};

/// The type's name rather than its place in the variant: a new event type must not change the
/// hashes of runs in which it does not occur.
template <class T>
constexpr std::uint64_t type_word() {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char* p = T::kInfo.name; *p != '\0'; ++p) {
    h = (h ^ static_cast<unsigned char>(*p)) * 0x100000001b3ULL;
  }
  return h;
}

template <class T>
TypeRow type_row() {
  TypeRow row{T::kInfo, {}};
  T{}.describe([&](const char* name, const auto&) { row.fields.push_back(name); });
  return row;
}

template <std::size_t... I>
std::vector<TypeRow> type_rows(std::index_sequence<I...>) {
  return {type_row<std::variant_alternative_t<I, Body>>()...};
}

}  // namespace

std::vector<Field> fields_of(const Body& body, const NameTable& names) {
  std::vector<Field> fields;
  const Writer writer(names);
  const auto add = [&]<class T>(const char* name, const T& v) {
    Field field{name, writer.text(v), Writer::is_number<T>()};
    if (field.text == kNobody) field.is_number = false;
    fields.push_back(std::move(field));
  };
  std::visit([&](const auto& e) { e.describe(add); }, body);
  return fields;
}

std::string sentence(const Event& event, const NameTable& names, const NodeNamer& namer) {
  return SentenceFiller(event, names, namer).fill();
}

std::string to_json(const Event& event, const NameTable& names) {
  std::string out = "{\"seq\":" + std::to_string(event.seq.value());
  out += ",\"at_us\":" + std::to_string(to_micros(event.at));
  out += ",\"node\":" + std::to_string(event.node.value());
  out += ",\"cause\":" + std::to_string(event.cause.value());
  out += ",\"type\":\"";
  out += info_of(event.body).name;
  out += '"';
  std::visit([&](const auto& e) { e.describe(JsonFields(out, names)); }, event.body);
  return out + "}";
}

void hash_event(const Event& event, const NameTable& names, Fnv64& hash) {
  Digest digest(names);
  digest.word(event.seq.value());
  digest.word(static_cast<std::uint64_t>(to_micros(event.at)));
  digest.word(static_cast<std::uint64_t>(event.node.value()));
  digest.word(event.cause.value());
  std::visit(
      [&]<class T>(const T& e) {
        constexpr std::uint64_t kType = type_word<T>();
        digest.word(kType);
        e.describe(digest);
      },
      event.body);
  hash.add(digest.value());
}

std::vector<TypeRow> event_types() {
  return type_rows(std::make_index_sequence<std::variant_size_v<Body>>());
}

bool is_answer(const Body& body) {
  if (const auto* done = std::get_if<AdminCompleted>(&body)) return done->error != ErrorCode::NONE;
  return std::holds_alternative<GroupListed>(body) ||
         std::holds_alternative<GroupDescribed>(body) ||
         std::holds_alternative<GroupLagReported>(body) ||
         std::holds_alternative<AdminExplained>(body) ||
         std::holds_alternative<ApplicationEnded>(body);
}

}  // namespace kscope::event
