#!/usr/bin/env python3
"""The check finds each planted break and names its file and field, and lets through what breaks nobody.

The real protos are copied into a repository of their own, recorded there, and then changed.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compat  # noqa: E402

EVENTS = "proto/afterbell/attendance/v1/attendance_events.proto"
QUERIES = "proto/afterbell/attendance/v1/attendance_queries.proto"
SERVICE = "proto/afterbell/attendance/v1/attendance_service.proto"
WORDS = "proto/afterbell/enrollment/v1/enrollment_words.proto"
LOG = "proto/afterbell/log/v1/log.proto"


class CompatTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = os.path.join(folder.name, "repository")
        shutil.copytree(os.path.join(compat.ROOT, "proto", "afterbell"), os.path.join(self.root, "proto", "afterbell"))
        self.git("init", "-q", "-b", "main")
        self.write(compat.GOLDEN + "/attendance_events.txt", "a FACT\n00\na { }\n")
        self.baseline = self.commit()
        self.write(compat.BASELINE, f"# The first.\n{self.baseline}\n")

    def git(self, *arguments):
        identity = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True, capture_output=True,
                              text=True).stdout.strip()

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def change(self, path, pattern, replacement):
        with open(os.path.join(self.root, path), encoding="utf-8") as file:
            text = file.read()
        changed, count = re.subn(pattern, replacement, text, count=1)
        self.assertEqual(count, 1, f"{path} has no {pattern}")
        self.write(path, changed)

    def check(self):
        out = io.StringIO()
        status = compat.check(self.root, out)
        return status, out.getvalue()

    def assert_breaks(self, path, *words):
        status, out = self.check()
        self.assertEqual(status, 1, out)
        lines = [line for line in out.split("\n") if line.startswith(path) and all(w in line for w in words)]
        self.assertTrue(lines, out)

    def assert_breaks_nothing(self):
        status, out = self.check()
        self.assertEqual(status, 0, out)


class WhatIsKept(CompatTest):
    # Where, what is changed, and what the complaint names. Together in one tree: each costs a second by itself.
    PLANTED = {
        "a renumbered field": (EVENTS, r"(message PupilCheckedIn \{[^}]*pupil_id = )2;", r"\g<1>3;",
                               ['"pupil_id"', '"PupilCheckedIn"', "deleted"]),
        "a type that the wire would let pass": (EVENTS, r"int32 present = 2;", "int64 present = 2;",
                                                ['"present"', '"RollCalled"', '"int32" to "int64"']),
        "a removed event": (EVENTS, r"PupilAbsent pupil_absent = 9;", "", ['"pupil_absent"', '"AttendanceEvent"']),
        "a removed message": (EVENTS, r"message PupilAbsent \{[^}]*\}", "", ['"PupilAbsent"', "deleted"]),
        "a removed field though it is reserved": (EVENTS, r"int32 absent = 3;", 'reserved 3; reserved "absent";',
                                                  ['"absent"', '"RollCalled"']),
        "a renamed field": (EVENTS, r"(message PupilReleased \{[^}]*)pupil_id", r"\g<1>child_id",
                            ['"PupilReleased"', '"pupil_id" to "child_id"']),
        "a list that became one": (EVENTS, r"repeated string duty_ids = 2;", "string duty_ids = 2;",
                                   ['"duty_ids"', '"SessionStaffed"', "cardinality"]),
        "a map": (EVENTS, r"int32 non_participants = 4;", r"int32 non_participants = 4; map<string, int32> by_class = 5;",
                  ['"by_class"', '"RollCalled"', "is a map"]),
        "a word that is gone": (WORDS, r"LUNCH = 3;", "reserved 3;", ['value "3"', '"Product"']),
        "a field of the record": (LOG, r"fixed64 tag = 2;", "uint64 tag = 2;", ['"tag"', '"Restored"']),
    }

    def test_that_breaks_is_named(self):
        for path, pattern, replacement, _ in self.PLANTED.values():
            self.change(path, pattern, replacement)
        status, out = self.check()
        self.assertEqual(status, 1, out)
        for name, (path, _, _, words) in self.PLANTED.items():
            with self.subTest(name):
                lines = [line for line in out.split("\n") if line.startswith(path) and all(w in line for w in words)]
                self.assertEqual(len(lines), 1, out)
                self.assertTrue(self.baseline[:7] in lines[0] or name == "a map", lines[0])

    def test_by_one_renumbered_field_alone(self):
        self.change(EVENTS, r"(message PupilCheckedIn \{[^}]*pupil_id = )2;", r"\g<1>3;")
        self.assert_breaks(EVENTS, '"pupil_id"', '"PupilCheckedIn"', self.baseline[:7])

    def test_by_a_map_alone(self):
        self.change(EVENTS, r"int32 absent = 3;", "int32 absent = 3;\n  map<string, int32> by_class = 5;")
        self.assert_breaks(EVENTS, '"by_class"', '"RollCalled"', "is a map")

    def test_a_field_that_came_and_went_in_between(self):
        self.change(EVENTS, r"int32 absent = 3;", "int32 absent = 3;\n  int32 guests = 5;")
        came = self.commit()
        self.change(EVENTS, r"\n  int32 guests = 5;", "")
        self.commit()
        self.assert_breaks(EVENTS, '"guests"', '"RollCalled"', came[:7])

    def test_but_no_new_event_field_or_word(self):
        self.change(EVENTS, r"int32 absent = 3;", "int32 absent = 3;\n  int32 guests = 5;")
        self.change(EVENTS, r"(ClassHoursCounted class_hours_counted = 18;)", r"\1\n    SessionCancelled session_cancelled = 19;")
        self.change(EVENTS, r"(message ClassHoursCounted)", r"message SessionCancelled { string session_id = 1; }\n\1")
        self.change(WORDS, r"LUNCH = 3;", "LUNCH = 3;\n  HOLIDAY = 4;")
        self.assert_breaks_nothing()


class WhatIsCalled(CompatTest):
    def test_a_removed_method(self):
        self.change(SERVICE, r"rpc CheckInPupil\([^;{]*(;|\{\})", "")
        self.assert_breaks(SERVICE, '"CheckInPupil"')

    def test_a_field_that_went_without_a_trace(self):
        self.change(QUERIES, r"\n +string \w+ = 1;", "")
        self.assert_breaks(QUERIES, "reserving")

    def test_but_no_field_whose_number_and_name_stay_reserved(self):
        self.change(QUERIES, r"\n +string (\w+) = 1;", r'\n  reserved 1; reserved "\1";')
        self.assert_breaks_nothing()


class Files(CompatTest):
    def test_that_no_gate_knows(self):
        self.write("proto/afterbell/attendance/v1/attendance_other.proto", 'syntax = "proto3";\n')
        with self.assertRaisesRegex(compat.Failed, "attendance_other.proto is neither"):
            self.check()

    def test_golden_bytes_only_grow(self):
        path = compat.GOLDEN + "/attendance_events.txt"
        self.write(path, "a FACT\n00\na { }\nb FACT\n01\nb { }\n")
        self.assert_breaks_nothing()
        self.write(path, "a FACT\n01\na { }\nb FACT\n01\nb { }\n")
        self.assert_breaks(f"{path}:2", "not there any more")
        os.remove(os.path.join(self.root, path))
        self.assert_breaks(path, "not there any more")


class History(CompatTest):
    def test_that_a_shallow_clone_does_not_have(self):
        self.write("later.txt", "1")
        self.commit()
        clone = self.root + "-shallow"
        subprocess.run(["git", "clone", "-q", "--depth", "1", "file://" + self.root, clone], check=True)
        with self.assertRaisesRegex(compat.Failed, f"shallow and ends before commit {self.baseline}.*git fetch --unshallow"):
            compat.check(clone, io.StringIO())

    def test_that_ends_between_the_baseline_and_here(self):
        for text in "123":
            self.write("later.txt", text)
            self.commit()
        clone = self.root + "-shallow"
        subprocess.run(["git", "clone", "-q", "--depth", "1", "file://" + self.root, clone], check=True)
        subprocess.run(["git", "fetch", "-q", "--depth", "1", "origin", self.baseline], cwd=clone, check=True)
        with self.assertRaisesRegex(compat.Failed, "shallow"):
            compat.check(clone, io.StringIO())

    def test_that_nobody_has(self):
        self.write(compat.BASELINE, "0" * 40 + "\n")
        with self.assertRaisesRegex(compat.Failed, "not in this repository"):
            self.check()

    def test_whose_protos_did_not_build_holds_nobody(self):
        self.change(EVENTS, r"int32 absent = 3;", "int absent = 3;")
        broken = self.commit()
        self.change(EVENTS, r"int absent = 3;", "int32 absent = 3;")
        self.commit()
        status, out = self.check()
        self.assertEqual(status, 0, out)
        self.assertIn(f"{broken[:7]} do not build", out)


if __name__ == "__main__":
    unittest.main()
