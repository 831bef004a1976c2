"""Counts test cases of a Bazel run from its build events: tools/count_tests.py EVENTS EXIT_STATUS [NAME STATUS].

NAME is a check that was run beside Bazel and ended with STATUS; it counts as one case. A target that
did not build, or ended without saying which cases it ran, counts as one failed case. Prints "N passed,
N failed" and exits non-zero unless everything passed and something ran.
"""

import json
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree


def cases(xml_path):
    """(passed, failed) of a test.xml."""
    passed = failed = 0
    for case in ElementTree.parse(xml_path).getroot().iter("testcase"):
        bad = case.find("failure") is not None or case.find("error") is not None
        passed, failed = passed + (not bad), failed + bad
    return passed, failed


def main():
    passed = failed = 0
    with open(sys.argv[1], encoding="utf-8") as events:
        for line in events:
            event = json.loads(line)
            if "testResult" not in event:
                continue
            result = event["testResult"]
            label = event["id"]["testResult"]["label"]
            found = (0, 0)
            for output in result.get("testActionOutput", []):
                if output.get("name") == "test.xml":
                    found = cases(urllib.parse.unquote(urllib.parse.urlparse(output["uri"]).path))
            if result["status"] != "PASSED":
                print(f"{label}: {result['status']}")
                found = (found[0], max(1, found[1]))
            elif found == (0, 0):
                found = (1, 0)
            passed, failed = passed + found[0], failed + found[1]
    status = int(sys.argv[2])
    if status != 0 and failed == 0:
        failed = 1  # Something did not build.
    ran = passed > 0
    if len(sys.argv) > 3:
        well = sys.argv[4] == "0"
        if not well:
            print(f"{sys.argv[3]}: FAILED")
        passed, failed = passed + well, failed + (not well)
    print(f"{passed} passed, {failed} failed")
    sys.exit(0 if status == 0 and failed == 0 and ran else 1)


main()
