// The settings of a consumer. Kafka: ConsumerConfig (its postProcessParsedConfig and checks).
#include <algorithm>
#include <cctype>

#include "engine/client/assignor/assignor.h"
#include "engine/client/settings_reader.h"

namespace kscope::client {

const char* to_string(OffsetReset reset) {
  switch (reset) {
    case OffsetReset::Earliest: return "earliest";
    case OffsetReset::Latest: return "latest";
    case OffsetReset::None: return "none";
  }
  return "?";
}

const char* to_string(GroupProtocol protocol) {
  return protocol == GroupProtocol::Consumer ? "consumer" : "classic";
}

const char* to_string(CommitMode mode) {
  switch (mode) {
    case CommitMode::Auto: return "auto";
    case CommitMode::Before: return "before";
    case CommitMode::After: return "after";
    case CommitMode::Async: return "async";
    case CommitMode::None: return "none";
  }
  return "?";
}

namespace {

constexpr std::int64_t kIntMax = std::numeric_limits<std::int32_t>::max();

std::vector<std::string> words_of(std::string list) {
  std::vector<std::string> words;
  list += ',';
  for (std::size_t at; (at = list.find(',')) != std::string::npos; list.erase(0, at + 1)) {
    if (at > 0) words.push_back(list.substr(0, at));
  }
  return words;
}

void read_fetching(SettingsReader& in, ConsumerConfig* config) {
  in.integer("fetch.min.bytes", &config->fetch_min_bytes, 0, kIntMax);
  in.integer("fetch.max.bytes", &config->fetch_max_bytes, 0, kIntMax);
  in.milliseconds("fetch.max.wait.ms", &config->fetch_max_wait);
  in.integer("max.partition.fetch.bytes", &config->max_partition_fetch_bytes, 0, kIntMax);
  in.integer("max.poll.records", &config->max_poll_records, 1, kIntMax);
  in.boolean("check.crcs", &config->check_crcs);
  in.boolean("allow.auto.create.topics", &config->allow_auto_create_topics);
  in.milliseconds("default.api.timeout.ms", &config->api_timeout);
  if (const auto text = in.take("auto.offset.reset")) {
    if (*text == "earliest") config->auto_offset_reset = OffsetReset::Earliest;
    else if (*text == "latest") config->auto_offset_reset = OffsetReset::Latest;
    else if (*text == "none") config->auto_offset_reset = OffsetReset::None;
    else in.fail(bad_setting("auto.offset.reset", *text, "earliest, latest or none"));
  }
  if (const auto text = in.take("isolation.level")) {
    config->read_committed = *text == "read_committed";
    if (!config->read_committed && *text != "read_uncommitted") {
      in.fail(bad_setting("isolation.level", *text, "read_uncommitted or read_committed"));
    }
  }
  if (const auto rack = in.take("client.rack")) config->rack = *rack;
}

void read_assignors(SettingsReader& in, ConsumerConfig* config) {
  config->assignors = default_assignors();
  const auto text = in.take("partition.assignment.strategy");
  if (!text) return;
  config->assignors.clear();
  std::string known;
  for (const std::string& name : assignor_names()) known += (known.empty() ? "" : ", ") + name;
  for (const std::string& name : words_of(*text)) {
    const Assignor* assignor = find_assignor(name);
    if (assignor == nullptr) {
      return in.fail(bad_setting("partition.assignment.strategy", *text, "some of " + known));
    }
    auto& chosen = config->assignors;
    if (std::find(chosen.begin(), chosen.end(), assignor->name()) != chosen.end()) {
      return in.fail(bad_setting("partition.assignment.strategy", *text,
                                 fmt::format("{} once only", assignor->name())));
    }
    chosen.emplace_back(assignor->name());
  }
  if (config->assignors.empty()) {
    in.fail(bad_setting("partition.assignment.strategy", *text, "some of " + known));
  }
}

/// What only one of the two protocols knows. (3.9 ignores the classic ones with KIP-848 in silence;
/// 4.0 refuses them.)
void check_protocol(SettingsReader& in, const Settings& settings, const ConsumerConfig& config) {
  const bool consumer = config.group_protocol == GroupProtocol::Consumer;
  for (const char* name :
       {"partition.assignment.strategy", "session.timeout.ms", "heartbeat.interval.ms"}) {
    if (consumer && settings.count(name) > 0) {
      in.fail({ErrorKind::Invalid, fmt::format("{} is the coordinator's to say with "
                                               "group.protocol=consumer; leave it out", name)});
    }
  }
  if (!consumer && !config.remote_assignor.empty()) {
    in.fail({ErrorKind::Invalid,
             "group.remote.assignor needs group.protocol=consumer; the classic protocol has "
             "partition.assignment.strategy"});
  }
}

/// Kafka: JoinGroupRequest.validateGroupInstanceId, which is the rule for names of topics.
void read_instance_id(SettingsReader& in, ConsumerConfig* config) {
  const auto id = in.take("group.instance.id");
  if (!id) return;
  const bool is_legal =
      !id->empty() && id->size() <= 249 && *id != "." && *id != ".." &&
      std::all_of(id->begin(), id->end(), [](unsigned char c) {
        return (c < 0x80 && std::isalnum(c)) || c == '.' || c == '_' || c == '-';
      });
  if (!is_legal) {
    return in.fail(bad_setting("group.instance.id", *id,
                               "1 to 249 letters, digits, '.', '_' and '-', and not . or .."));
  }
  config->instance_id = *id;
}

void read_group(SettingsReader& in, const Settings& settings, ConsumerConfig* config) {
  if (const auto id = in.take("group.id")) config->group_id = *id;
  read_instance_id(in, config);
  if (const auto text = in.take("group.protocol")) {
    if (*text == "consumer") config->group_protocol = GroupProtocol::Consumer;
    else if (*text != "classic") {
      in.fail(bad_setting("group.protocol", *text, "classic or consumer"));
    }
  }
  if (const auto name = in.take("group.remote.assignor")) config->remote_assignor = *name;
  read_assignors(in, config);
  in.milliseconds("session.timeout.ms", &config->session_timeout);
  in.milliseconds("heartbeat.interval.ms", &config->heartbeat_interval);
  in.milliseconds("max.poll.interval.ms", &config->max_poll_interval);
  in.milliseconds("auto.commit.interval.ms", &config->auto_commit_interval);
  if (config->group_protocol == GroupProtocol::Classic &&
      config->heartbeat_interval >= config->session_timeout) {
    in.fail(bad_setting("heartbeat.interval.ms",
                        std::to_string(to_millis(config->heartbeat_interval)),
                        fmt::format("less than session.timeout.ms = {}",
                                    to_millis(config->session_timeout))));
  }
  if (config->max_poll_interval <= Duration{0}) {
    in.fail(bad_setting("max.poll.interval.ms", "0", "at least 1"));
  }
  check_protocol(in, settings, *config);
}

void read_application(SettingsReader& in, ApplicationConfig* application, bool* auto_commit) {
  in.milliseconds("processing.ms", &application->per_poll);
  if (const auto text = in.take("processing")) {
    if (!parse_duration(*text, &application->per_record)) {
      in.fail(bad_setting("processing", *text, "a duration such as 20ms"));
    }
  }
  in.integer("commit-every", &application->commit_every, 1, kIntMax);
  in.integer("crash-after", &application->crash_after, 1, kIntMax);
  const auto text = in.take("commit");
  if (!text) return;
  bool known = false;
  for (const CommitMode mode : {CommitMode::Auto, CommitMode::Before, CommitMode::After,
                                CommitMode::Async, CommitMode::None}) {
    if (*text != to_string(mode)) continue;
    application->commit = mode;
    known = true;
  }
  if (!known) in.fail(bad_setting("commit", *text, "auto, before, after, async or none"));
  *auto_commit = application->commit == CommitMode::Auto;
}

void read_commits(SettingsReader& in, const Settings& settings, ConsumerConfig* config) {
  const bool asked = settings.count("enable.auto.commit") > 0;
  read_application(in, &config->application, &config->enable_auto_commit);
  in.boolean("enable.auto.commit", &config->enable_auto_commit);
  const ApplicationConfig& application = config->application;
  const bool commits_itself =
      application.commit != CommitMode::Auto && application.commit != CommitMode::None;
  if (application.commit_every > 0 &&
      application.commit != CommitMode::After && application.commit != CommitMode::Async) {
    in.fail({ErrorKind::Invalid, "commit-every needs commit=after or commit=async"});
  }
  if (!config->group_id.empty()) return;
  // Without a group there is nobody to commit to; Kafka turns its default off in silence and
  // refuses what was asked for.
  if ((asked && config->enable_auto_commit) || commits_itself) {
    in.fail({ErrorKind::Invalid, fmt::format("{} needs a group.id: offsets are committed to a "
                                             "group's coordinator",
                                             commits_itself ? "commit" : "enable.auto.commit")});
  }
  config->enable_auto_commit = false;
}

}  // namespace

Result<ConsumerConfig> parse_consumer_config(const Settings& settings) {
  ConsumerConfig config;
  SettingsReader in(settings);
  read_common_settings(in, &config.common);
  read_fetching(in, &config);
  read_group(in, settings, &config);
  read_commits(in, settings, &config);
  if (auto error = in.finish("consumer")) return *error;
  return config;
}

}  // namespace kscope::client
