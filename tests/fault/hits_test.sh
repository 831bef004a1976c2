#!/bin/sh
# An instance that stands still, a broker that does, and one that is killed.
set -eu
for fault in "pause 10" "broker-pause 10" "broker-kill 2"; do
  set -- $fault
  tests/kafka/run.sh 1 tests/fault/instances --fault "$1" --cycles "$2" --dir "${TEST_TMPDIR:-/tmp}/hits-$1"
done
