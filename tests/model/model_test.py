#!/usr/bin/env python3
"""Searches the models of the log's protocol and the mutations planted in them.

A law that holds is worth something only if the search was complete, if interesting
things happened in it and if a broken protocol would have been caught. So each model is
searched to the end and must have met every state it names as a witness, and each
mutation must break a law. README.md tells the laws and the mutations.

usage: model_test.py [--show] [WORD...]
  WORD    only the cases whose name contains one of the words
  --show  for a broken law, also the steps that lead to it
"""

import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

# Bounds of one search. Meeting one is a failure, never a shorter search that passes.
DEPTH_MAX = 200000      # Steps.
MEMORY_MAX_MB = 1900
SECONDS_MAX = 900       # Of the wall clock: the machine may be shared.

HOLDS, BREAKS = "holds", "breaks"

Case = collections.namedtuple("Case", "name model defines expected")

# The default bounds make histories long; this is the other way to spend a search: a slow
# reader meets void records, and records land twice.
SLOW_READERS = ("REQUESTS=2", "INDEX_MAX=4", "AIR_MAX=2", "VOIDS_UNREAD_MAX=1")

CASES = (
    Case("chain, long histories", "chain", (), HOLDS),
    Case("chain, slow readers", "chain", SLOW_READERS, HOLDS),
    Case("intake", "intake", (), HOLDS),
    Case("intake, quiet reactions hold facts", "intake",
         ("REPLAY_JUDGES_QUIET_REACTIONS", "QUIET_REACTION_HOLDS_FACTS"), HOLDS),

    Case("void rule without tags", "chain", ("VOID_RULE_WITHOUT_TAGS",), BREAKS),
    Case("claim in place of tag", "chain", ("CLAIM_IN_PLACE_OF_TAG",), BREAKS),
    Case("unfenced quiet answer", "chain", ("UNFENCED_QUIET_ANSWER",), BREAKS),
    Case("answer before read-back", "chain", ("ANSWER_BEFORE_READ_BACK",), BREAKS),
    Case("state ahead of read-back", "chain", ("STATE_AHEAD_OF_READ_BACK",), BREAKS),
    Case("halt at more voids than pipeline", "chain",
         ("HALT_AT_MORE_VOIDS_THAN_PIPELINE",), BREAKS),

    Case("fact rows ahead of seen", "intake", ("FACT_ROWS_AHEAD_OF_SEEN",), BREAKS),
    Case("fact rows ahead of seen, by outcome", "intake",
         ("FACT_ROWS_AHEAD_OF_SEEN", "CONSEQUENCES_ONLY"), BREAKS),
    Case("one event taken for a cause", "intake",
         ("ONE_EVENT_TAKEN_FOR_A_CAUSE", "CONSEQUENCES_ONLY"), BREAKS),
    Case("seen ignored at take-over", "intake", ("SEEN_IGNORED_AT_TAKE_OVER",), BREAKS),
    Case("seen ignored at take-over, by outcome", "intake",
         ("SEEN_IGNORED_AT_TAKE_OVER", "CONSEQUENCES_ONLY"), BREAKS),
    Case("seen may decrease", "intake",
         ("SEEN_IGNORED_AT_TAKE_OVER", "SEEN_MAY_DECREASE", "CONSEQUENCES_ONLY"), BREAKS),
    Case("reaction state ahead of read-back", "intake", ("STATE_AHEAD_OF_READ_BACK",), BREAKS),
    Case("reaction on older facts", "intake", ("REACTION_ON_OLDER_FACTS",), BREAKS),
    Case("an unheard record is skipped", "intake", ("UNHEARD_IS_SKIPPED", "CONSEQUENCES_ONLY"), BREAKS),
    Case("an unheard record passes a cause", "intake",
         ("UNHEARD_PASSES_A_CAUSE", "CONSEQUENCES_ONLY"), BREAKS),
    Case("replay judges quiet reactions", "intake",
         ("REPLAY_JUDGES_QUIET_REACTIONS",), BREAKS),
)

# What a search prints when it did not see everything.
TRUNCATED = re.compile(r"search not completed|max search depth too small|MEMLIM|out of memory", re.I)

Search = collections.namedtuple("Search", "states errors law complete witnesses output steps")


def run(command, folder):
    """The output of `command`, both streams; raises where it runs on for ever."""
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=SECONDS_MAX, check=False)
    return done.returncode, done.stdout


def must_run(command, folder):
    status, output = run(command, folder)
    if status != 0:
        raise RuntimeError("%s failed:\n%s" % (" ".join(command), output))


def told(trail, model):
    """The steps of a verifier's trail, each as the line of the model where it begins."""
    with open(model, encoding="utf-8") as source:
        lines = source.read().splitlines()
    return "".join("  %s %s: %s\n" % (process, number, lines[int(line) - 1].strip())
                   for number, process, line
                   in re.findall(r"proc\s+(\d+) \(([\w:]+)\).*\[D_STEP(\d+)\]", trail))


def search(case, show):
    """Generates, compiles and runs the verifier of one case in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="afterbell-model-") as folder:
        shutil.copy(os.path.join(HERE, case.model + ".pml"), folder)
        # The generator passes the defines to the C preprocessor; the models are full of them.
        must_run(["spin", "-a"] + ["-D" + d for d in case.defines] + [case.model + ".pml"], folder)
        # Every law is about what was reached, none about what comes at last: SAFETY.
        must_run(["gcc", "-w", "-O2" if case.expected == HOLDS else "-O1", "-DSAFETY", "-DCOLLAPSE",
                  "-DMEMLIM=%d" % MEMORY_MAX_MB, "-o", "pan", "pan.c"], folder)
        hash_bits = 24 if case.expected == HOLDS else 20
        _, output = run(["./pan", "-n", "-m%d" % DEPTH_MAX, "-w%d" % hash_bits], folder)
        steps = ""
        if show and os.path.exists(os.path.join(folder, case.model + ".pml.trail")):
            _, steps = run(["./pan", "-r"], folder)
            steps = told(steps, os.path.join(folder, case.model + ".pml"))
    states = re.search(r"^\s*(\d+) states, stored", output, re.M)
    errors = re.search(r"errors: (\d+)", output)
    law = re.search(r"assertion violated (\w+)", output)
    return Search(
        states=int(states.group(1)) if states else 0,
        errors=int(errors.group(1)) if errors else -1,
        law=law.group(1) if law else "",
        complete=bool(states) and not TRUNCATED.search(output),
        witnesses={name: int(n) for name, n in re.findall(r"^witness (\w+) (\d+)$", output, re.M)},
        output=output,
        steps=steps)


def fault_of(case, found):
    """Why the search is not what the case expects; empty where it is."""
    if case.expected == HOLDS:
        if found.errors != 0:
            return "broken: %s" % (found.law or "see below")
        return "" if found.complete else "the search was not complete"
    # A mutation is found by a law, not by some other complaint.
    if found.errors < 1 or not found.law:
        return "the mutation was not found"
    return ""


def report(name, states, errors, verdict):
    print("%-40s %10s states %2s errors  %s" % (name, states, errors, verdict), flush=True)


def search_cases(cases, show):
    """(passed, failed, model -> witness -> times)"""
    passed = failed = 0
    witnesses = collections.defaultdict(collections.Counter)
    for case in cases:
        try:
            found = search(case, show)
        except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
            report(case.name, "-", "-", "FAILED: %s" % error)
            failed += 1
            continue
        fault = fault_of(case, found)
        if fault:
            failed += 1
            report(case.name, found.states, found.errors, "FAILED: " + fault)
            print(found.output)
        else:
            passed += 1
            report(case.name, found.states, found.errors,
                   "ok, complete" if case.expected == HOLDS else "ok, breaks " + found.law)
        print(found.steps, end="")
        if case.expected == HOLDS:
            witnesses[case.model].update(found.witnesses)
    return passed, failed, witnesses


def check_witnesses(witnesses):
    """Every interesting state of a model must have been met. (passed, failed)"""
    passed = failed = 0
    for model, times in sorted(witnesses.items()):
        for name in times:
            met = times[name] > 0
            passed, failed = passed + met, failed + (not met)
            print("%-50s %10d times  %s" %
                  ("%s meets %s" % (model, name), times[name], "ok" if met else "FAILED: never"))
    return passed, failed


def main(arguments):
    if "-h" in arguments or "--help" in arguments:
        print(__doc__)
        return 0
    missing = [tool for tool in ("spin", "gcc") if not shutil.which(tool)]
    if missing:
        print("needs %s" % " and ".join(missing), file=sys.stderr)
        return 2
    words = [word for word in arguments if word != "--show"]
    cases = [case for case in CASES if not words or any(word in case.name for word in words)]
    passed, failed, witnesses = search_cases(cases, "--show" in arguments)
    # A witness may be met in any one search of its model, so only all of them can miss it.
    if not words:
        met, missed = check_witnesses(witnesses)
        passed, failed = passed + met, failed + missed
    if passed + failed == 0:
        print("no case has such a name", file=sys.stderr)
        return 2
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
