#!/bin/sh
# The short form; docs/faults.md has a longer one.
set -eu
here="$(dirname "$0")"
relay="$here/../../services/relay/afterbell-relay"
"$here/kill_relay" --relay "$relay" --kills 24
"$here/kill_relay" --relay "$relay" --kills 6 --relays 2
