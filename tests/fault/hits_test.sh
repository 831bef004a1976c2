#!/bin/sh
# Short forms of `instances`: hits_test.sh BROKERS FAULT=CYCLES … (tests/kafka/run.sh has the brokers).
# By this seed the third and the fourth hit last longer than a session, so that owners are replaced.
set -eu
seed=33
brokers="$1"
shift
for fault in "$@"; do
  tests/kafka/run.sh "$brokers" tests/fault/instances --fault "${fault%=*}" --cycles "${fault#*=}" --seed "$seed" \
    --dir "${TEST_TMPDIR:-/tmp}/hits-${fault%=*}"
done
