#!/usr/bin/env bash
# A small city is played and relayed, with void records in its log; then a consumer in Python reads what is public.
set -euo pipefail
here="$(dirname "$0")"
LISTS="$(mktemp -d "${TEST_TMPDIR:-/tmp}/lists.XXXXXX")"
export LISTS
"$here/relay_test_program" --gtest_filter='PlayedCity.*'
PYTHONPATH="${TEST_SRCDIR:?}/python_packages" PYTHONDONTWRITEBYTECODE=1 python3 "$here/consumer.py" --kafka "$KAFKA" \
  --prefix "$(cat "$LISTS/prefix")" --descriptors "$here/events.binpb" \
  --valid "$LISTS/valid.tsv" --void "$LISTS/void.tsv" --void-records "$(cat "$LISTS/void_records")"
