#!/usr/bin/python3
"""Goal: kafka-python's admin client and producer can administer the cluster as if it were Kafka, and
bad input gets Kafka's error code and message.
Method: `kafkascope serve` on free ports; kafka-python where it knows the request, and frames written
by hand (as the schemas of Kafka 3.9 have them) for requests that are newer than it.
usage: kafka_python_test.py PATH_TO_KAFKASCOPE
"""
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

try:
    from kafka import KafkaConsumer, KafkaProducer, TopicPartition, errors
    from kafka.admin import (ConfigResource, ConfigResourceType, KafkaAdminClient, NewPartitions,
                             NewTopic)
except ImportError:
    print("skipped: Debian's python3-kafka is not installed")
    sys.exit(0)

failed = []


def check(name, expected, found):
    good = expected == found
    print(("ok      " if good else "FAILED  ") + name, flush=True)
    if not good:
        print(f"        expected: {str(expected)[:300]}\n        found:    {str(found)[:300]}")
        failed.append(name)


def error_of(call):
    try:
        call()
        return "no error"
    except errors.KafkaError as error:
        return type(error).__name__


def eventually(name, expected, look, seconds=20):
    """Metadata reaches brokers a moment after the controller's answer."""
    found = None
    for _ in range(seconds * 10):
        found = look()
        if found == expected:
            break
        time.sleep(0.1)
    check(name, expected, found)


# ---- requests that kafka-python 2.0.2 does not have -------------------------------------------------

def compact(text):
    data = text.encode()
    return bytes([len(data) + 1]) + data


class Raw:
    """One connection, flexible requests (header version 2), one at a time."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        self.correlation = 0

    def ask(self, api, version, body):
        self.correlation += 1
        header = struct.pack(">hhi", api, version, self.correlation) + struct.pack(">h", 3) + b"raw\0"
        self.socket.sendall(struct.pack(">i", len(header + body)) + header + body)
        size = struct.unpack(">i", self.read(4))[0]
        answer = self.read(size)
        assert struct.unpack(">i", answer[:4])[0] == self.correlation
        return answer[5:]  # after the header's tagged fields

    def read(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise ConnectionError("closed by the broker")
            data += more
        return data

    def incremental_alter(self, kind, name, config, value, operation=0, only_check=False):
        text = b"\0" if value is None else compact(value)
        body = (b"\x02" + bytes([kind]) + compact(name) + b"\x02" + compact(config) +
                bytes([operation]) + text + b"\0" + b"\0" + bytes([only_check]) + b"\0")
        return first_error(self.ask(44, 1, body)[4 + 1:])  # throttle time, number of answers

    def reassign(self, topic, partition, replicas):
        if replicas is None:
            listed = b"\0"
        else:
            listed = bytes([len(replicas) + 1]) + b"".join(struct.pack(">i", r) for r in replicas)
        body = (struct.pack(">i", 30000) + b"\x02" + compact(topic) + b"\x02" +
                struct.pack(">i", partition) + listed + b"\0\0\0")
        answer = self.ask(45, 0, body)
        at = 4 + 2 + 1 + 1  # throttle time, error, no message, number of topics
        at += 1 + len(topic) + 1 + 4  # its name, number of partitions, the partition
        return first_error(answer[at:])


def first_error(data):
    code = struct.unpack(">h", data[:2])[0]
    length = data[2]
    return code, data[3:2 + length].decode() if length > 0 else None


# ---- the cluster ------------------------------------------------------------------------------------

def administer(bootstrap):
    admin = KafkaAdminClient(bootstrap_servers=bootstrap, client_id="admin-test")
    check("describe_cluster names three brokers", 3, len(admin.describe_cluster()["brokers"]))
    admin.create_topics([NewTopic("orders", 2, 3, topic_configs={"min.insync.replicas": "2"})])
    admin.create_topics([NewTopic("placed", -1, -1, replica_assignments={0: [2, 3], 1: [3, 1]})])
    eventually("created topics are listed", True,
               lambda: {"orders", "placed"} <= set(admin.list_topics()))
    placed = admin.describe_topics(["placed"])[0]["partitions"]
    check("an assignment is taken as it is", [[2, 3], [3, 1]],
          [p["replicas"] for p in sorted(placed, key=lambda p: p["partition"])])

    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    sent = [producer.send("orders", key=str(i).encode(), value=b"v%d" % i) for i in range(50)]
    offsets = [f.get(timeout=30) for f in sent]
    check("fifty records are acknowledged", 50, len(offsets))
    check("two partitions got them", {0, 1}, {m.partition for m in offsets})

    admin.create_partitions({"orders": NewPartitions(4)})
    eventually("the topic has four partitions", 4,
               lambda: len(admin.describe_topics(["orders"])[0]["partitions"]))
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest",
                             consumer_timeout_ms=5000)
    consumer.assign([TopicPartition("orders", p) for p in range(4)])
    check("all fifty come back", 50, sum(1 for _ in consumer))
    consumer.close()
    producer.close()
    return admin


def describe(admin, kind, name, *keys):
    answer = admin.describe_configs([ConfigResource(kind, name, {k: None for k in keys})],
                                    include_synonyms=True)
    response = answer[0] if isinstance(answer, list) else answer
    return {entry[0]: (entry[1], entry[3]) for entry in response.resources[0][4]}


def configure(admin, raw):
    topic, broker = ConfigResourceType.TOPIC, ConfigResourceType.BROKER
    check("a topic's own setting, and a default", {"min.insync.replicas": ("2", 1),
                                                   "retention.ms": ("604800000", 5)},
          describe(admin, topic, "orders", "min.insync.replicas", "retention.ms"))
    admin.alter_configs([ConfigResource(topic, "orders", {"retention.ms": "3600000"})])
    eventually("AlterConfigs replaces all settings", {"min.insync.replicas": ("1", 5),
                                                      "retention.ms": ("3600000", 1)},
               lambda: describe(admin, topic, "orders", "min.insync.replicas", "retention.ms"))
    check("IncrementalAlterConfigs changes one", (0, None),
          raw.incremental_alter(2, "orders", "segment.bytes", "1048576"))
    eventually("and leaves the others", {"retention.ms": ("3600000", 1),
                                         "segment.bytes": ("1048576", 1)},
               lambda: describe(admin, topic, "orders", "retention.ms", "segment.bytes"))
    check("a broker's dynamic setting", (0, None),
          raw.incremental_alter(4, "", "log.segment.bytes", "2097152"))
    eventually("is told with its source", {"log.segment.bytes": ("2097152", 3)},
               lambda: describe(admin, broker, "1", "log.segment.bytes"))


def refuse(admin, raw):
    new = lambda *a, **k: (lambda: admin.create_topics([NewTopic(*a, **k)]))
    check("a topic that exists", "TopicAlreadyExistsError", error_of(new("orders", 1, 1)))
    check("more replicas than brokers", "InvalidReplicationFactorError",
          error_of(new("large", 1, 4)))
    check("no partitions", "InvalidPartitionsError", error_of(new("none", 0, 1)))
    check("a name with a blank", "InvalidTopicError", error_of(new("a b", 1, 1)))
    check("an unknown setting", "InvalidConfigurationError",
          error_of(new("odd", 1, 1, topic_configs={"no.such": "1"})))
    check("an assignment to a broker that is not there", "InvalidReplicationAssignmentError",
          error_of(new("far", -1, -1, replica_assignments={0: [1, 9]})))
    check("fewer partitions", "InvalidPartitionsError",
          error_of(lambda: admin.create_partitions({"orders": NewPartitions(2)})))
    check("deleting what is not there", "UnknownTopicOrPartitionError",
          error_of(lambda: admin.delete_topics(["nothing"])))
    check("an unknown setting of a topic", (40, "Unknown topic config name: no.such"),
          raw.incremental_alter(2, "orders", "no.such", "1"))
    check("a value below its limit",
          (40, "Invalid value 0 for configuration min.insync.replicas: Value must be at least 1"),
          raw.incremental_alter(2, "orders", "min.insync.replicas", "0"))
    check("a topic that is not there", (3, "The topic 'nothing' does not exist."),
          raw.incremental_alter(2, "nothing", "retention.ms", "1"))
    check("a setting that needs a restart",
          (42, "Cannot update these configs dynamically: Set(queued.max.requests)"),
          raw.incremental_alter(4, "", "queued.max.requests", "5"))
    check("moving to a broker that is not there",
          (39, "The manual partition assignment includes broker 9, but no such broker is "
               "registered."), raw.reassign("orders", 0, [1, 9]))
    check("moving a partition that is not there", (3, "Unable to find partition orders:77."),
          raw.reassign("orders", 77, [1, 2]))
    check("calling off what is not under way",
          (85, "No partition reassignment is in progress."), raw.reassign("orders", 0, None))


def move_and_delete(admin, raw):
    check("a move begins", (0, None), raw.reassign("placed", 0, [1]))
    eventually("and ends on the new broker", [1], lambda: [
        p["replicas"] for p in admin.describe_topics(["placed"])[0]["partitions"]
        if p["partition"] == 0][0])
    admin.delete_topics(["orders", "placed"])
    eventually("deleted topics are gone", set(),
               lambda: {"orders", "placed"} & set(admin.list_topics()))
    admin.create_topics([NewTopic("orders", 1, 3)])
    eventually("a topic of the same name is there", True, lambda: "orders" in admin.list_topics())
    consumer = KafkaConsumer("orders", bootstrap_servers=admin.config["bootstrap_servers"],
                             group_id=None, auto_offset_reset="earliest", consumer_timeout_ms=4000)
    check("and serves nothing of the old one", 0, sum(1 for _ in consumer))
    consumer.close()


def main():
    with tempfile.TemporaryDirectory() as work, open(work + "/err", "wb") as log:
        server = subprocess.Popen([sys.argv[1], "serve", "--port", "0", "--data", work + "/data"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        try:
            line = b""
            while not line.startswith(b"ready bootstrap="):
                line = server.stdout.readline()
                if not line:
                    print("FAILED  serve did not start: " + open(work + "/err").read()[:500])
                    return 1
            bootstrap = line.decode().strip().split("=", 1)[1].split(",")
            raw = Raw(bootstrap[0])
            admin = administer(bootstrap)
            configure(admin, raw)
            refuse(admin, raw)
            move_and_delete(admin, raw)
            admin.close()
            server.send_signal(signal.SIGINT)
            check("Ctrl-C shuts down cleanly", 0, server.wait(timeout=60))
        finally:
            server.kill()
    return 1 if failed else 0


sys.exit(main())
