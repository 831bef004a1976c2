#!/usr/bin/env python3
"""Holds the protos of the working tree against every version of them since the baseline.

    tools/check compat         its own test, then this
    tools/compat/compat.py     this alone; exit 1 if something broke, 2 if history is not all here

proto/baseline names the first commit whose bytes count. The working tree is compared with that commit and with every
later one of HEAD's history that has other protos, not with the last alone: a field that came and went is in records,
and its number is taken for ever. Buf compares (tools/buf), by two sets of rules that say why in their heads: kept.yaml
for what lies in logs, called.yaml for all that is called. A map in a kept proto breaks no reader, but its order is
random and bytes are hashed, so it fails here too. Golden bytes (proto/golden) may only grow at their end.

Not seen here: a field that keeps number, type and name and changes its meaning. Nothing can; a new message it is.
"""

import argparse
import concurrent.futures
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from typing import NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUF = os.path.join(ROOT, "tools", "buf")
BASELINE = "proto/baseline"
GOLDEN = "proto/golden"

KEPT = re.compile(r"proto/afterbell/(\w+/v1/\w+_(events|commands|words)|log/v1/(log|archive)|policy/v1/policy|relay/v1/checkpoint)\.proto")
CALLED = re.compile(r"proto/afterbell/(\w+/v1/\w+_(queries|service)|log/v1/(call|history|operations))\.proto")
# Files of settings, which are delivered with the build that reads them.
SETTINGS = re.compile(r"proto/afterbell/(config|kafka)/v1/\w+\.proto")


class Failed(Exception):
    """The check could not be made."""


class Break(NamedTuple):
    path: str
    line: int
    message: str


def run(command, cwd, **kwargs):
    return subprocess.run(command, cwd=cwd, capture_output=True, **kwargs)


def git(root, *arguments):
    done = run(["git", *arguments], root)
    if done.returncode != 0:
        raise Failed(f"git {' '.join(arguments)}: {done.stderr.decode().strip()}")
    return done.stdout


# --- versions --------------------------------------------------------------------------------------


def baseline_of(root):
    try:
        with open(os.path.join(root, BASELINE), encoding="utf-8") as file:
            words = [line for line in file.read().split("\n") if line and not line.startswith("#")]
    except FileNotFoundError:
        raise Failed(f"{BASELINE} is missing") from None
    if len(words) != 1 or not re.fullmatch(r"[0-9a-f]{40}", words[0]):
        raise Failed(f"{BASELINE} does not name one commit by its 40 digits")
    return words[0]


def commits_since(root, baseline, *paths):
    """The baseline and every later commit of HEAD's history that changed one of the paths, oldest first."""
    here = run(["git", "cat-file", "-e", baseline + "^{commit}"], root).returncode == 0
    shallow = git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    if shallow and here:
        # Beyond the edge of a shallow clone lies history that is not here; before the baseline it may.
        marks = git(root, "rev-parse", "--git-path", "shallow").decode().strip()
        with open(os.path.join(root, marks), encoding="ascii") as file:
            edge = set(file.read().split())
        here = not edge & set(git(root, "rev-list", baseline + "..HEAD").decode().split())
    if not here and shallow:
        raise Failed(f"this clone is shallow and ends before commit {baseline}, from which on {BASELINE} holds the protos; "
                     "run: git fetch --unshallow")
    if not here:
        raise Failed(f"commit {baseline}, which {BASELINE} names, is not in this repository")
    if run(["git", "merge-base", "--is-ancestor", baseline, "HEAD"], root).returncode != 0:
        raise Failed(f"commit {baseline}, which {BASELINE} names, is not in the history of HEAD")
    later = git(root, "rev-list", "--reverse", "--topo-order", "--full-history", baseline + "..HEAD", "--", *paths)
    return [baseline] + later.decode().split()


class Version(NamedTuple):
    name: str    # "418bb35"
    files: dict  # Path to bytes, of what is kept or called.


def held(path):
    return KEPT.fullmatch(path) or CALLED.fullmatch(path)


def version_of(root, commit):
    archive = tarfile.open(fileobj=io.BytesIO(git(root, "archive", commit, "proto/afterbell")))
    files = {m.name: archive.extractfile(m).read() for m in archive.getmembers() if m.isfile() and held(m.name)}
    return Version(commit[:7], files)


def versions_since(root, baseline):
    """Distinct ones, each by the first commit that has it."""
    found = []
    for commit in commits_since(root, baseline, "proto/afterbell"):
        version = version_of(root, commit)
        if all(version.files != other.files for other in found):
            found.append(version)
    return found


def working_tree(root):
    files = {}
    for folder, _, names in os.walk(os.path.join(root, "proto", "afterbell")):
        for name in names:
            full = os.path.join(folder, name)
            path = os.path.relpath(full, root)
            if held(path):
                with open(full, "rb") as file:
                    files[path] = file.read()
            elif path.endswith(".proto") and not SETTINGS.fullmatch(path):
                raise Failed(f"{path} is neither kept, nor called, nor of settings: say which, at the head of "
                             "tools/compat/compat.py")
    return Version("working tree", files)


# --- comparing -------------------------------------------------------------------------------------


class DoesNotBuild(Failed):
    pass


def image(version, pattern, folder):
    """The version's files as one image for buf, of all that is held or of what matches alone."""
    os.makedirs(folder)
    for path, text in version.files.items():
        if pattern is None or pattern.fullmatch(path):
            full = os.path.join(folder, os.path.relpath(path, "proto"))
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as file:
                file.write(text)
    out = folder + ".binpb"
    done = run([BUF, "build", ".", "-o", out], folder)
    if done.returncode != 0:
        raise DoesNotBuild(f"the protos of {version.name} do not build: {done.stdout.decode()}{done.stderr.decode()}")
    return out


def compare(now, then, rules):
    """[Break] of one version against another."""
    done = run([BUF, "breaking", now, "--against", then, "--config", os.path.join(HERE, rules), "--error-format", "json"],
               os.path.dirname(now))
    found = [json.loads(line) for line in done.stdout.decode().split("\n") if line.startswith("{")]
    if done.returncode != 0 and not found:
        raise Failed(f"buf breaking: {done.stdout.decode()}{done.stderr.decode()}")
    return [Break("proto/" + f.get("path", ""), f.get("start_line", 0), f"{f['message']} ({f['type']})") for f in found]


def maps_in(kept):
    """A map is a repeated entry, generated, and marked."""
    done = run([BUF, "build", kept, "-o", "-#format=json"], os.path.dirname(kept))
    if done.returncode != 0:
        raise Failed(f"buf build: {done.stderr.decode()}")
    for file in json.loads(done.stdout)["file"]:
        messages = [(file["package"] + "." + m["name"], m) for m in file.get("messageType", [])]
        while messages:
            name, message = messages.pop()
            nested = [(name + "." + m["name"], m) for m in message.get("nestedType", [])]
            entries = {"." + n for n, m in nested if m.get("options", {}).get("mapEntry")}
            for field in message.get("field", []):
                if field.get("typeName") in entries:
                    yield Break("proto/" + file["name"], 0, f'field "{field["name"]}" of message "{message["name"]}" is a '
                                "map; its order is random: use a repeated message")
            messages += nested


def images(version, folder):
    """Of what is kept, which needs nothing else, and of all."""
    return image(version, KEPT, folder + "/kept"), image(version, None, folder + "/all")


def breaks_of(now, then, out):
    """[(Break, the versions it breaks)], the oldest first."""
    broken = {}
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        now_kept, now_all = images(now, folder + "/now")
        building = [(version, pool.submit(images, version, f"{folder}/{number}")) for number, version in enumerate(then)]
        tasks = []
        for version, built in building:
            try:
                kept, everything = built.result()
            except DoesNotBuild:
                if version is then[0]:
                    raise
                print(f"compat: the protos of {version.name} do not build, so nothing was ever written as they say", file=out)
                continue
            for rules, new, old in (("kept.yaml", now_kept, kept), ("called.yaml", now_all, everything)):
                tasks.append((version, rules, pool.submit(compare, new, old, rules)))
        for version, rules, found in tasks:
            for one in found.result():
                if rules == "called.yaml" and KEPT.fullmatch(one.path):
                    continue  # Said by the stricter rules already.
                if version.name not in broken.setdefault(one, []):
                    broken[one].append(version.name)
        for one in maps_in(now_kept):
            broken[one] = []
    return list(broken.items())


def golden_breaks(root, baseline):
    """Each golden file, as any commit has it, is how the file of today begins."""
    for commit in commits_since(root, baseline, GOLDEN):
        for path in git(root, "ls-tree", "-r", "--name-only", commit, "--", GOLDEN).decode().split():
            if not path.endswith(".txt"):
                continue
            full = os.path.join(root, path)
            now = b""
            if os.path.exists(full):
                with open(full, "rb") as file:
                    now = file.read()
            then = git(root, "show", f"{commit}:{path}")
            if now.startswith(then):
                continue
            line = os.path.commonprefix([now, then]).count(b"\n") + 1
            yield Break(path, line, f"golden bytes of {commit[:7]} are not there any more: lines are added at the end "
                        "and never changed (bazel run //proto/golden:write)")


def check(root, out=sys.stdout):
    baseline = baseline_of(root)
    then = versions_since(root, baseline)
    failures = breaks_of(working_tree(root), then, out)
    failures += [(one, []) for one in dict.fromkeys(golden_breaks(root, baseline))]
    for one, versions in failures:
        since = f"; in records since {versions[0]}" if versions else ""
        place = f"{one.path}:{one.line}" if one.line else one.path
        print(f"{place}: {one.message}{since}", file=out)
    print(f"compat: {len(failures)} breaks against {len(then)} versions since {baseline[:7]}" if failures else
          f"compat: nothing breaks against {len(then)} versions since {baseline[:7]}", file=out)
    return 1 if failures else 0


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    try:
        return check(ROOT)
    except Failed as failure:
        print(f"compat: {failure}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
