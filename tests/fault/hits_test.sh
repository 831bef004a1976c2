#!/bin/sh
# An instance that stands still, a broker that does, one that is killed, and the line between an instance and
# its broker, for which the program starts the broker itself.
set -eu
for fault in "pause 10 1" "broker-pause 10 1" "broker-kill 2 1" "line-cut 6 0" "line-stall 6 0" "line-slow 6 0"; do
  set -- $fault
  tests/kafka/run.sh "$3" tests/fault/instances --fault "$1" --cycles "$2" --dir "${TEST_TMPDIR:-/tmp}/hits-$1"
done
