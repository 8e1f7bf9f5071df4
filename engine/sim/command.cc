#include "engine/sim/command.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "engine/base/api_key.h"

namespace kscope::sim {
namespace {

// A command's arguments are checked against patterns. In a pattern, words in capitals are kinds and
// everything else stands for itself. Options (key=value) may come in any place and are checked by
// the table of the verb.

struct OptionRule {
  const char* name;
  const char* kind;
};

struct VerbRule {
  CommandHelp help;
  std::vector<std::vector<const char*>> patterns;
  std::vector<OptionRule> options;
  bool kafka_config = false;  ///< also takes options by Kafka's names
};

std::vector<VerbRule> fault_rules() {
  return {
      {{"start", "start NODE", "Starts a process that is down."}, {{"NODE"}}, {}},
      {{"stop", "stop NODE", "Shuts a broker down cleanly: it hands over its leaderships first."},
       {{"NODE"}},
       {}},
      {{"crash", "crash NODE [power]",
        "Kills the process; with `power` the machine: what was not flushed is lost."},
       {{"NODE"}, {"NODE", "power"}},
       {}},
      {{"restart", "restart NODE", "Stops the process at once if it runs, and starts it again."},
       {{"NODE"}},
       {}},
      {{"pause", "pause NODE | pause CONSUMER PARTITION,…",
        "Freezes the process, as a long garbage collection does; with partitions, the consumer "
        "stops reading these."},
       {{"NODE"}, {"NAME", "PARTITIONS"}},
       {}},
      {{"resume", "resume NODE | resume CONSUMER PARTITION,…",
        "Lets a paused process go on, or partitions that the consumer stopped reading."},
       {{"NODE"}, {"NAME", "PARTITIONS"}},
       {}},
      {{"cut", "cut A B | cut A -> B", "Cuts the link, both ways or one way: frames stall."},
       {{"NODE", "NODE"}, {"NODE", "->", "NODE"}},
       {}},
      {{"heal", "heal A B | heal A -> B | heal all",
        "Takes back cuts (all: and slow links, traps)."},
       {{"all"}, {"NODE", "NODE"}, {"NODE", "->", "NODE"}},
       {}},
      {{"slow", "slow A B DURATION | slow A -> B DURATION", "Adds to the latency; 0ms ends it."},
       {{"NODE", "NODE", "DURATION"}, {"NODE", "->", "NODE", "DURATION"}},
       {}},
      {{"reset", "reset A B", "Resets every connection between the two."}, {{"NODE", "NODE"}}, {}},
      {{"lose", "lose FRAME | lose next API request|response A -> B",
        "Loses a frame, and its connection with it."},
       {{"FRAME"},
        {"next", "API", "request", "NODE", "->", "NODE"},
        {"next", "API", "response", "NODE", "->", "NODE"}},
       {}},
      {{"delay", "delay FRAME DURATION", "Holds a frame back; those behind it wait as well."},
       {{"FRAME", "DURATION"}},
       {}},
      {{"disk", "disk NODE slow DURATION|failing|full|ok", "Makes a disk sick, or well again."},
       {{"NODE", "slow", "DURATION"}, {"NODE", "failing"}, {"NODE", "full"}, {"NODE", "ok"}},
       {}},
      {{"flip", "flip NODE FILE BYTE", "Flips one bit of a file at that byte position."},
       {{"NODE", "FILE", "NUMBER"}},
       {}},
      {{"log-start", "log-start NODE PARTITION OFFSET",
        "Writes an offset into the log start checkpoint of a node that is down: its log begins "
        "there from the next start on."},
       {{"NODE", "PARTITION", "NUMBER"}},
       {}},
      {{"skew", "skew NODE DURATION", "Sets the node's wall clock off; may be negative."},
       {{"NODE", "SKEW"}},
       {}}};
}

std::vector<VerbRule> client_rules() {
  return {
      {{"topic", "topic NAME [partitions=N] [replicas=N] [assignment=1:2:3,2:3:1] [CONFIG=VALUE …]",
        "Creates a topic."},
       {{"NAME"}},
       {{"partitions", "POSITIVE"}, {"replicas", "POSITIVE"}, {"assignment", "ASSIGNMENT"}},
       true},
      {{"delete-topic", "delete-topic NAME", "Deletes a topic."}, {{"NAME"}}, {}},
      {{"add-voter", "add-voter NODE", "Lets a controller vote in the quorum (KIP-853)."},
       {{"NODE"}},
       {}},
      {{"remove-voter", "remove-voter NODE", "Takes a controller's vote away (KIP-853)."},
       {{"NODE"}},
       {}},
      {{"elect", "elect PARTITION", "Asks for the election of the preferred leader."},
       {{"PARTITION"}},
       {}},
      {{"delete-records", "delete-records PARTITION before=OFFSET|end",
        "Moves the log start: records before that offset are gone (end: all committed ones)."},
       {{"PARTITION"}},
       {{"before", "BEFORE"}}},
      {{"producer", "producer NAME [acks=0|1|all] [CONFIG=VALUE …]", "Starts a producer."},
       {{"NAME"}},
       {{"acks", "ACKS"}, {"retries", "NUMBER"}},
       true},
      {{"send",
        "send PRODUCER TOPIC[-PARTITION] [tombstone] [count=N] [key=TEXT|keys=N] [value=TEXT] "
        "[size=BYTES] [every=DURATION]",
        "Hands records to a producer; `every` spaces them out, `keys` takes N keys in turn, "
        "`tombstone` sends keys without values."},
       {{"NAME", "NAME"}, {"NAME", "NAME", "tombstone"}},
       {{"count", "POSITIVE"},
        {"key", "TEXT"},
        {"keys", "POSITIVE"},
        {"value", "TEXT"},
        {"size", "POSITIVE"},
        {"every", "DURATION"}}},
      {{"close", "close CLIENT",
        "Closes a client: a producer sends what it holds first, a consumer commits and leaves "
        "its group."},
       {{"NAME"}},
       {}},
  };
}

std::vector<VerbRule> consumer_rules() {
  return {
      {{"consumer",
        "consumer NAME group=GROUP topics=T,… | group=GROUP pattern=REGEX | assign=orders-0,… "
        "[group=GROUP] [from=earliest|latest|OFFSET] [assignor=A,…] [instance=ID] "
        "[protocol=classic|consumer] [processing=DURATION] [commit=auto|before|after|async|none] "
        "[commit-every=N] [crash-after=N] [CONFIG=VALUE …]",
        "Starts a consumer: as a member of a group, or alone with partitions by hand. The last "
        "options are the application's: how long a record takes, when it commits, and after how "
        "many records its process dies."},
       {{"NAME"}},
       {{"assign", "PARTITIONS"},
        {"from", "FROM"},
        {"group", "TEXT"},
        {"topics", "NAMES"},
        {"pattern", "TEXT"},
        {"assignor", "TEXT"},
        {"instance", "NAME"},
        {"protocol", "PROTOCOL"},
        {"processing", "DURATION"},
        {"commit", "COMMIT"},
        {"commit-every", "POSITIVE"},
        {"crash-after", "POSITIVE"}},
       true},
      {{"subscribe", "subscribe CONSUMER TOPIC,… | subscribe CONSUMER pattern=REGEX",
        "Changes the topics that a consumer shares with its group."},
       {{"NAME"}, {"NAME", "NAMES"}},
       {{"pattern", "TEXT"}}},
      {{"unsubscribe", "unsubscribe CONSUMER", "Leaves the group, or drops what it has by hand."},
       {{"NAME"}},
       {}},
      {{"assign", "assign CONSUMER PARTITION,…", "Replaces the partitions it has by hand."},
       {{"NAME", "PARTITIONS"}},
       {}},
      {{"seek", "seek CONSUMER PARTITION,… OFFSET|earliest|latest | … time=DURATION",
        "Moves a consumer's position; time= counts from the start of the run."},
       {{"NAME", "PARTITIONS"}, {"NAME", "PARTITIONS", "FROM"}},
       {{"time", "DURATION"}}},
      {{"commit", "commit CONSUMER [PARTITION OFFSET] [async]",
        "Commits all positions, or that one; `async` tries once."},
       {{"NAME"},
        {"NAME", "async"},
        {"NAME", "PARTITION", "NUMBER"},
        {"NAME", "PARTITION", "NUMBER", "async"}},
       {}},
      {{"stall", "stall CONSUMER", "Its application hangs: it does not call poll() any more."},
       {{"NAME"}},
       {}},
      {{"continue", "continue CONSUMER", "Its application goes on where it hung."}, {{"NAME"}}, {}},
  };
}

std::vector<VerbRule> admin_rules() {
  const std::vector<OptionRule> whose{{"topic", "NAME"}, {"broker", "POSITIVE"}};
  std::vector<OptionRule> altered = whose;
  altered.push_back({"delete", "TEXT"});
  return {
      {{"alter-config",
        "alter-config topic=NAME|broker=N|cluster [check] [CONFIG=VALUE …] [CONFIG+=WORD] "
        "[CONFIG-=WORD] [delete=CONFIG,…]",
        "Changes settings of a topic, a broker or all brokers while they run; += and -= change "
        "lists, `check` only asks whether it could be done."},
       {{}, {"cluster"}, {"check"}, {"cluster", "check"}},
       altered,
       true},
      {{"describe-config", "describe-config topic=NAME|broker=N|cluster",
        "Asks for settings, where they come from and what they would be otherwise."},
       {{}, {"cluster"}},
       whose},
      {{"create-partitions", "create-partitions NAME count=N [assignment=1:2:3,2:3:1] [check]",
        "Gives a topic more partitions; `count` is how many there shall be."},
       {{"NAME"}, {"NAME", "check"}},
       {{"count", "POSITIVE"}, {"assignment", "ASSIGNMENT"}}},
      {{"reassign", "reassign PARTITION to=4:5:6 | reassign PARTITION cancel",
        "Moves a partition's replicas to other brokers while it serves, or calls the move off."},
       {{"PARTITION"}, {"PARTITION", "cancel"}},
       {{"to", "ASSIGNMENT"}}},
      {{"list-reassignments", "list-reassignments", "Asks which partitions are being moved."},
       {{}},
       {}},
      {{"elect-leaders", "elect-leaders PARTITION [unclean]",
        "Asks for the preferred leader; with `unclean`, where there is no leader, for any live "
        "replica."},
       {{"PARTITION"}, {"PARTITION", "unclean"}},
       {}},
  };
}

std::vector<VerbRule> group_admin_rules() {
  const std::vector<OptionRule> which{{"topic", "NAMES"}, {"partitions", "PARTITIONS"}};
  std::vector<OptionRule> reset = which;
  reset.insert(reset.end(),
               {{"to", "RESET"}, {"time", "NUMBER"}, {"ago", "DURATION"}, {"shift", "SHIFT"}});
  return {
      {{"list-groups", "list-groups [state=Stable,Empty] [type=classic|consumer]",
        "Asks every broker for the groups that it coordinates."},
       {{}},
       {{"state", "STATES"}, {"type", "TYPES"}}},
      {{"describe-group", "describe-group GROUP",
        "Tells a group's state, its members, what it has committed and how far behind it is."},
       {{"GROUP"}},
       {}},
      {{"delete-group", "delete-group GROUP",
        "Forgets a group without members, with all its offsets."},
       {{"GROUP"}},
       {}},
      {{"list-offsets", "list-offsets GROUP", "Tells what a group has committed."},
       {{"GROUP"}},
       {}},
      {{"alter-offsets", "alter-offsets GROUP PARTITION OFFSET",
        "Commits an offset in the name of a group that has no members."},
       {{"GROUP", "PARTITION", "NUMBER"}},
       {}},
      {{"delete-offsets", "delete-offsets GROUP [topic=NAME,…|partitions=orders-0,…]",
        "Forgets offsets that a group has committed, of topics that none of its members reads."},
       {{"GROUP"}},
       which},
      {{"reset-offsets",
        "reset-offsets GROUP [topic=NAME,…|partitions=orders-0,…] "
        "to=earliest|latest|current|OFFSET "
        "| time=MILLISECONDS | ago=DURATION | shift=[-]N [check]",
        "Moves the offsets of a group that nobody reads with at the moment; `check` only tells "
        "where they would go (KIP-122)."},
       {{"GROUP"}, {"GROUP", "check"}},
       reset},
  };
}

const std::vector<VerbRule>& rules() {
  static const std::vector<VerbRule> table = [] {
    std::vector<VerbRule> all = fault_rules();
    for (VerbRule& rule : client_rules()) all.push_back(std::move(rule));
    for (VerbRule& rule : consumer_rules()) all.push_back(std::move(rule));
    for (VerbRule& rule : admin_rules()) all.push_back(std::move(rule));
    for (VerbRule& rule : group_admin_rules()) all.push_back(std::move(rule));
    return all;
  }();
  return table;
}

bool is_number(std::string_view text) {
  std::int64_t value = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end && value >= 0 && text.front() != '-';
}

bool is_positive(std::string_view text) {
  return !text.empty() && is_number(text) && text.find_first_not_of('0') != text.npos;
}

/// Kafka's rule for topic names (Topic.validate): letters, digits, '.', '_', '-'.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 249 && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '.' || c == '_' || c == '-';
         });
}

bool is_partition(std::string_view text) {
  const auto dash = text.rfind('-');
  return dash != text.npos && dash > 0 && dash + 1 < text.size() && is_name(text.substr(0, dash)) &&
         is_number(text.substr(dash + 1));
}

bool is_duration(std::string_view text) {
  Duration ignored;
  return !text.starts_with('-') && parse_duration(std::string(text), &ignored);
}

/// As kafka-consumer-groups.sh takes it: in any case.
template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<const char*, N>& names) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return std::equal(word.begin(), word.end(), name.begin(), name.end(), same);
  });
}

bool is_group_state(std::string_view word) {
  return is_one_of<7>(word, {"PreparingRebalance", "CompletingRebalance", "Stable", "Dead", "Empty",
                             "Assigning", "Reconciling"});
}

bool is_group_type(std::string_view word) { return is_one_of<2>(word, {"classic", "consumer"}); }

template <class Check>
bool each(std::string_view list, char separator, Check check) {
  while (true) {
    const auto at = list.find(separator);
    if (!check(list.substr(0, at))) return false;
    if (at == list.npos) return true;
    list.remove_prefix(at + 1);
  }
}

bool is_api(std::string_view text) {
  for (int key = 0; key <= 90; ++key)
    if (text == to_string(static_cast<ApiKey>(key)) && text != "Unknown") return true;
  return false;
}

bool fits(std::string_view word, std::string_view kind) {
  if (kind == "NODE") return is_name(word) && word != "all";
  if (kind == "NAME") return is_name(word);
  if (kind == "NAMES") return each(word, ',', is_name);
  if (kind == "PROTOCOL") return word == "classic" || word == "consumer";
  if (kind == "COMMIT")
    return word == "auto" || word == "before" || word == "after" || word == "async" ||
           word == "none";
  if (kind == "PARTITION") return is_partition(word);
  if (kind == "PARTITIONS") return each(word, ',', is_partition);
  if (kind == "DURATION") return is_duration(word);
  if (kind == "SKEW") return is_duration(word.starts_with('-') ? word.substr(1) : word);
  if (kind == "NUMBER") return !word.empty() && is_number(word);
  if (kind == "FRAME" || kind == "POSITIVE") return is_positive(word);
  if (kind == "API") return is_api(word);
  if (kind == "ACKS") return word == "0" || word == "1" || word == "all" || word == "-1";
  if (kind == "FROM")
    return word == "earliest" || word == "latest" || (!word.empty() && is_number(word));
  if (kind == "BEFORE") return word == "end" || (!word.empty() && is_number(word));
  if (kind == "ASSIGNMENT")
    return each(word, ',', [](auto list) { return each(list, ':', is_positive); });
  if (kind == "STATES") return each(word, ',', is_group_state);
  if (kind == "TYPES") return each(word, ',', is_group_type);
  if (kind == "RESET") return fits(word, "FROM") || word == "current";
  if (kind == "SHIFT") return fits(word.starts_with('-') ? word.substr(1) : word, "NUMBER");
  if (kind == "TEXT" || kind == "FILE" || kind == "GROUP") return !word.empty();
  return word == kind;
}

const char* describe_kind(std::string_view kind) {
  if (kind == "NODE") return "a node (\"broker 1\", \"controller 1\", \"1\" or a client's name)";
  if (kind == "NAME") return "a name (letters, digits, '.', '_', '-')";
  if (kind == "NAMES") return "topics such as orders,payments";
  if (kind == "PROTOCOL") return "classic or consumer";
  if (kind == "COMMIT") return "auto, before, after, async or none";
  if (kind == "PARTITION") return "a partition such as orders-0";
  if (kind == "PARTITIONS") return "partitions such as orders-0,orders-1";
  if (kind == "DURATION") return "a duration such as 250us, 20ms or 1.5s";
  if (kind == "SKEW") return "a duration such as 20ms, 1.5s or -5s";
  if (kind == "NUMBER") return "a number";
  if (kind == "FRAME") return "the number of a frame";
  if (kind == "POSITIVE") return "a number of at least 1";
  if (kind == "API") return "the name of an API such as Fetch or Produce";
  if (kind == "ACKS") return "0, 1 or all";
  if (kind == "FROM") return "earliest, latest or an offset";
  if (kind == "BEFORE") return "an offset, or end";
  if (kind == "ASSIGNMENT") return "replicas for each partition such as 1:2:3,2:3:1";
  if (kind == "STATES")
    return "some of Empty, PreparingRebalance, CompletingRebalance, Stable, Assigning, Reconciling "
           "and Dead";
  if (kind == "TYPES") return "classic or consumer";
  if (kind == "RESET") return "earliest, latest, current or an offset";
  if (kind == "SHIFT") return "a number of records; back with a minus";
  if (kind == "GROUP") return "the name of a group (not empty)";
  if (kind == "TEXT") return "some text";
  if (kind == "FILE") return "the path of a file";
  return nullptr;
}

Error invalid(std::string message) { return {ErrorKind::Invalid, std::move(message)}; }

/// Words are split at blanks; double quotes keep blanks in, and are not part of the word.
Result<std::vector<std::string>> split(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false, any = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
      any = true;
    } else if (!quoted && std::isspace(static_cast<unsigned char>(c))) {
      if (any) words.push_back(std::exchange(word, {}));
      any = false;
    } else {
      word += c;
      any = true;
    }
  }
  if (quoted) return invalid("a double quote is not closed");
  if (any) words.push_back(word);
  return words;
}

const VerbRule* rule_of(std::string_view verb) {
  for (const VerbRule& rule : rules())
    if (verb == rule.help.verb) return &rule;
  return nullptr;
}

/// "broker 1" and "controller 1" become "1": one process is both.
std::vector<std::string> with_plain_nodes(std::vector<std::string> words) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool role = words[i] == "broker" || words[i] == "controller";
    if (role && i + 1 < words.size() && is_positive(words[i + 1])) continue;
    out.push_back(std::move(words[i]));
  }
  return out;
}

/// How many leading arguments fit the pattern; size()+1 if all do and the length is right.
std::size_t matched(const std::vector<std::string>& arguments,
                    const std::vector<const char*>& pattern) {
  std::size_t i = 0;
  while (i < arguments.size() && i < pattern.size() && fits(arguments[i], pattern[i])) ++i;
  return i == arguments.size() && i == pattern.size() ? i + 1 : i;
}

Result<void> check_arguments(const Command& command, const VerbRule& rule) {
  std::size_t best = 0;
  std::vector<const char*> wanted;
  for (const auto& pattern : rule.patterns) {
    const std::size_t n = matched(command.arguments, pattern);
    if (n > command.arguments.size()) return {};
    if (n > best) wanted.clear();
    if (n >= best) wanted.push_back(n < pattern.size() ? pattern[n] : "the end of the line");
    best = std::max(best, n);
  }
  std::string expected;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (std::find(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(i), wanted[i]) !=
        wanted.begin() + static_cast<std::ptrdiff_t>(i))
      continue;
    const char* kind = describe_kind(wanted[i]);
    if (!expected.empty()) expected += ", or ";
    expected += kind != nullptr ? kind : std::string(wanted[i]);
  }
  const std::string found = best < command.arguments.size()
                                ? fmt::format("\"{}\"", command.arguments[best])
                                : std::string("nothing");
  return invalid(fmt::format("{}: expected {}, found {} (syntax: {})", command.verb, expected,
                             found, rule.help.syntax));
}

/// Exactly one of the three says what a consumer reads, and two of them need a group.
Result<void> check_consumer(const Command& command) {
  if (command.verb != "consumer") return {};
  const auto given = [&](const char* name) { return command.option(name) != nullptr ? 1 : 0; };
  if (given("assign") + given("topics") + given("pattern") != 1)
    return invalid(
        "consumer: say what it reads: topics=orders,payments or pattern=orders.* (with group=), or "
        "assign=orders-0,orders-1");
  if (!given("assign") && !given("group"))
    return invalid("consumer: topics= and pattern= need group=: who shares them out?");
  return {};
}

/// What the options of the administrative commands must be together.
Result<void> check_admin(const Command& command) {
  const auto given = [&](const char* name) { return command.option(name) != nullptr ? 1 : 0; };
  const auto has = [&](const char* word) {
    return std::find(command.arguments.begin(), command.arguments.end(), word) !=
           command.arguments.end();
  };
  const std::string& verb = command.verb;
  if (verb == "alter-config" || verb == "describe-config") {
    if (given("topic") + given("broker") + (has("cluster") ? 1 : 0) != 1)
      return invalid(verb + ": say whose settings: topic=NAME, broker=N or cluster");
    if (verb == "alter-config" &&
        command.options.size() == static_cast<std::size_t>(given("topic") + given("broker")))
      return invalid("alter-config: say which setting: retention.ms=60000, or delete=retention.ms");
  }
  if (verb == "create-partitions" && !given("count"))
    return invalid("create-partitions: count= is missing: how many partitions there shall be");
  if ((verb == "reset-offsets" || verb == "delete-offsets") &&
      given("topic") + given("partitions") > 1)
    return invalid(verb + ": either topic= or partitions=, not both");
  if (verb == "reset-offsets" && given("to") + given("time") + given("ago") + given("shift") != 1)
    return invalid(
        "reset-offsets: say where to, once: to=earliest|latest|current|OFFSET, time=, "
        "ago= or shift=");
  if (verb == "reassign" && given("to") == (has("cancel") ? 1 : 0))
    return invalid("reassign: say where to (to=4:5:6), or cancel");
  return {};
}

Result<void> check_options(const Command& command, const VerbRule& rule) {
  for (const auto& [name, value] : command.options) {
    const auto known = std::find_if(rule.options.begin(), rule.options.end(),
                                    [&](const OptionRule& o) { return name == o.name; });
    if (known == rule.options.end()) {
      const bool alters = command.verb == "alter-config";  // "preallocate" has no dot
      if (rule.kafka_config && (alters || name.find('.') != name.npos) && !value.empty()) continue;
      return invalid(fmt::format("{}: there is no option \"{}\" (syntax: {})", command.verb, name,
                                 rule.help.syntax));
    }
    if (!fits(value, known->kind))
      return invalid(fmt::format("{}: {}= takes {}, found \"{}\"", command.verb, name,
                                 describe_kind(known->kind), value));
  }
  return {};
}

}  // namespace

const std::string* Command::option(std::string_view name) const {
  for (const auto& [key, value] : options)
    if (key == name) return &value;
  return nullptr;
}

Result<Command> parse_command(std::string_view line) {
  KTRY_ASSIGN(const std::vector<std::string> words, split(line));
  if (words.empty()) return invalid("an empty command");
  Command command;
  command.verb = words.front();
  const VerbRule* rule = rule_of(command.verb);
  if (rule == nullptr) {
    std::string known;
    for (const VerbRule& r : rules())
      known += fmt::format("{}{}", known.empty() ? "" : " ", r.help.verb);
    return invalid(fmt::format("unknown command \"{}\" (known: {})", command.verb, known));
  }
  std::vector<std::string> arguments;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string::npos || equals == 0)
      arguments.push_back(words[i]);
    else
      command.options.emplace_back(words[i].substr(0, equals), words[i].substr(equals + 1));
  }
  command.arguments = with_plain_nodes(std::move(arguments));
  KTRY(check_arguments(command, *rule));
  KTRY(check_options(command, *rule));
  if (command.verb == "delete-records" && command.option("before") == nullptr)
    return invalid("delete-records: before= is missing: an offset, or end");
  KTRY(check_consumer(command));
  KTRY(check_admin(command));
  return command;
}

std::vector<CommandHelp> command_help() {
  std::vector<CommandHelp> help;
  for (const VerbRule& rule : rules()) help.push_back(rule.help);
  return help;
}

}  // namespace kscope::sim
