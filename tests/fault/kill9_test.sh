#!/bin/sh
# Twenty kills on the disk, a few where a kill takes all that was not synced, and one of a disk
# that lies, where the checker must find the loss: a checker that cannot fail proves nothing.
set -eu
kill9="$(dirname "$0")/kill9"
dir="${TEST_TMPDIR:-$(mktemp -d)}"
"$kill9" --cycles 20 --seed 1 --dir "$dir/disk"
"$kill9" --cycles 5 --seed 2 --durability unsynced-in-memory --dir "$dir/memory"
"$kill9" --cycles 5 --seed 3 --durability no-sync --expect-loss --dir "$dir/lying"
