#!/bin/sh
# Bazel's way in: runs the searches beside this file.
exec python3 "$(dirname "$0")/model_test.py" "$@"
