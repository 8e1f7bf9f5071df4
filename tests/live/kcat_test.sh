#!/usr/bin/env bash
# Goal: an unmodified client (kcat, librdkafka) can use the cluster as if it were Kafka, and neither the
# crash of a broker nor that of the active controller loses anything that was acknowledged.
# Method: `kafkascope serve` on free ports, kcat against it, and every answer compared with what was
# sent. Waiting is bounded by kcat's own time-outs; nothing here measures time.
# usage: kcat_test.sh PATH_TO_KAFKASCOPE
set -u
program=$1
work=$(mktemp -d)
server=
failed=0

cleanup() {
  exec 9>&- 2>/dev/null
  [ -n "$server" ] && kill -KILL "$server" 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT

check() {  # check NAME EXPECTED FOUND
  if [ "$2" == "$3" ]; then echo "ok      $1"; return; fi
  echo "FAILED  $1"
  echo "        expected: $(head -c 300 <<<"$2")"
  echo "        found:    $(head -c 300 <<<"$3")"
  failed=1
}

start() {  # start [OPTIONS…]: serves on free ports; commands go to file descriptor 9
  mkfifo "$work/commands.$$" && exec 9<>"$work/commands.$$" && rm "$work/commands.$$"
  "$program" serve --port 0 "$@" <&9 >"$work/out" 2>"$work/err" &
  server=$!
  for _ in $(seq 1200); do
    grep -q '^ready bootstrap=' "$work/out" && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  bootstrap=$(sed -n 's/^ready bootstrap=//p' "$work/out")
  if [ -z "$bootstrap" ]; then echo "FAILED  serve did not start: $(cat "$work/err")"; exit 1; fi
}

stop() {  # a clean shutdown, as Ctrl-C asks for
  kill -INT "$server"
  wait "$server"
  check "Ctrl-C shuts down cleanly" 0 $?
  server=
  exec 9>&-
}

# Prints "EPOCH LEADER" as the newest of the files quorum-state has them (Kafka: QuorumStateData).
quorum() {
  for file in "$work"/data/broker-*/__cluster_metadata-0/quorum-state; do
    sed -nE 's/.*"leaderId": *([0-9]+).*"leaderEpoch": *([0-9]+).*/\2 \1/p' <(cat "$file"; echo)
  done | sort -n | tail -1
}

k() { timeout 60 kcat -b "$bootstrap" -X socket.timeout.ms=5000 "$@" 2>>"$work/kcat.err"; }
read_all() { k -C -t "$1" -o beginning -e -q "${@:2}"; }

start --data "$work/data"
check "kcat -L sees three brokers" 3 "$(k -L | grep -c '^  broker ')"

for codec in none gzip snappy lz4 zstd; do
  seq 1 200 | k -P -t "codec-$codec" -z "$codec"
  check "200 records with $codec come back" "$(seq 1 200)" "$(read_all "codec-$codec")"
done
for acks in 0 1 all; do
  # The topic exists and is led before the rest comes: with acks=0 a leader that does not know of its
  # luck yet can only close the connection, and what was under way is gone. That is acks=0.
  echo 0 | k -P -t "acks-$acks" -X acks=all
  seq 1 50 | k -P -t "acks-$acks" -X acks="$acks"
  check "50 records with acks=$acks come back" "$(seq 0 50)" "$(read_all "acks-$acks")"
done
printf 'k1:v1\nk2:v2\n' | k -P -t keyed -K : -H colour=blue -H size=7
check "keys and headers come back" $'k1=v1 colour=blue,size=7\nk2=v2 colour=blue,size=7' \
  "$(read_all keyed -f '%k=%s %h\n')"
check "offset 1 of a partition can be asked for" v2 "$(k -C -t keyed -p 0 -o 1 -c 1 -q)"
printf 'null-key\n' | k -P -t nulls -Z -k ''
head -c 900000 /dev/zero | tr '\0' x | k -P -t large
check "a record of 900 000 bytes comes back" 900000 "$(read_all large | tr -d '\n' | wc -c)"

# Broken bytes on one connection hurt nobody else.
port=${bootstrap%%,*}; port=${port##*:}
printf '\x7f\xff\xff\xff garbage' >"/dev/tcp/127.0.0.1/$port"
printf '\x00\x00\x00\x08\x7f\x7f\x00\x00\x00\x00\x00\x01' >"/dev/tcp/127.0.0.1/$port"
check "after garbage on a connection others still work" "$(seq 1 200)" "$(read_all codec-none)"
check "the oversized frame was logged" 1 "$(grep -c 'closed a connection' "$work/err")"

# A broker crashes in the middle of a run; with acks=all and retries nothing acknowledged is lost.
echo "topic safe partitions=3 replicas=3 min.insync.replicas=2" >&9
for _ in $(seq 100); do k -L -t safe | grep -q 'topic "safe" with 3 partitions' && break; sleep 0.1; done
(seq 1 200; sleep 1; echo "crash 1" >&9; sleep 0.2; seq 201 400) |
  k -P -t safe -X acks=all -X message.timeout.ms=50000
check "every record survives the crash of broker 1" "$(seq 1 400)" "$(read_all safe | sort -nu)"
echo "start 1" >&9
sleep 1
check "the crashed broker is back" 3 "$(k -L | grep -c '^  broker ')"

# The active controller crashes under a steady load. It leads a partition, too: only the controller
# that is elected after it can name another leader for that one, and until then it takes no record.
# The others take none either until its session (9 s) is over and it is out of their ISRs: requests
# are under way for longer than the 5 s after which kcat would call every broker down, and give up.
echo "topic steady partitions=3 replicas=3 min.insync.replicas=2" >&9
for _ in $(seq 100); do k -L -t steady | grep -q 'topic "steady" with 3 partitions' && break; sleep 0.1; done
read -r epoch controller <<<"$(quorum)"
check "the controller is one of the three" 1 "$(grep -c '^[123]$' <<<"$controller")"
check "the controller leads a partition" 1 "$(k -L -t steady | grep -c "leader $controller,")"
(for burst in $(seq 0 39); do
   [ "$burst" == 15 ] && echo "crash $controller" >&9
   seq $((burst * 20 + 1)) $((burst * 20 + 20))
   sleep 0.1
 done) | k -P -t steady -X acks=all -X linger.ms=0 -X message.timeout.ms=50000 \
            -X socket.timeout.ms=30000
check "every record was acknowledged" 0 $?
check "every record survives the crash of the controller" "$(seq 1 800)" "$(read_all steady | sort -nu)"
read -r new_epoch new_controller <<<"$(quorum)"
check "another controller was elected" "yes" \
  "$([ "$new_controller" != "$controller" ] && [ "$new_epoch" -gt "$epoch" ] && echo yes)"
check "and it leaves no partition to the crashed one" 0 "$(k -L -t steady | grep -c "leader $controller,")"
echo "start $controller" >&9
sleep 1
check "the crashed controller is back" 3 "$(k -L | grep -c '^  broker ')"
stop

start --data "$work/data"
check "after a restart every record is there" "$(seq 1 400)" "$(read_all safe | sort -nu)"
check "after a restart the steady records are there" "$(seq 1 800)" "$(read_all steady | sort -nu)"
check "after a restart compressed records are there" "$(seq 1 200)" "$(read_all codec-zstd)"
stop

[ "$failed" == 0 ] || { echo "--- serve said:"; tail -20 "$work/err"; echo "--- kcat said:"; tail -20 "$work/kcat.err"; }
exit "$failed"
