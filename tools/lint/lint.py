#!/usr/bin/env python3
"""Holds what no compiler holds: the arrows between folders, the shape of protos, small promises.

    tools/lint/lint.py               all checks; exit 1 if one fails
    tools/lint/lint.py --no-bazel    without the one that asks Bazel (it waits for a running build)

Each check is a function of the tree and says in its docstring why it exists. A violation is a line
with its place; the last line counts checks. Only files git tracks, or would, are looked at.
"""

import argparse
import os
import re
import subprocess
import sys
from typing import NamedTuple

SERVICES = ("registry", "enrollment", "attendance", "staffing", "billing", "inspection")
CPP = (".cc", ".h")
TEXT_MAX_BYTES = 4 << 20


class Violation(NamedTuple):
    path: str
    line: int  # 0: the file or the folder as a whole.
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


class Tree:
    """The files of a repository, by path from its root."""

    def __init__(self, root, paths):
        self.root = root
        self.paths = sorted(paths)
        self._texts = {}

    @staticmethod
    def of_git(root):
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root,
                                check=True, capture_output=True).stdout.decode()
        return Tree(root, [p for p in listed.split("\0") if p and os.path.lexists(os.path.join(root, p))])

    def lines(self, path):
        """(number, line) of a text file; nothing of a binary one, a large one or a link."""
        if path not in self._texts:
            full = os.path.join(self.root, path)
            text = ""
            if not os.path.islink(full) and os.path.getsize(full) <= TEXT_MAX_BYTES:
                with open(full, "rb") as file:
                    data = file.read()
                text = "" if b"\0" in data else data.decode("utf-8", "replace")
            self._texts[path] = text
        return enumerate(self._texts[path].split("\n"), 1)

    def code(self, path):
        """(number, line) without // comments: for rules about code, not about prose."""
        for number, line in self.lines(path):
            yield number, re.sub(r"//.*", "", line)

    def ending(self, *suffixes, under=""):
        return [p for p in self.paths if p.endswith(suffixes) and p.startswith(under)]


def includes(tree, path):
    for number, line in tree.lines(path):
        found = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
        if found:
            yield number, found.group(1)


def service_of(path):
    """The part of services/ a path belongs to: "billing", "platform" … or nothing."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "services" else ""


def is_domain(path):
    parts = path.split("/")
    return len(parts) > 3 and parts[0] == "services" and parts[1] in SERVICES and parts[2] == "domain"


def is_test_code(path):
    """Tests and the kits beside them, which stand in domain/ but are not rules."""
    name = path.split("/")[-1]
    return name.endswith(("_test.cc", "_kit.h", "_kit.cc")) or name in ("fixture.h", "testing.h")


# --- the checks ------------------------------------------------------------------------------------


def no_map_fields(tree):
    """The order of a protobuf map is random: two machines would write different bytes of the same
    event or row, and hashes and digests would differ."""
    for path in tree.ending(".proto"):
        for number, line in tree.code(path):
            if re.search(r"\bmap\s*<", line):
                yield Violation(path, number, "map field; its order is random: use a repeated message")


def events_have_kinds(tree):
    """What-if keeps facts and decisions and computes determinations again. An event without a kind
    would be neither, and would vanish from the comparison without a word."""
    for path in tree.ending("_events.proto"):
        has_kind, wanted = set(), []
        message, depth, in_oneof = "", 0, False
        for number, line in tree.code(path):
            if depth == 0:
                found = re.match(r"\s*message\s+(\w+)", line)
                message = found.group(1) if found else message
            if re.match(r"\s*oneof\s+event\s*\{", line) and depth == 1:
                in_oneof = True
            field = re.match(r"\s*([\w.]+)\s+\w+\s*=\s*\d+", line)
            if in_oneof and field:
                wanted.append((number, field.group(1)))
            if depth >= 1 and re.search(r"option\s*\(\s*[\w.]*event_kind\s*\)\s*=\s*(FACT|DECISION|DETERMINATION)\s*;", line):
                has_kind.add(message)
            elif re.match(r"\s*message\b.*\{.*event_kind", line):
                has_kind.add(message)
            depth += line.count("{") - line.count("}")
            in_oneof = in_oneof and depth >= 2
        for number, name in wanted:
            if name not in has_kind:
                yield Violation(path, number, f"event {name} has no option (afterbell.log.v1.event_kind)")


def what_is_kept_has_golden_bytes(tree):
    """The tests of golden bytes hold the types they list. A service that nobody added to the list would
    change its events unseen."""
    for path in tree.ending("_events.proto", "_commands.proto", under="proto/"):
        golden = "proto/golden/" + path.split("/")[-1].replace(".proto", ".txt")
        if golden not in tree.paths:
            yield Violation(path, 0, f"{golden} is missing: add the type to proto/golden/kept_types.cc, then "
                            "bazel run //proto/golden:write")


def services_meet_in_proto(tree):
    """A service that includes another's code cannot be built, deployed or rebuilt without it; the
    platform that includes a service's could not be handed another. Only compositions may."""
    for path in tree.ending(*CPP, under="services/"):
        own = service_of(path)
        if own != "platform" and own not in SERVICES:
            continue
        for number, header in includes(tree, path):
            other = service_of(header)
            if other and other not in (own, "platform"):
                yield Violation(path, number, f"services/{own} includes {header}: services meet only in proto/")


def grpc_at_the_edge(tree):
    """A rule, a view or the runtime that knows gRPC could not be replayed, simulated or tested without
    it. Generated service code stays in transport/; the library also where the process is put together."""
    for path in tree.ending(*CPP):
        in_transport = re.match(r"services/(\w+|platform/rpc)/transport/", path) is not None
        at_edge = in_transport or path.startswith(
            ("services/platform/rpc/", "services/platform/host/", "services/city/", "tools/", "tests/"))
        for number, header in includes(tree, path):
            if header.endswith(".grpc.pb.h") and not in_transport and not path.startswith("tests/"):
                yield Violation(path, number, f"{header} outside transport/")
            elif header.startswith(("grpcpp/", "grpc/")) and not at_edge:
                yield Violation(path, number, f"{header} outside transport/, platform/rpc, platform/host, city and tools")


def domain_is_pure(tree):
    """pure.h poisons names; this holds the includes, in headers too: rules know rows, policy and
    events, and nothing of logs, stores, networks or the folders around them."""
    away = ("rocksdb/", "grpc/", "grpcpp/", "librdkafka/", "fstream", "thread", "mutex", "chrono", "random")
    platform = ("log", "runtime", "projection", "rpc", "host", "replay", "seal", "observe")
    for path in tree.ending(*CPP):
        if not is_domain(path) or is_test_code(path):
            continue
        own = service_of(path)
        for number, header in includes(tree, path):
            around = re.match(rf"services/{own}/(intake|projection|transport)/", header)
            beneath = re.match(rf"services/platform/({'|'.join(platform)})/", header)
            plain = any(header == a or (a.endswith("/") and header.startswith(a)) for a in away)
            if around or beneath or plain or header.endswith(".grpc.pb.h"):
                yield Violation(path, number, f"domain/ includes {header}: a rule is a pure function of its situation")


def no_path_between_services(tree, query=None):
    """Includes can be hidden behind a library. Bazel knows every arrow: there is no path from any
    service to another."""
    ask = query or (lambda expression: bazel_query(tree.root, expression))
    for service in SERVICES:
        for other in SERVICES:
            if other == service:
                continue
            found = ask(f"somepath(//services/{service}/..., //services/{other}/...)")
            if found:
                yield Violation(f"services/{service}", 0, f"depends on services/{other}: {' -> '.join(found)}")


def bazel_query(root, expression):
    asked = subprocess.run(["bazel", "query", "--noshow_progress", "--ui_event_filters=-info", expression], cwd=root,
                           capture_output=True, text=True)
    if asked.returncode != 0:
        raise RuntimeError(f"bazel query {expression}: {asked.stderr.strip()}")
    return asked.stdout.split()


def money_is_whole_fen(tree):
    """Binary fractions cannot hold a tenth of a yuan, and sums of them depend on their order: ledgers
    would not come to zero, nor replay to the same bytes."""
    words = {"fen", "amount", "amounts", "fee", "fees", "charge", "charges"}
    for path in tree.ending(*CPP, ".proto"):
        if not path.startswith(("services/", "proto/")):
            continue
        for number, line in tree.code(path):
            if not re.search(r"\b(double|float)\b", line):
                continue
            named = {w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", line)} & words
            if named:
                yield Violation(path, number, f"floating point beside {sorted(named)[0]}: money is whole fen (int64)")


RULE = re.compile(r"\b(?:REF|ENR|ATT|STF|BIL|INS)-\d{2}\b")


def cited_rules_are_tested(tree):
    """A rule somebody cites and no test names is a rule nobody would miss."""
    for service in SERVICES:
        tested = set()
        for path in tree.ending("_test.cc", under=f"services/{service}/"):
            for _, line in tree.lines(path):
                tested.update(RULE.findall(line))
        reported = set()
        for path in tree.ending(*CPP, under=f"services/{service}/domain/"):
            if is_test_code(path):
                continue
            for number, line in tree.lines(path):
                for rule in RULE.findall(line):
                    if rule not in tested and rule not in reported:
                        reported.add(rule)
                        yield Violation(path, number, f"{rule} is cited in no *_test.cc of services/{service}")


def tables_are_listed(tree):
    """A table that its service does not list ends the process at its first use, and no test of a rule would
    notice: the kit takes rows of any table. (…Asked: gathered for one answer, and kept nowhere.)"""
    for service in SERVICES:
        for path in tree.ending("/tables.h", under=f"services/{service}/"):
            code = "\n".join(line for _, line in tree.code(path))
            listed = set(re.findall(r"&(k\w+)", code))
            for found in re.finditer(r"\bconstexpr\s+\w+Table<[^{;]*>\s+(k\w+)\s*\{", code):
                if found.group(1) not in listed and not found.group(1).endswith("Asked"):
                    number = code.count("\n", 0, found.start(1)) + 1
                    yield Violation(path, number, f"{found.group(1)} stands in no list of the file's tables")


def nothing_left_lying(tree):
    """What is to be done later stands in an issue with a name, not in a comment nobody counts."""
    marks = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
    for path in tree.paths:
        for number, line in tree.lines(path):
            found = marks.search(line)
            if found:
                yield Violation(path, number, f"{found.group(1)}: do it, or write an issue")


def no_machine_paths(tree):
    """A path of the machine somebody wrote this on exists on no other."""
    paths = re.compile(r"(?<![\w.}*)$-])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", "ho" + r"me/\w+")) + r")(?:/|(?=[\s\"'`]|$))")
    for path in tree.paths:
        for number, line in tree.lines(path):
            found = paths.search(line)
            if found:
                yield Violation(path, number, f"'{found.group(0)}' is a path of one machine")


def no_links_of_bazel(tree):
    """A tracked bazel-* link points into the output tree of one machine. (Bazel makes bazel-out in the
    root whatever .bazelrc says; .gitignore keeps it out.)"""
    for path in tree.paths:
        if path.startswith("bazel-") and os.path.islink(os.path.join(tree.root, path)):
            yield Violation(path, 0, "a link of Bazel's: git rm it, .gitignore has /bazel-*")


CHECKS = (no_map_fields, events_have_kinds, what_is_kept_has_golden_bytes, services_meet_in_proto, grpc_at_the_edge,
          domain_is_pure, money_is_whole_fen, cited_rules_are_tested, tables_are_listed, nothing_left_lying, no_machine_paths, no_links_of_bazel,
          no_path_between_services)


def run(tree, checks, out=sys.stdout):
    failed = 0
    for check in checks:
        try:
            violations = list(check(tree))
        except (RuntimeError, OSError) as error:
            violations = [Violation("tools/lint", 0, str(error))]
        print(f"{'FAIL' if violations else 'ok  '} {check.__name__}", file=out)
        for violation in violations:
            print(f"  {violation}", file=out)
        failed += bool(violations)
    print(f"{len(checks) - failed} passed, {failed} failed", file=out)
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-bazel", action="store_true", help="skip the check that asks Bazel")
    flags = parser.parse_args()
    root = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    checks = [c for c in CHECKS if not (flags.no_bazel and c is no_path_between_services)]
    return run(Tree.of_git(root), checks)


if __name__ == "__main__":
    sys.exit(main())
