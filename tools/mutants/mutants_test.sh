#!/bin/sh
set -eu
exec python3 -B "$(dirname "$0")/mutants_test.py"
