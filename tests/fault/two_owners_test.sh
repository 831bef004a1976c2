#!/bin/sh
# The short form; the full one is 60 seconds with at least 100 take-overs (docs/faults.md).
set -eu
"$(dirname "$0")/two_owners" --seconds 3 --takeovers-min 3
