"""What counts as a place, and how it is taken out."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mutants  # noqa: E402

EVENTS = {"pupil_checked_in": "PupilCheckedIn", "ratio_assessed": "RatioAssessed"}
COMMANDS = {"count_class_hours": "CountClassHours"}


def places(text):
    return mutants.places_in("attendance", "a.cc", text, EVENTS, COMMANDS, {"RatioAssessed"})


def rewritten(text):
    found = places(text)
    for number, (place, _) in enumerate(found, 1):
        place.number = number
    return mutants.rewritten(text, found)


class Places(unittest.TestCase):
    def test_a_refusal_is_named_by_rule_and_reason(self):
        (place, _), = places('if (full) return Refused{"ENR-23", "GROUP_FULL", id};')
        self.assertEqual((place.kind, place.what, place.line), ("refusal", "ENR-23 GROUP_FULL", 1))

    def test_comments_strings_and_types_are_no_places(self):
        self.assertEqual(places('// return Refused{"A", "B"};\nstd::optional<Refused> x; f("Refused{");'), [])

    def test_an_event_is_a_fact_or_a_determination(self):
        text = "event.mutable_pupil_checked_in();\nnow.mutable_ratio_assessed();\nrow.mutable_parties();"
        self.assertEqual([place.kind for place, _ in places(text)], ["fact", "determination"])

    def test_lines_that_fill_in_one_event_are_one_place(self):
        text = "event.mutable_pupil_checked_in()->set_a(1);\nevent.mutable_pupil_checked_in()->set_b(2);"
        found = places(text)
        self.assertEqual(len(found), 1)
        self.assertEqual(len(found[0][1]), 2)

    def test_a_command_of_a_reaction_is_a_place(self):
        (place, _), = places("c.mutable_count_class_hours();")
        self.assertEqual((place.kind, place.what), ("reaction", "count_class_hours"))


class Rewriting(unittest.TestCase):
    def test_a_refusal_is_asked_whether_it_is_out(self):
        self.assertEqual(rewritten('return Refused{"A", F{1}};'),
                         'return ::afterbell::mutants::Unless(1, Refused{"A", F{1}});')

    def test_an_event_is_marked(self):
        self.assertEqual(rewritten("X& x = *event.mutable_ratio_assessed();"),
                         "X& x = *::afterbell::mutants::Marked(1, event).mutable_ratio_assessed();")

    def test_places_in_one_another_keep_their_brackets(self):
        self.assertEqual(rewritten('Refused{"A", Unknown("b", c)}'),
                         '::afterbell::mutants::Unless(1, Refused{"A", ::afterbell::mutants::Unless(2, '
                         'Unknown("b", c))})')


if __name__ == "__main__":
    unittest.main()
