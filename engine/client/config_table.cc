#include "engine/client/config_table.h"

#include <algorithm>

namespace kscope::client {
namespace {

using enum ConfigType;
using enum ConfigEffect;
constexpr ConfigScope kProducer = ConfigScope::Producer;
constexpr ConfigScope kConsumer = ConfigScope::Consumer;
constexpr ConfigScope kAdmin = ConfigScope::Admin;

constexpr ConfigKey kProducerTable[] = {
    {"acks", String, "all", one_of("all -1 0 1"), kProducer, Start,
     "Who must have a record before it counts as written: nobody, the leader, or the ISR."},
    {"batch.size", Int, "16384", at_least(0), kProducer, Start,
     "Bytes of a batch: larger batches compress better and cost fewer requests."},
    {"buffer.memory", Long, "33554432", at_least(0), kProducer, Start,
     "Memory for records that are not sent yet; when it is full, send() blocks."},
    {"client.id", String, "", {}, kProducer, Start,
     "A name that brokers put into logs, metrics and quotas."},
    {"compression.type", String, "none", one_of("none gzip snappy lz4 zstd"), kProducer, Start,
     "How batches are compressed."},
    {"connections.max.idle.ms", Long, "540000", {}, kProducer, None,
     "Idle connections are closed after that time."},
    {"delivery.timeout.ms", Int, "120000", at_least(0), kProducer, Start,
     "After that time a record has failed, retries and all."},
    {"enable.idempotence", Boolean, "true", {}, kProducer, None,
     "Sequence numbers, so that retries do not duplicate; not implemented: false here."},
    {"linger.ms", Long, "0", at_least(0), kProducer, Start,
     "How long a batch waits for more records before it is sent."},
    {"max.block.ms", Long, "60000", at_least(0), kProducer, Start,
     "How long send() may block, for memory or metadata."},
    {"max.in.flight.requests.per.connection", Int, "5", at_least(1), kProducer, Start,
     "Unanswered requests on a connection; more than 1 may reorder on retry."},
    {"max.request.size", Int, "1048576", at_least(0), kProducer, Start,
     "The largest request, and so the largest record."},
    {"metadata.max.age.ms", Long, "300000", at_least(0), kProducer, Start,
     "Metadata is asked for again after that time even if nothing went wrong."},
    {"partitioner.class", Class, nullptr, {}, kProducer, None,
     "Who chooses partitions; none: hash of the key, or sticky batches."},
    {"partitioner.ignore.keys", Boolean, "false", {}, kProducer, None,
     "Spread records over partitions although they have keys."},
    {"receive.buffer.bytes", Int, "32768", at_least(-1), kProducer, None,
     "Socket buffer; there are none here."},
    {"reconnect.backoff.max.ms", Long, "1000", at_least(0), kProducer, Start,
     "The longest pause before a broker is tried again."},
    {"reconnect.backoff.ms", Long, "50", at_least(0), kProducer, Start,
     "The first pause before a broker is tried again; it doubles."},
    {"request.timeout.ms", Int, "30000", at_least(0), kProducer, Start,
     "How long an answer is waited for."},
    {"retries", Int, "2147483647", between(0, 2147483647), kProducer, Start,
     "How often a batch is tried again; delivery.timeout.ms ends it first."},
    {"retry.backoff.max.ms", Long, "1000", at_least(0), kProducer, Start,
     "The longest pause before a request is repeated (KIP-580)."},
    {"retry.backoff.ms", Long, "100", at_least(0), kProducer, Start,
     "The first pause before a request is repeated; it doubles."},
    {"send.buffer.bytes", Int, "131072", at_least(-1), kProducer, None,
     "Socket buffer; there are none here."},
    {"transaction.timeout.ms", Int, "60000", {}, kProducer, None,
     "A transaction that is open for longer is aborted by its coordinator."},
    {"transactional.id", String, nullptr, {}, kProducer, None,
     "The identity of a transactional producer over restarts."},
};

constexpr ConfigKey kConsumerTable[] = {
    {"allow.auto.create.topics", Boolean, "true", {}, kConsumer, Start,
     "May asking for a topic create it?"},
    {"auto.commit.interval.ms", Int, "5000", at_least(0), kConsumer, None,
     "How often positions are committed when enable.auto.commit is true."},
    {"auto.offset.reset", String, "latest", one_of("earliest latest none"), kConsumer, Start,
     "Where to begin without a position, or when it is gone."},
    {"check.crcs", Boolean, "true", {}, kConsumer, Start,
     "Check the CRC of each batch."},
    {"client.id", String, "", {}, kConsumer, Start,
     "A name that brokers put into logs, metrics and quotas."},
    {"client.rack", String, "", {}, kConsumer, None,
     "Where the consumer is, so that it can read from a replica near it (KIP-392)."},
    {"connections.max.idle.ms", Long, "540000", {}, kConsumer, None,
     "Idle connections are closed after that time."},
    {"enable.auto.commit", Boolean, "true", {}, kConsumer, None,
     "Commit positions from time to time."},
    {"fetch.max.bytes", Int, "52428800", at_least(0), kConsumer, Start,
     "The most that one fetch is answered with."},
    {"fetch.max.wait.ms", Int, "500", at_least(0), kConsumer, Start,
     "How long a fetch waits for fetch.min.bytes."},
    {"fetch.min.bytes", Int, "1", at_least(0), kConsumer, Start,
     "A fetch is answered once there is so much, or its time is up."},
    {"group.id", String, nullptr, {}, kConsumer, None,
     "The consumer group; here partitions are assigned by hand."},
    {"group.instance.id", String, nullptr, {}, kConsumer, None,
     "Static membership: a restart within the session causes no rebalance."},
    {"heartbeat.interval.ms", Int, "3000", {}, kConsumer, None,
     "How often a member tells the coordinator that it is alive."},
    {"isolation.level", String, "read_uncommitted",
     one_of("read_committed read_uncommitted"), kConsumer, Start,
     "Whether records of open and aborted transactions are handed out."},
    {"max.partition.fetch.bytes", Int, "1048576", at_least(0), kConsumer, Start,
     "The most of one partition in one fetch."},
    {"max.poll.interval.ms", Int, "300000", at_least(1), kConsumer, None,
     "A member that does not poll for so long leaves its group."},
    {"max.poll.records", Int, "500", at_least(1), kConsumer, Start,
     "The most records that one poll() returns."},
    {"metadata.max.age.ms", Long, "300000", at_least(0), kConsumer, Start,
     "Metadata is asked for again after that time even if nothing went wrong."},
    {"partition.assignment.strategy", List, "range,cooperative-sticky", {}, kConsumer, None,
     "How a group shares out partitions."},
    {"receive.buffer.bytes", Int, "65536", at_least(-1), kConsumer, None,
     "Socket buffer; there are none here."},
    {"reconnect.backoff.max.ms", Long, "1000", at_least(0), kConsumer, Start,
     "The longest pause before a broker is tried again."},
    {"reconnect.backoff.ms", Long, "50", at_least(0), kConsumer, Start,
     "The first pause before a broker is tried again; it doubles."},
    {"request.timeout.ms", Int, "30000", at_least(0), kConsumer, Start,
     "How long an answer is waited for."},
    {"retry.backoff.max.ms", Long, "1000", at_least(0), kConsumer, Start,
     "The longest pause before a request is repeated (KIP-580)."},
    {"retry.backoff.ms", Long, "100", at_least(0), kConsumer, Start,
     "The first pause before a request is repeated; it doubles."},
    {"send.buffer.bytes", Int, "131072", at_least(-1), kConsumer, None,
     "Socket buffer; there are none here."},
    {"session.timeout.ms", Int, "45000", {}, kConsumer, None,
     "Without a heartbeat for so long a member is thrown out of its group."},
};

constexpr ConfigKey kAdminTable[] = {
    {"client.id", String, "", {}, kAdmin, Start,
     "A name that brokers put into logs, metrics and quotas."},
    {"connections.max.idle.ms", Long, "540000", {}, kAdmin, None,
     "Idle connections are closed after that time."},
    {"default.api.timeout.ms", Int, "60000", at_least(0), kAdmin, Start,
     "After that time an operation has failed, retries and all."},
    {"metadata.max.age.ms", Long, "300000", at_least(0), kAdmin, Start,
     "Metadata is asked for again after that time even if nothing went wrong."},
    {"receive.buffer.bytes", Int, "65536", at_least(-1), kAdmin, None,
     "Socket buffer; there are none here."},
    {"reconnect.backoff.max.ms", Long, "1000", at_least(0), kAdmin, Start,
     "The longest pause before a broker is tried again."},
    {"reconnect.backoff.ms", Long, "50", at_least(0), kAdmin, Start,
     "The first pause before a broker is tried again; it doubles."},
    {"request.timeout.ms", Int, "30000", at_least(0), kAdmin, Start,
     "How long an answer is waited for."},
    {"retry.backoff.max.ms", Long, "1000", at_least(0), kAdmin, Start,
     "The longest pause before a request is repeated (KIP-580)."},
    {"retry.backoff.ms", Long, "100", at_least(0), kAdmin, Start,
     "The first pause before a request is repeated; it doubles."},
    {"send.buffer.bytes", Int, "131072", at_least(-1), kAdmin, None,
     "Socket buffer; there are none here."},
};

constexpr bool ordered(std::span<const ConfigKey> table) {
  return std::is_sorted(table.begin(), table.end(), [](const ConfigKey& a, const ConfigKey& b) {
    return std::string_view(a.name) < std::string_view(b.name);
  });
}
static_assert(ordered(kProducerTable) && ordered(kConsumerTable) && ordered(kAdminTable));

}  // namespace

std::span<const ConfigKey> producer_config_table() { return kProducerTable; }
std::span<const ConfigKey> consumer_config_table() { return kConsumerTable; }
std::span<const ConfigKey> admin_config_table() { return kAdminTable; }

}  // namespace kscope::client
