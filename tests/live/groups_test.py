#!/usr/bin/python3
"""Goal: consumers that this project did not write (kcat's -G on librdkafka, kafka-python) are members
of groups as if our brokers were Kafka: they join, share partitions, commit, survive the crash of their
coordinator and leave, alone, with each other and with our own consumers in the same group; eagerly,
cooperatively, and as static members.
Method: `kafkascope serve` on free ports; every record that was sent must be read, and the partitions
that the members say they have must be all partitions, each once. Waiting is bounded, not measured.
usage: groups_test.py PATH_TO_KAFKASCOPE
"""
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

try:
    from kafka import KafkaConsumer, TopicPartition, errors
    from kafka.admin import KafkaAdminClient
except ImportError:
    print("skipped: Debian's python3-kafka is not installed")
    sys.exit(0)
if shutil.which("kcat") is None:
    print("skipped: kcat is not installed")
    sys.exit(0)

GROUP, TOPIC, PARTITIONS = "billing", "orders", 4
failed, BEGAN = [], time.time()


def check(name, expected, found):
    good = expected == found
    print(f"{time.time() - BEGAN:5.1f}  " + ("ok      " if good else "FAILED  ") + name, flush=True)
    if not good:
        print(f"        expected: {str(expected)[:400]}\n        found:    {str(found)[:400]}", flush=True)
        failed.append(name)


def eventually(name, expected, look, seconds=30):
    found = None
    for _ in range(seconds * 10):
        found = look()
        if found == expected:
            break
        time.sleep(0.1)
    check(name, expected, found)


class Server:
    """Three brokers and the pipe for commands."""

    def __init__(self, program, data):
        self.process = subprocess.Popen([program, "serve", "--port", "0", "--data", data],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        stderr=open(data + ".log", "a"))
        for line in self.process.stdout:
            if line.startswith("ready bootstrap="):
                self.bootstrap = line.split("=", 1)[1].strip()
                break
        else:
            sys.exit("FAILED  serve did not start: " + open(data + ".log").read()[-2000:])
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def command(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        check("Ctrl-C shuts down cleanly", 0, self.process.wait(60))


class Kcat:
    """A member of a group. What it reads and what it is assigned is noted while it runs."""

    def __init__(self, bootstrap, group=GROUP, **settings):
        self.records, self.assigned, self.rebalances = [], set(), 0
        more = [x for k, v in settings.items() for x in ("-X", f"{k.replace('_', '.')}={v}")]
        self.process = subprocess.Popen(
            ["kcat", "-b", bootstrap, "-G", group, TOPIC, "-u", "-f", "%p %o %s\n",
             "-X", "auto.offset.reset=earliest", "-X", "session.timeout.ms=6000",
             "-X", "heartbeat.interval.ms=300", "-X", "socket.timeout.ms=5000", *more],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._watch, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.records.append(line.split(" ", 2)[2].strip())

    def _watch(self):
        for line in self.process.stderr:  # eager members are told all, cooperative ones the change
            named = {int(p) for p in re.findall(TOPIC + r" \[(\d+)\]", line)}
            if re.search("assigned: |incremental assignment", line):
                self.rebalances += 1
                self.assigned = self.assigned | named
            elif re.search("revoked: |incremental revoke", line):
                self.assigned = self.assigned - named

    def leave(self):
        self.process.send_signal(signal.SIGTERM)
        check("kcat leaves on its own terms", 0, self.process.wait(30))

    def kill(self):
        self.process.kill()
        self.process.wait(30)


class Python:
    """A kafka-python consumer, polled by a thread of its own."""

    def __init__(self, bootstrap):
        self.records, self.stopping = [], False
        self.consumer = KafkaConsumer(
            TOPIC, bootstrap_servers=bootstrap, group_id=GROUP, auto_offset_reset="earliest",
            session_timeout_ms=6000, heartbeat_interval_ms=300, enable_auto_commit=False)
        self.assigned = set()
        self.thread = threading.Thread(target=self._poll)
        self.thread.start()

    def _poll(self):
        while not self.stopping:
            for batch in self.consumer.poll(timeout_ms=200).values():
                self.records += [r.value.decode() for r in batch]
                self.consumer.commit()
            self.assigned = {tp.partition for tp in self.consumer.assignment()}
        self.consumer.close()

    def leave(self):
        self.stopping = True
        self.thread.join(30)
        check("kafka-python leaves on its own terms", False, self.thread.is_alive())


def new_admin(bootstrap):
    """kafka-python asks one broker, at random, and gives up if that is down."""
    for _ in range(20):
        try:
            return KafkaAdminClient(bootstrap_servers=bootstrap)
        except errors.NoBrokersAvailable:
            time.sleep(0.1)
    sys.exit("FAILED  no broker answers the admin client")


def send(bootstrap, first, last):
    lines = "".join(f"k{i}:{i}\n" for i in range(first, last + 1))
    subprocess.run(["kcat", "-b", bootstrap, "-P", "-t", TOPIC, "-K", ":", "-X", "acks=all",
                    "-X", "message.timeout.ms=40000", "-X", "partitioner=murmur2_random"],
                   input=lines, text=True, check=True, timeout=60, stderr=subprocess.DEVNULL)


def all_read(*members):
    return sorted(int(r) for m in members for r in m.records)


def shares(*members):
    """Each partition once, and nobody idle: the sorted list of all that is assigned."""
    if any(not m.assigned for m in members):
        return "somebody has nothing"
    return sorted(p for m in members for p in m.assigned)


def committed(admin):
    offsets = admin.list_consumer_group_offsets(GROUP)
    return sum(o.offset for o in offsets.values() if o.offset >= 0)


def state_of(admin, group=GROUP):
    told = admin.describe_consumer_groups([group])[0]
    return told.state, len(told.members)


EVERY = list(range(PARTITIONS))


def share_and_commit(server, admin):
    send(server.bootstrap, 1, 100)
    first = Kcat(server.bootstrap)
    eventually("one member reads everything from the beginning", list(range(1, 101)),
               lambda: all_read(first))
    second = Kcat(server.bootstrap)
    eventually("two members share the partitions", EVERY, lambda: shares(first, second))
    eventually("what was read is committed before partitions change hands", 100,
               lambda: committed(admin))
    eventually("the coordinator calls the group stable", ("Stable", 2), lambda: state_of(admin))
    send(server.bootstrap, 101, 200)
    eventually("together they read every record once", list(range(1, 201)),
               lambda: all_read(first, second))
    return first, second


def cooperate(server, admin, first):
    """`first` reads alone until now, with cooperative-sticky (KIP-429)."""
    eventually("a cooperative member has all partitions", EVERY, lambda: shares(first))
    second = Kcat(server.bootstrap, "coop", partition_assignment_strategy="cooperative-sticky")
    eventually("two cooperative members share them", EVERY, lambda: shares(first, second))
    kept = set(first.assigned)
    server.command(f"consumer coop-ours group=coop topics={TOPIC} assignor=cooperative-sticky "
                   "session.timeout.ms=6000 heartbeat.interval.ms=300")
    eventually("our own consumer joins them", ("Stable", 3), lambda: state_of(admin, "coop"))
    eventually("and gets one partition", 3, lambda: len(first.assigned | second.assigned))
    check("while the members keep what they need not give away", True, first.assigned <= kept)
    server.command("close coop-ours")
    eventually("when it leaves, the two have all again", EVERY, lambda: shares(first, second))
    first.leave()
    second.leave()


def stay_static(server, admin, first, second):
    """Two members with a group.instance.id (KIP-345)."""
    eventually("static members share the partitions", EVERY, lambda: shares(first, second))
    before, had = first.rebalances, set(second.assigned)
    second.kill()
    again = Kcat(server.bootstrap, "fixed", group_instance_id="i2")
    eventually("a static member that was killed comes back to its partitions", had,
               lambda: again.assigned)
    check("and the other has not noticed", before, first.rebalances)
    check("nor has the group", ("Stable", 2), state_of(admin, "fixed"))
    first.kill()
    again.kill()


def lose_the_coordinator(server, admin, first, second):
    coordinator = admin._find_coordinator_ids([GROUP])[GROUP]
    server.command(f"crash {coordinator}")
    send(server.bootstrap, 201, 300)
    eventually("the crash of the coordinator loses no record", set(range(1, 301)),
               lambda: set(all_read(first, second)))
    eventually("and no member", EVERY, lambda: shares(first, second))
    server.command(f"start {coordinator}")
    again = new_admin(server.bootstrap)
    eventually("what was committed is where another broker coordinates", 300,
               lambda: committed(again))
    return again


def mix_with_python(server, admin, first, second):
    second.leave()
    eventually("the one that stays takes over", EVERY, lambda: shares(first))
    python = Python(server.bootstrap)
    eventually("kafka-python and kcat share the partitions", EVERY, lambda: shares(first, python))
    seen = set(all_read(first, second, python))
    send(server.bootstrap, 301, 400)
    eventually("together they read every record", seen | set(range(301, 401)),
               lambda: set(all_read(first, second, python)))
    told = admin.describe_consumer_groups([GROUP])[0]
    check("the group is described with its protocol", ("consumer", "range"),
          (told.protocol_type, told.protocol))
    assigned = [p for m in told.members for _, ps in m.member_assignment.assignment for p in ps]
    check("and with everybody's assignment", EVERY, sorted(assigned))
    check("a group with members cannot be deleted", [(GROUP, errors.NonEmptyGroupError)],
          admin.delete_consumer_groups([GROUP]))
    return python


def mix_with_ours(server, admin, first, python):
    server.command(f"consumer ours group={GROUP} topics={TOPIC} assignor=range "
                   "session.timeout.ms=6000 heartbeat.interval.ms=300 auto.offset.reset=earliest")
    eventually("our own consumer joins them", ("Stable", 3), lambda: state_of(admin))
    told = admin.describe_consumer_groups([GROUP])[0]
    assigned = [p for m in told.members for _, ps in m.member_assignment.assignment for p in ps]
    check("the three share the partitions", EVERY, sorted(assigned))
    send(server.bootstrap, 401, 500)
    first.leave()
    python.leave()
    eventually("ours has what is left", ("Stable", 1), lambda: state_of(admin))
    eventually("and commits for all of them", 500, lambda: committed(admin))
    server.command("close ours")
    eventually("the last one leaves an empty group", ("Empty", 0), lambda: state_of(admin))


def administer(server, admin):
    check("it is listed", True, (GROUP, "consumer") in admin.list_consumer_groups())
    server.command(f"reset-offsets {GROUP} topic={TOPIC} shift=-3")
    eventually("its offsets can be moved back", 500 - 3 * PARTITIONS, lambda: committed(admin))
    again = Kcat(server.bootstrap)
    eventually("and the next member reads from there", 3 * PARTITIONS,
               lambda: len(again.records))
    again.leave()
    eventually("the group is empty again", ("Empty", 0), lambda: state_of(admin))


def after_a_restart(program, data):
    server = Server(program, data)
    admin = new_admin(server.bootstrap)
    eventually("offsets are there after a restart", 500, lambda: committed(admin))
    check("the group can be deleted", [(GROUP, errors.NoError)],
          admin.delete_consumer_groups([GROUP]))
    check("and is gone", False, (GROUP, "consumer") in admin.list_consumer_groups())
    check("what is not there cannot be deleted", [(GROUP, errors.GroupIdNotFoundError)],
          admin.delete_consumer_groups([GROUP]))
    # Its id must be none of those that were given in the first life.
    server.command("topic later partitions=1 replicas=3")
    eventually("a new topic can be created after a restart", True,
               lambda: "later" in admin.list_topics())
    server.stop()


def main():
    program = sys.argv[1]
    work = tempfile.mkdtemp()
    data = work + "/data"
    began = time.time()
    server = Server(program, data)
    try:
        server.command(f"topic {TOPIC} partitions={PARTITIONS} replicas=3 min.insync.replicas=2")
        admin = new_admin(server.bootstrap)
        eventually("the topic is there", True, lambda: TOPIC in admin.list_topics())
        alone = Kcat(server.bootstrap, "coop", partition_assignment_strategy="cooperative-sticky")
        fixed = [Kcat(server.bootstrap, "fixed", group_instance_id=i) for i in ("i1", "i2")]
        first, second = share_and_commit(server, admin)
        cooperate(server, admin, alone)
        stay_static(server, admin, *fixed)
        admin = lose_the_coordinator(server, admin, first, second)
        python = mix_with_python(server, admin, first, second)
        mix_with_ours(server, admin, first, python)
        administer(server, admin)
        server.stop()
        after_a_restart(program, data)
    finally:
        if server.process.poll() is None:
            server.process.kill()
        if failed:
            print("--- serve said:\n" + open(data + ".log").read()[-3000:])
        shutil.rmtree(work, ignore_errors=True)
    print(f"{time.time() - began:.0f} s")
    sys.exit(1 if failed else 0)


main()
