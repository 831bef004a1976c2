#!/bin/sh
# The short form; the full one is 1,000 prefixes (docs/faults.md).
set -eu
"$(dirname "$0")/prefixes" --count 12 --seed 1 --dir "${TEST_TMPDIR:-$(mktemp -d)}/prefixes"
