"""drive.py: a question gives nothing away, and a wrong answer is noticed. Run by `python -m unittest checks.test_drive`."""

import unittest
from collections.abc import Iterator
from typing import Any

import drive

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path
        return
    for key, item in items:
        yield from leaves(item, (*path, key))


def altered(value: Any, path: Path) -> Any:
    if not path:
        return "another"
    copy = value.copy()
    copy[path[0]] = altered(value[path[0]], path[1:])
    return copy


#: One file of each shape: outputs beside inputs, refusals, and scripts whose steps are answered one by one.
SAMPLES = ("padding.json", "handshake_interactive.json", "prekey_reject.json", "ratchet.json")


class Drive(unittest.TestCase):
    def test_a_question_gives_nothing_away(self) -> None:
        for name in SAMPLES:
            for question, answer in drive.questions(name):
                asked = {str(key) for path in leaves(question["case"]) for key in path}
                self.assertFalse(asked & {"result", "comment", "flags"}, name)
                if "refused" not in answer:
                    self.assertFalse(set(answer) - {"steps"} & set(question["case"]), name)

    def test_a_right_answer_passes_and_a_wrong_one_does_not(self) -> None:
        for name in SAMPLES:
            for question, answer in list(drive.questions(name))[:12]:
                right = answer if "refused" in answer else {"outputs": answer}
                self.assertEqual(drive.judge(answer, right), ("passed", None), f"{name} {question['id']}")
                if "refused" in answer:
                    self.assertEqual(drive.judge(answer, {"outputs": {}})[0], "failed")
                    continue
                for path in list(leaves(answer))[:40]:
                    # A step without outputs stands as None, and any reason for a refusal is one.
                    if isinstance(path[-1], int) and path[0] == "steps" and len(path) == 2 or path[-1] == "refused":
                        continue
                    verdict, why = drive.judge(answer, {"outputs": altered(answer, path)})
                    self.assertEqual(verdict, "failed", f"{name} {question['id']} {path}: {why}")
                self.assertEqual(drive.judge(answer, {"refused": "no"})[0], "failed")

    def test_what_is_unknown_is_not_passed(self) -> None:
        self.assertEqual(drive.judge({"out": 1}, {"unknown": True}), ("unknown", None))


if __name__ == "__main__":
    unittest.main()
