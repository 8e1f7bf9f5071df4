#!/usr/bin/env python3
"""Records of __consumer_offsets and __transaction_state, byte by byte, and what dump-log says of them.

The second opinion of tests/unit/storage/dump_coordinator_test.cc: the layouts are written here once
more, from Kafka's schemas and without a line of the engine. Run it in this folder to make
records.txt again. A line: topic, key in hex, value in hex ("-": null), the text behind the record.
"""
import base64
import json
import struct
import uuid

TOPIC_ID = uuid.UUID("00010203-0405-0607-0809-0a0b0c0d0e0f")
TOPIC_ID_TEXT = base64.urlsafe_b64encode(TOPIC_ID.bytes).decode().rstrip("=")
TIME = 1704067200000


def i8(v): return struct.pack(">b", v)
def i16(v): return struct.pack(">h", v)
def i32(v): return struct.pack(">i", v)
def i64(v): return struct.pack(">q", v)


def string(s):
    if s is None:
        return i16(-1)
    return i16(len(s.encode())) + s.encode()


def blob(b): return i32(-1) if b is None else i32(len(b)) + b
def array(items): return i32(len(items)) + b"".join(items)


# Compact forms (KIP-482): unsigned varints of length + 1, tagged fields at the end of each struct.
def uvarint(v):
    out = b""
    while v >= 0x80:
        out += bytes([v & 0x7F | 0x80])
        v >>= 7
    return out + bytes([v])


NO_TAGS = uvarint(0)


def cstring(s): return uvarint(0) if s is None else uvarint(len(s.encode()) + 1) + s.encode()
def carray(items): return uvarint(len(items) + 1) + b"".join(items)


LINES = []


def add(topic, key, value, text):
    LINES.append("\t".join([topic, key.hex(), "-" if value is None else value.hex(), text]))


def group(key_version, key_bytes, key_json, value_version=None, value_bytes=b"", value_json=None):
    text = " key: " + compact({"type": str(key_version), "data": key_json})
    value = None
    if value_version is None:
        text += " payload: <DELETE>"
    else:
        value = i16(value_version) + value_bytes
        text += " payload: " + compact({"version": str(value_version), "data": value_json})
    add("__consumer_offsets", i16(key_version) + key_bytes, value, text)


def compact(what): return json.dumps(what, separators=(",", ":"))


def commits():
    key = string("g1") + string("orders") + i32(7)
    shown = {"group": "g1", "topic": "orders", "partition": 7}
    for version in range(5):
        body, data = i64(42), {"offset": 42}
        if version >= 3:
            body, data = body + i32(5), {**data, "leaderEpoch": 5}
        body += cstring("note") if version >= 4 else string("note")
        body, data = body + i64(TIME), {**data, "metadata": "note", "commitTimestamp": TIME}
        if version == 1:
            body, data = body + i64(TIME + 9), {**data, "expireTimestamp": TIME + 9}
        if version >= 4:
            body += NO_TAGS
        group(1 if version else 0, key, shown, version, body, data)
    group(1, key, shown)


def classic_group():
    subscription = i16(1) + array([string("orders")]) + blob(b"\x01\x02") + array(
        [string("orders") + array([i32(0), i32(1)])])
    subscription_json = {"topics": ["orders"], "userData": "AQI=",
                         "ownedPartitions": [{"topic": "orders", "partitions": [0, 1]}]}
    assignment = i16(0) + array([string("orders") + array([i32(2)])]) + blob(None)
    assignment_json = {"assignedPartitions": [{"topic": "orders", "partitions": [2]}],
                       "userData": None}
    for kind in ("consumer", "connect"):
        opened = kind == "consumer"
        member = (string("m-1") + string(None) + string("client") + string("/127.0.0.1") +
                  i32(300000) + i32(45000) + blob(subscription) + blob(assignment))
        body = (string(kind) + i32(3) + string("range") + string("m-1") + i64(TIME) +
                array([member]))
        data = {"protocolType": kind, "generation": 3, "protocol": "range", "leader": "m-1",
                "currentStateTimestamp": TIME, "members": [
                    {"memberId": "m-1", "groupInstanceId": None, "clientId": "client",
                     "clientHost": "/127.0.0.1", "rebalanceTimeout": 300000,
                     "sessionTimeout": 45000,
                     "subscription": subscription_json if opened
                     else base64.b64encode(subscription).decode(),
                     "assignment": assignment_json if opened
                     else base64.b64encode(assignment).decode()}]}
        group(2, string("g1"), {"group": "g1"}, 3, body, data)
    empty = cstring("consumer") + i32(4) + cstring(None) + cstring(None)
    empty += i64(TIME) + carray([]) + NO_TAGS
    group(2, string("g1"), {"group": "g1"}, 4, empty,
          {"protocolType": "consumer", "generation": 4, "protocol": None, "leader": None,
           "currentStateTimestamp": TIME, "members": []})
    group(2, string("g1"), {"group": "g1"})


def new_groups():
    group_key, group_json = string("g2"), {"groupId": "g2"}
    member_key, member_json = string("g2") + string("m"), {"groupId": "g2", "memberId": "m"}
    group(3, group_key, group_json, 0, i32(11) + NO_TAGS, {"epoch": 11})
    rack = i32(0) + carray([cstring("a"), cstring("b")]) + NO_TAGS
    topic = TOPIC_ID.bytes + cstring("orders") + i32(1) + carray([rack]) + NO_TAGS
    group(4, group_key, group_json, 0, carray([topic]) + NO_TAGS,
          {"topics": [{"topicId": TOPIC_ID_TEXT, "topicName": "orders", "numPartitions": 1,
                       "partitionMetadata": [{"partition": 0, "racks": ["a", "b"]}]}]})
    member = (cstring(None) + cstring("rack-1") + cstring("client") + cstring("/10.0.0.1") +
              carray([cstring("orders")]) + cstring(None) + i32(300000) + cstring("uniform") +
              NO_TAGS)
    group(5, member_key, member_json, 0, member,
          {"instanceId": None, "rackId": "rack-1", "clientId": "client",
           "clientHost": "/10.0.0.1", "subscribedTopicNames": ["orders"],
           "subscribedTopicRegex": None, "rebalanceTimeoutMs": 300000,
           "serverAssignor": "uniform"})
    group(6, group_key, group_json, 0, i32(12) + NO_TAGS, {"assignmentEpoch": 12})
    partitions = TOPIC_ID.bytes + carray([i32(0), i32(3)]) + NO_TAGS
    shown = {"topicId": TOPIC_ID_TEXT, "partitions": [0, 3]}
    group(7, member_key, member_json, 0, carray([partitions]) + NO_TAGS,
          {"topicPartitions": [shown]})
    group(8, member_key, member_json, 0,
          i32(12) + i32(11) + i8(1) + carray([partitions]) + carray([]) + NO_TAGS,
          {"memberEpoch": 12, "previousMemberEpoch": 11, "state": 1,
           "assignedPartitions": [shown], "partitionsPendingRevocation": []})


def transactions():
    key = i16(0) + string("tx-1")
    prefix = " key: transaction_metadata::transactionalId=tx-1 payload: "
    for version in (0, 1):
        flexible = version == 1
        text, many, end = (cstring, carray, NO_TAGS) if flexible else (string, array, b"")
        head = i16(version) + i64(4000) + i16(6) + i32(60000)
        orders = text("orders") + many([i32(0), i32(2)]) + end
        other = text("other") + many([i32(1)]) + end
        tail = i64(TIME + 5) + i64(TIME) + end
        add("__transaction_state", key, head + i8(2) + many([orders, other]) + tail,
            prefix + "producerId:4000,producerEpoch:6,state=PrepareCommit,"
            f"partitions=[orders-0,orders-2,other-1],txnLastUpdateTimestamp={TIME + 5},"
            "txnTimeoutMs=60000")
        null = uvarint(0) if flexible else i32(-1)
        add("__transaction_state", key, head + i8(0) + null + tail,
            prefix + "producerId:4000,producerEpoch:6,state=Empty,partitions=[],"
            f"txnLastUpdateTimestamp={TIME + 5},txnTimeoutMs=60000")
    add("__transaction_state", key, None, prefix + "<DELETE>")


commits()
classic_group()
new_groups()
transactions()
with open("records.txt", "w") as out:
    out.write("\n".join(LINES) + "\n")
