#!/usr/bin/env bash
# Two builds serve one city: tests/fault/mixed.sh [ARGUMENT of mixed …], ten minutes unless --seconds says so.
# Builds this tree, and the next one: a copy of it with mixed/next.patch, in a temporary folder. From the disk
# cache of Bazel that takes a minute, the first time many.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools/setup
work="$(mktemp -d "${TMPDIR:-/tmp}/afterbell-next.XXXXXX")"
in_next() { (cd "$work/tree" && bazel --output_base="$work/base" "$@"); }
clean_up() {
  in_next shutdown || true
  chmod -R u+w "$work"
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

mkdir "$work/tree"
git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$work/tree"
ln -s "$PWD/.deps" "$work/tree/.deps"
patch -s -p1 -d "$work/tree" <tests/fault/mixed/next.patch

programs=(//tools/afterbell)
for service in registry enrollment attendance staffing billing inspection; do
  programs+=("//services/$service:afterbell-$service")
done
in_next build "${programs[@]}"
bazel build //tests/fault:mixed
tests/kafka/run.sh 1 .bazel/bin/tests/fault/mixed --bin .bazel/bin --next "$(readlink -f "$work/tree/.bazel/bin")" "$@"
