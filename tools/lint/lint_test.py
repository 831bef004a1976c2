#!/usr/bin/env python3
"""Every check finds what was planted for it, and lets its neighbour pass."""

import io
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lint  # noqa: E402


class LintTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def tree(self, files):
        for path, text in files.items():
            full = os.path.join(self.root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        return lint.Tree(self.root, files)

    def found(self, check, files):
        """[(path, line)] of the violations."""
        return [(v.path, v.line) for v in check(self.tree(files))]


class NoMapFields(LintTest):
    def test_finds_a_map_in_events_and_in_state(self):
        self.assertEqual(
            self.found(lint.no_map_fields, {
                "proto/afterbell/billing/v1/billing_events.proto": "message A {\n  map<string, int64> fen = 1;\n}\n",
                "services/billing/domain/billing_state.proto": "message B { map <string, B> b = 1; }\n",
            }), [("proto/afterbell/billing/v1/billing_events.proto", 2), ("services/billing/domain/billing_state.proto", 1)])

    def test_lets_a_comment_say_map(self):
        self.assertEqual(self.found(lint.no_map_fields, {"a.proto": "// No map<string, string> here.\n"}), [])


class WhatIsKeptHasGoldenBytes(LintTest):
    def test_finds_a_service_without(self):
        self.assertEqual(
            self.found(lint.what_is_kept_has_golden_bytes, {
                "proto/afterbell/billing/v1/billing_events.proto": "",
                "proto/golden/billing_events.txt": "",
                "proto/afterbell/billing/v1/billing_commands.proto": "",
                "proto/afterbell/billing/v1/billing_queries.proto": "",
            }), [("proto/afterbell/billing/v1/billing_commands.proto", 0)])


TABLES = """
inline constexpr StateTable<state::Case, key::Id, key::Id> kCases{"s/case", "school/case", Point()};
inline constexpr FactTable<v1::ChargeAssessed, key::Id, key::Id, key::Word> kCharges{
    "f/billing/charge", "school/charge/phase", Ranged(2)};
// &kCharges is read by everybody.
inline TableList DomainTables() { return {%s}; }
"""


class TablesAreListed(LintTest):
    path = "services/billing/domain/tables.h"

    def test_finds_one_that_is_not(self):
        self.assertEqual(self.found(lint.tables_are_listed, {self.path: TABLES % "&kCases"}), [(self.path, 3)])

    def test_lets_those_pass_that_are(self):
        self.assertEqual(self.found(lint.tables_are_listed, {self.path: TABLES % "&kCases,\n &kCharges"}), [])

    def test_lets_those_pass_that_are_of_one_answer(self):
        asked = TABLES.replace("kCharges", "kChargesAsked") % "&kCases"
        self.assertEqual(self.found(lint.tables_are_listed, {self.path: asked}), [])


EVENTS = """
message BillingEvent {
  oneof event {
    Paid paid = 1;
    Asked asked = 2;
  }
}
message Paid {
  option (afterbell.log.v1.event_kind) = FACT;
  message Line { string id = 1; }
  repeated Line lines = 1;
}
message Asked {
  %s
  string id = 1;
}
message Words { string word = 1; }  // No event: needs no kind.
"""


class EventsHaveKinds(LintTest):
    path = "proto/afterbell/billing/v1/billing_events.proto"

    def test_finds_an_event_without_a_kind(self):
        self.assertEqual(self.found(lint.events_have_kinds, {self.path: EVENTS % ""}), [(self.path, 5)])

    def test_finds_a_kind_in_a_comment_and_an_unspecified_one(self):
        for option in ("// option (afterbell.log.v1.event_kind) = FACT;",
                       "option (afterbell.log.v1.event_kind) = EVENT_KIND_UNSPECIFIED;"):
            self.assertEqual(self.found(lint.events_have_kinds, {self.path: EVENTS % option}), [(self.path, 5)])

    def test_passes_when_all_have_one(self):
        text = EVENTS % "option (afterbell.log.v1.event_kind) = DETERMINATION;"
        self.assertEqual(self.found(lint.events_have_kinds, {self.path: text}), [])


class ServicesMeetInProto(LintTest):
    def test_finds_another_services_header(self):
        path = "services/billing/intake/attendance.cc"
        self.assertEqual(
            self.found(lint.services_meet_in_proto, {path: '\n#include "services/attendance/domain/roll.h"\n'}), [(path, 2)])

    def test_finds_a_service_in_the_platform(self):
        path = "services/platform/replay/again.cc"
        self.assertEqual(self.found(lint.services_meet_in_proto, {path: '#include "services/city/city.h"\n'}), [(path, 1)])

    def test_lets_compositions_own_headers_and_protos_pass(self):
        self.assertEqual(
            self.found(lint.services_meet_in_proto, {
                "services/city/city.cc": '#include "services/billing/billing.h"\n',
                "services/reviews/q28.cc": '#include "services/billing/billing.h"\n',
                "tools/afterbell/main.cc": '#include "services/billing/billing.h"\n',
                "services/billing/billing.cc": '#include "services/billing/domain/fund.h"\n#include "services/platform/base/ids.h"\n'
                                               '#include "afterbell/attendance/v1/attendance_events.pb.h"\n',
            }), [])


class GrpcAtTheEdge(LintTest):
    def test_finds_the_library_and_generated_code_in_the_wrong_place(self):
        self.assertEqual(
            self.found(lint.grpc_at_the_edge, {
                "services/billing/projection/fund.cc": "#include <grpcpp/grpcpp.h>\n",
                "services/platform/runtime/runtime.h": "#include <grpcpp/grpcpp.h>\n",
                "services/platform/rpc/server.cc": '#include "afterbell/billing/v1/billing_service.grpc.pb.h"\n',
            }), [("services/billing/projection/fund.cc", 1), ("services/platform/rpc/server.cc", 1),
                 ("services/platform/runtime/runtime.h", 1)])

    def test_lets_the_edge_pass(self):
        self.assertEqual(
            self.found(lint.grpc_at_the_edge, {
                "services/billing/transport/billing_grpc.cc": '#include "afterbell/billing/v1/billing_service.grpc.pb.h"\n',
                "services/platform/rpc/server.cc": "#include <grpcpp/grpcpp.h>\n",
                "services/platform/host/host.h": "#include <grpcpp/grpcpp.h>\n",
                "tools/afterbell/client.cc": "#include <grpcpp/grpcpp.h>\n",
            }), [])


class DomainIsPure(LintTest):
    def test_finds_stores_clocks_and_the_folders_around(self):
        path = "services/billing/domain/fund.h"
        text = ('#include <rocksdb/db.h>\n#include <grpcpp/grpcpp.h>\n#include <chrono>\n'
                '#include "services/billing/projection/fund.h"\n#include "services/platform/log/log.h"\n')
        self.assertEqual(self.found(lint.domain_is_pure, {path: text}), [(path, n) for n in range(1, 6)])

    def test_lets_rules_and_their_tests_pass(self):
        self.assertEqual(
            self.found(lint.domain_is_pure, {
                "services/billing/domain/fund.cc": '#include <map>\n#include "services/platform/policy/resolve.h"\n',
                "services/billing/domain/fund_test.cc": "#include <chrono>\n",
                "services/billing/projection/fund.cc": '#include "services/platform/log/log.h"\n',
            }), [])


class NoPathBetweenServices(LintTest):
    def test_names_the_path_bazel_found(self):
        asked = []

        def query(expression):
            asked.append(expression)
            wanted = "somepath(//services/billing/..., //services/attendance/...)"
            return ["//services/billing:billing", "//services/attendance:attendance"] if expression == wanted else []

        violations = list(lint.no_path_between_services(self.tree({}), query))
        self.assertEqual(len(asked), 30)
        self.assertEqual([v.path for v in violations], ["services/billing"])
        self.assertIn("//services/billing:billing -> //services/attendance:attendance", violations[0].message)

    def test_fails_when_bazel_does(self):
        def broken(_tree):
            raise RuntimeError("bazel query: no such package")
            yield

        out = io.StringIO()
        self.assertEqual(lint.run(self.tree({}), [broken], out), 1)
        self.assertIn("no such package", out.getvalue())


class MoneyIsWholeFen(LintTest):
    def test_finds_a_double_beside_money_of_any_spelling(self):
        path = "services/billing/domain/amount.cc"
        text = "double amount_fen = 0;\nfloat MonthlyFee();\ndouble ofCharge;\n"
        self.assertEqual(self.found(lint.money_is_whole_fen, {path: text}), [(path, 1), (path, 2), (path, 3)])

    def test_lets_other_doubles_and_prose_pass(self):
        self.assertEqual(
            self.found(lint.money_is_whole_fen, {
                "services/platform/log/bench.cc": "double seconds = 1; // fee\n",
                "services/billing/domain/fund.h": "// The double entry of each charge.\nint64_t fen = 0;\n",
                "services/platform/base/a.cc": "double defence = 1;\n",
            }), [])


class CitedRulesAreTested(LintTest):
    def test_finds_a_rule_that_only_another_service_tests_once(self):
        path = "services/billing/domain/gate.cc"
        self.assertEqual(
            self.found(lint.cited_rules_are_tested, {
                path: 'return Refused{"BIL-13"};\n// BIL-08 and BIL-13 again.\n',
                "services/billing/domain/gate_test.cc": 'ThenRefused("BIL-08");\n',
                "services/inspection/domain/money_test.cc": "// BIL-13\n",
            }), [(path, 1)])

    def test_asks_nothing_of_kits_and_of_words_that_are_no_rules(self):
        self.assertEqual(
            self.found(lint.cited_rules_are_tested, {
                "services/billing/domain/billing_kit.h": "// BIL-99\n",
                "services/billing/domain/id.h": "// SHA-256, Q-28\n",
            }), [])


class NothingLeftLying(LintTest):
    def test_finds_each_mark(self):
        marks = ["TO" + "DO", "FIX" + "ME", "X" * 3]
        text = "".join(f"// {mark}: later\n" for mark in marks)
        self.assertEqual(self.found(lint.nothing_left_lying, {"a/b.cc": text}), [("a/b.cc", n) for n in (1, 2, 3)])

    def test_lets_the_template_of_mkstemp_pass(self):
        self.assertEqual(self.found(lint.nothing_left_lying, {"a/b.cc": 'p = "/tmp/x.' + "X" * 6 + '";\n'}), [])


class NoMachinePaths(LintTest):
    def test_finds_homes_of_this_machine(self):
        text = "cd /wo" + "rk/main\nHOME=/ro" + "ot\nsee /ho" + "me/ana/notes\n"
        self.assertEqual(self.found(lint.no_machine_paths, {"docs/a.md": text}), [("docs/a.md", n) for n in (1, 2, 3)])

    def test_lets_paths_of_the_tree_and_of_every_debian_pass(self):
        text = "a/work/b, $HOME/root/x, /usr/include, /tmp/x, /home/, network/work/\n"
        self.assertEqual(self.found(lint.no_machine_paths, {"docs/a.md": text}), [])


class NoLinksOfBazel(LintTest):
    def test_finds_a_tracked_link_and_lets_folders_and_others_pass(self):
        self.tree({"bazel-notes/a.md": "\n"})
        for link in ("bazel-bin", "bazel-out"):
            os.symlink("/tmp", os.path.join(self.root, link))
        tree = lint.Tree(self.root, ["bazel-bin", "bazel-notes/a.md"])
        self.assertEqual([(v.path, v.line) for v in lint.no_links_of_bazel(tree)], [("bazel-bin", 0)])


class Run(LintTest):
    def test_prints_place_and_counts_last(self):
        out = io.StringIO()
        tree = self.tree({"a.proto": "map<string, string> a = 1;\n"})
        self.assertEqual(lint.run(tree, [lint.no_map_fields, lint.nothing_left_lying], out), 1)
        lines = out.getvalue().splitlines()
        self.assertTrue(lines[1].startswith("  a.proto:1: map field"), lines[1])
        self.assertEqual(lines[-1], "1 passed, 1 failed")

    def test_every_check_has_a_reason(self):
        for check in lint.CHECKS:
            self.assertTrue((check.__doc__ or "").strip(), check.__name__)


if __name__ == "__main__":
    unittest.main()
