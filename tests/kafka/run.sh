#!/usr/bin/env bash
# Runs a test with a broker of its own: run.sh BROKERS PROGRAM [ARGUMENT …]
# The broker is on free ports and in a temporary folder; it ends with this script, however that ends.
# The program finds its address in KAFKA, the folder in KAFKA_DATA and tools/kafka in KAFKA_TOOL.
# With 0 brokers the program starts one by itself, in that folder.
set -euo pipefail
brokers="$1"
shift
export KAFKA_TOOL="$PWD/tools/kafka"
KAFKA_DATA="$(mktemp -d "${TEST_TMPDIR:-/tmp}/kafka.XXXXXX")"
export KAFKA_DATA
trap '"$KAFKA_TOOL" reset --data "$KAFKA_DATA"; rm -rf "$KAFKA_DATA"' EXIT
trap 'exit 1' INT TERM
unset KAFKA
if [ "$brokers" -gt 0 ]; then
  KAFKA="$("$KAFKA_TOOL" up --brokers "$brokers" --port 0 --data "$KAFKA_DATA" --while-pid $$ | tail -1)"
  export KAFKA
fi
"$@"
