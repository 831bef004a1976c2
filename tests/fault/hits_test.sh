#!/bin/sh
# Short forms of `instances`: hits_test.sh BROKERS FAULT=CYCLES … (tests/kafka/run.sh has the brokers).
# By this seed the third and the fourth hit last longer than a session, so that owners are replaced.
set -eu
seed=33
brokers="$1"
shift
long_ms=4000
for fault in "$@"; do
  # Longer than anybody may wait who asks the instance whose line is whole.
  case "$fault" in line-*) long_ms=16000 ;; esac
  tests/kafka/run.sh "$brokers" tests/fault/instances --fault "${fault%=*}" --cycles "${fault#*=}" \
    --seed "$seed" --long-ms "$long_ms" --dir "${TEST_TMPDIR:-/tmp}/hits-${fault%=*}"
done
