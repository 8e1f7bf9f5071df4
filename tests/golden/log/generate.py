#!/usr/bin/env python3
"""Writes down, byte by byte, what a log directory of Kafka 3.9 holds after a small history.

This is the second opinion of tests/unit/live/golden_log_test.cc: the formats and rules are written
here once more, from Kafka's documentation and sources and without a line of the engine, and the
test has the engine live through the same history in a real folder. Run it in this folder to make
the .hex files again; each is named like the file that it stands for.

The history: topic `golden`, partition 0, leader epoch 5; segment.bytes=420,
index.interval.bytes=150; the records are below. Producer 4000 is idempotent, 5000 transactional:
its transaction is aborted. Then the broker stops cleanly.
"""
import struct

SEGMENT_BYTES, INDEX_INTERVAL, LEADER_EPOCH = 420, 150, 5
T0 = 1704067200000  # 2024-01-01T00:00:00Z

TABLE = []
for n in range(256):
    c = n
    for _ in range(8):
        c = (c >> 1) ^ 0x82F63B78 if c & 1 else c >> 1
    TABLE.append(c)


def crc32c(data):
    c = 0xFFFFFFFF
    for b in data:
        c = TABLE[(c ^ b) & 0xFF] ^ (c >> 8)
    return c ^ 0xFFFFFFFF


def varint(v):
    v = (v << 1) ^ (v >> 63)
    out = b""
    while True:
        if v < 0x80:
            return out + bytes([v])
        out += bytes([v & 0x7F | 0x80])
        v >>= 7


def blob(b):
    return varint(-1) if b is None else varint(len(b)) + b


def record(offset_delta, time_delta, key, value, headers):
    body = b"\x00" + varint(time_delta) + varint(offset_delta) + blob(key) + blob(value)
    body += varint(len(headers))
    for name, v in headers:
        body += blob(name) + blob(v)
    return varint(len(body)) + body


class Batch:
    def __init__(self, records, producer=(-1, -1, -1), transactional=False, control=False):
        self.records, self.producer = records, producer
        self.attributes = (0x10 if transactional else 0) | (0x20 if control else 0)
        self.max_time = max(r[0] for r in records)

    def encode(self, base):
        base_time = self.records[0][0]
        body = b"".join(record(i, t - base_time, k, v, h)
                        for i, (t, k, v, h) in enumerate(self.records))
        pid, epoch, sequence = self.producer
        tail = struct.pack(">hiqqqhii", self.attributes, len(self.records) - 1, base_time,
                           self.max_time, pid, epoch, sequence, len(self.records)) + body
        head = struct.pack(">ibI", LEADER_EPOCH, 2, crc32c(tail))
        return struct.pack(">qi", base, len(head) + len(tail)) + head + tail


HISTORY = [
    Batch([(T0 + 50, b"k1", b"first", []), (T0 + 40, None, b"second", [(b"trace", b"7")])]),
    Batch([(T0 + 10, b"k2", None, [])], (4000, 2, 0)),
    Batch([(T0 + 90, b"k3", b"x" * 70, [])], (4000, 2, 1)),
    Batch([(T0 + 60, b"late", b"older than the one before", [])]),
    Batch([(T0 + 95, b"t", b"in a transaction", []), (T0 + 96, b"t", b"twice", [])],
          (5000, 0, 0), transactional=True),
    Batch([(T0 + 97, struct.pack(">hh", 0, 0), struct.pack(">hi", 0, 3), [])], (5000, 0, -1),
          transactional=True, control=True),
    Batch([(T0 + 20, None, b"y" * 130, [])]),
    Batch([(T0 + 99, b"k4", b"the last one", [])], (4000, 2, 2)),
]


class Segment:
    def __init__(self, base):
        self.base, self.log, self.index, self.times, self.txns = base, b"", b"", b"", b""
        self.since_entry, self.max_time, self.max_offset, self.last_indexed = 0, -1, base, -1

    def append(self, batch, offset):
        data = batch.encode(offset)
        last = offset + len(batch.records) - 1
        if batch.max_time > self.max_time:
            self.max_time, self.max_offset = batch.max_time, last
        if self.since_entry > INDEX_INTERVAL:
            self.index += struct.pack(">ii", last - self.base, len(self.log))
            self.time_entry()
            self.since_entry = 0
        self.since_entry += len(data)
        self.log += data

    def time_entry(self):
        if self.max_time > self.last_indexed:
            self.times += struct.pack(">qi", self.max_time, self.max_offset - self.base)
            self.last_indexed = self.max_time


def snapshot(producers):
    body = struct.pack(">i", len(producers))
    for pid in sorted(producers):
        body += struct.pack(">qhiqiqiq", pid, *producers[pid])
    return struct.pack(">hI", 1, crc32c(body)) + body


def live_through():
    files, segments, producers, txns, offset = {}, [Segment(0)], {}, {}, 0
    for batch in HISTORY:
        now = segments[-1]
        size = len(batch.encode(offset))
        if now.log and len(now.log) > SEGMENT_BYTES - size:
            now.time_entry()
            files["%020d.snapshot" % offset] = snapshot(producers)
            now = Segment(offset)
            segments.append(now)
        now.append(batch, offset)
        count = len(batch.records)
        pid, epoch, sequence = batch.producer
        last = offset + count - 1
        if batch.attributes & 0x20:
            first = txns.pop(pid)
            now.txns += struct.pack(">hqqqq", 0, pid, first, last, last + 1)
            known = producers[pid]
            coordinator = struct.unpack(">hi", batch.records[0][2])[1]
            producers[pid] = known[:4] + (batch.max_time, coordinator, -1)
        elif pid >= 0:
            if batch.attributes & 0x10:
                txns.setdefault(pid, offset)
            producers[pid] = (epoch, sequence + count - 1, last, count - 1, batch.max_time, -1,
                              txns.get(pid, -1))
        offset += count
    segments[-1].time_entry()
    files["%020d.snapshot" % offset] = snapshot(producers)
    for s in segments:
        name = "%020d" % s.base
        files[name + ".log"], files[name + ".index"] = s.log, s.index
        files[name + ".timeindex"] = s.times
        if s.txns:
            files[name + ".txnindex"] = s.txns
    files["leader-epoch-checkpoint"] = b"0\n1\n%d 0\n" % LEADER_EPOCH
    files["partition.metadata"] = b"version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAABw"
    return files


if __name__ == "__main__":
    for name, data in live_through().items():
        text = data.hex()
        lines = [text[i:i + 80] for i in range(0, len(text), 80)]
        with open(name + ".hex", "w") as out:
            out.write("\n".join(lines) + "\n")
