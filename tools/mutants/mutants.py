#!/usr/bin/env python3
"""Takes out of domain/ one place after the other and asks whether a test notices.

    tools/check mutants [--service NAME]...

A place is a refusal (a rule says no), an error of the caller (NOT_FOUND, INVALID_ARGUMENT), an event
that is decided (determinations apart from facts), or a command that a reaction or a deadline leads
to. All are taken out in one build, in a copy of the tree, each behind a number that the environment
chooses when a test starts: a refusal or an error becomes "nothing to decide", an event or a command
is left out. Number 0 takes out nothing and must pass.

Prints a line for each place and the sums; ends with 1 when one survives.
"""
import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

SERVICES = ["registry", "enrollment", "attendance", "staffing", "billing", "inspection"]
COPY = os.path.expanduser("~/.cache/afterbell/mutants/tree")
SECONDS_MAX = 120

# What the copy's decider.h gets: the places ask these whether they are out.
SWITCH = """
namespace afterbell::mutants {
bool Out(int number);
inline constexpr int kMark = 536870000;
inline Refused Unless(int number, Refused refused) {
  if (Out(number)) refused.reason = "TAKEN_OUT";
  return refused;
}
inline absl::Status Unless(int number, absl::Status status) { return Out(number) ? absl::OkStatus() : status; }
template <class Message>
Message& Marked(int number, Message& message) {
  if (Out(number)) message.GetReflection()->MutableUnknownFields(&message)->AddVarint(kMark, 1);
  return message;
}
template <class Message>
bool IsOut(const Message& message) {
  const auto& unknown = message.GetReflection()->GetUnknownFields(message);
  for (int i = 0; i < unknown.field_count(); ++i) {
    if (unknown.field(i).number() == kMark) return true;
  }
  return false;
}
}  // namespace afterbell::mutants
"""
SWITCH_CC = """
#include <cstdlib>
namespace afterbell::mutants {
bool Out(int number) {
  static const char* const chosen = std::getenv("AFTERBELL_MUTANT");
  static const int out = chosen == nullptr ? 0 : std::atoi(chosen);
  return number == out;
}
}  // namespace afterbell::mutants
"""


class Place:
    def __init__(self, service, path, line, kind, what):
        self.service, self.path, self.line, self.kind, self.what = service, path, line, kind, what
        self.number = 0


def blanked(text):
    """The text with comments and the insides of strings as spaces, so that places are found in code."""
    out = list(text)
    for match in re.finditer(r'//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', text):
        for i in range(match.start(), match.end()):
            if text[i] != "\n":
                out[i] = " "
    return "".join(out)


def closing(code, opening_at):
    """Where the bracket that opens at `opening_at` closes."""
    pairs = {"(": ")", "{": "}"}
    left, right, depth = code[opening_at], pairs[code[opening_at]], 0
    for i in range(opening_at, len(code)):
        depth += (code[i] == left) - (code[i] == right)
        if depth == 0:
            return i
    raise ValueError("a bracket that never closes")


def fields_of_oneof(proto, oneof):
    """Fields of a oneof of a .proto: {"pupil_checked_in": "PupilCheckedIn"}."""
    found = re.search(r"oneof %s \{(.*?)\}" % oneof, proto, re.S)
    body = found.group(1) if found else ""
    return {name: kind for kind, name in re.findall(r"^\s*(\w+) (\w+) = \d+;", body, re.M)}


def determinations_of(proto):
    return set(re.findall(r"message (\w+) \{\n(?:\s*//[^\n]*\n)*\s*option \([\w.]*event_kind\) = DETERMINATION;",
                          proto))


def places_in(service, path, text, events, commands, determinations):
    """All places of a file with the edits that take them out: [(Place, [(start, end, before, after)])]."""
    code = blanked(text)
    found = []

    def line_of(at):
        return text.count("\n", 0, at) + 1

    for match in re.finditer(r"\b(Refused\{|Unknown\(|InvalidField\()", code):
        end = closing(code, match.end() - 1) + 1
        literals = re.findall(r'"([^"]*)"', text[match.start():end])
        kind = "refusal" if match.group(1) == "Refused{" else "error"
        what = " ".join(literals[:2] if kind == "refusal" else literals[:1]) or "given by the caller"
        found.append((Place(service, path, line_of(match.start()), kind, what),
                      [(match.start(), end, "::afterbell::mutants::Unless(%d, ", ")")]))
    last = {}
    for match in re.finditer(r"\b(\w+(?:\[\d+\])?)\.mutable_(\w+)\(", code):
        field = match.group(2)
        if field not in events and field not in commands:
            continue
        edit = (match.start(1), match.end(1), "::afterbell::mutants::Marked(%d, ", ")")
        line = line_of(match.start())
        # Lines that fill in one message are one place.
        if field in last and line - last[field][0].line < 12 and last[field][2] == match.group(1):
            last[field][1].append(edit)
            continue
        message = events.get(field)
        kind = "reaction" if message is None else "determination" if message in determinations else "fact"
        entry = (Place(service, path, line, kind, message or field), [edit])
        last[field] = (entry[0], entry[1], match.group(1))
        found.append(entry)
    found.sort(key=lambda entry: entry[0].line)
    return found


def rewritten(text, entries):
    """The text with every place behind its number. Places may lie in one another."""
    pieces = []
    for place, edits in entries:
        for start, end, before, after in edits:
            # At one position what ends there closes first, the innermost before the outer.
            pieces.append((start, 1, -end, before % place.number))
            pieces.append((end, 0, -start, after))
    for at, _, _, piece in sorted(pieces, reverse=True):
        text = text[:at] + piece + text[at:]
    return text


def collect(root, services):
    entries = {}
    for service in services:
        proto = os.path.join(root, "proto/afterbell", service, "v1", service)
        with open(proto + "_events.proto", encoding="utf-8") as file:
            events_proto = file.read()
        with open(proto + "_commands.proto", encoding="utf-8") as file:
            commands_proto = file.read()
        folder = os.path.join(root, "services", service, "domain")
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".cc") or name.endswith("_test.cc"):
                continue
            path = os.path.join("services", service, "domain", name)
            with open(os.path.join(root, path), encoding="utf-8") as file:
                text = file.read()
            entries[path] = (text, places_in(service, path, text, fields_of_oneof(events_proto, "event"),
                                             fields_of_oneof(commands_proto, "command"),
                                             determinations_of(events_proto)))
    number = 0
    for path in entries:
        for place, _ in entries[path][1]:
            number += 1
            place.number = number
    return entries


def replace_once(text, old, new):
    if text.count(old) != 1:
        raise SystemExit("mutants: the tree has changed: %r is there %d times" % (old, text.count(old)))
    return text.replace(old, new)


def switched(path, text):
    """The platform's files with the switch built in; others as they are."""
    if path == "services/platform/decider/decider.h":
        text = replace_once(text, "// What a decider answers, with events of one service.", SWITCH[1:].replace(
            "namespace afterbell::mutants", "}  // namespace afterbell\nnamespace afterbell::mutants", 1) +
            "namespace afterbell {\n\n// What a decider answers, with events of one service.")
        text = replace_once(text, "Decision(Refused refusal) : refused(std::move(refusal)) {} ",
                            'Decision(Refused refusal) {\n    if (refusal.reason != "TAKEN_OUT") refused = std::move(refusal);\n  } ')
    if path == "services/platform/decider/decider.cc":
        text += SWITCH_CC
    if path == "services/platform/decider/service.h":
        text = replace_once(text, "for (const Event& event : decision.events) bytes",
                            "for (const Event& event : decision.events)\n      if (!mutants::IsOut(event)) bytes")
        text = replace_once(text, "for (const Command& command : commands) bytes",
                            "for (const Command& command : commands)\n      if (!mutants::IsOut(command)) bytes")
    return text


def write_copy(root, entries):
    """The tracked tree with all places switched; a file is written only when it differs."""
    tracked = subprocess.run(["git", "-C", root, "ls-files", "-z"], check=True, stdout=subprocess.PIPE)
    wanted = set(tracked.stdout.decode().split("\0")) - {""}
    for folder, _, names in os.walk(COPY):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), COPY)
            if path not in wanted and not path.startswith((".deps", ".bazel")):
                os.remove(os.path.join(folder, name))
    for path in sorted(wanted):
        source = os.path.join(root, path)
        if not os.path.isfile(source):
            continue
        with open(source, "rb") as file:
            data = file.read()
        if path in entries:
            data = rewritten(entries[path][0], entries[path][1]).encode()
        elif path.startswith("services/platform/decider/"):
            data = switched(path, data.decode()).encode()
        target = os.path.join(COPY, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.isfile(target):
            with open(target, "rb") as file:
                if file.read() == data:
                    continue
        with open(target, "wb") as file:
            file.write(data)
        shutil.copymode(source, target)


def build(services):
    subprocess.run(["tools/setup"], cwd=COPY, check=True, stdout=subprocess.DEVNULL)
    targets = ["//services/%s/..." % service for service in services]
    listed = subprocess.run(["bazel", "query", "--noshow_progress", "tests(%s)" % " + ".join(targets)], cwd=COPY,
                            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    tests = sorted(listed.stdout.decode().split())
    built = subprocess.run(["bazel", "build", "--noshow_progress"] + tests, cwd=COPY, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT)
    if built.returncode != 0:
        sys.stderr.write(built.stdout.decode())
        raise SystemExit("mutants: the copy does not build")
    binaries = {service: [] for service in services}
    for test in tests:
        folder, name = test[2:].split(":")
        binaries[folder.split("/")[1]].append(os.path.join(COPY, ".bazel/bin", folder, name))
    for service in binaries:  # The domain's own tests first: most places fall there.
        binaries[service].sort(key=lambda path: ("/domain/" not in path, path))
    return binaries


def run(binaries, number):
    """The first test that fails, or None."""
    environment = dict(os.environ, AFTERBELL_MUTANT=str(number), GTEST_FAIL_FAST="1", TMPDIR="/tmp")
    for binary in binaries:
        try:
            done = subprocess.run([binary], cwd=COPY, env=environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=SECONDS_MAX)
        except subprocess.TimeoutExpired:
            return os.path.basename(binary) + " (never ends)"
        if done.returncode == 0:
            continue
        failed = re.search(r"\[  FAILED  \] (\S+)", done.stdout.decode(errors="replace"))
        return failed.group(1) if failed else os.path.basename(binary) + " (crashes)"
    return None


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--service", action="append", choices=SERVICES, help="all when left out")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args(arguments)
    services = options.service or SERVICES
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    entries = collect(root, services)
    write_copy(root, entries)
    binaries = build(services)
    for service in services:
        failed = run(binaries[service], 0)
        if failed:
            raise SystemExit("mutants: with nothing taken out %s fails" % failed)
    places = [place for _, found in entries.values() for place, _ in found]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        killers = list(pool.map(lambda place: run(binaries[place.service], place.number), places))
    survived = {}
    for place, killer in zip(places, killers):
        print("%-8s  %-13s  %s:%d  %s%s" % ("killed" if killer else "SURVIVED", place.kind, place.path, place.line,
                                           place.what, "  by " + killer if killer else ""))
        all_of, alive = survived.get(place.kind, (0, 0))
        survived[place.kind] = (all_of + 1, alive + (killer is None))
    for kind in sorted(survived):
        print("%s: %d of %d killed" % (kind, survived[kind][0] - survived[kind][1], survived[kind][0]))
    return 1 if any(alive for _, alive in survived.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
