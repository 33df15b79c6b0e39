#!/usr/bin/env python3
"""Asks a program of yours every case of these files, and compares what it answers. Language and library do not matter: it
reads one line of JSON from its standard input and writes one to its standard output, until the input ends.

Usage:
    drive.py [--files a.json,b.json] [--partial] -- PROGRAM [ARGUMENT ...]

asked      {"file": "padding.json", "id": 3, "case": {"op": "padme", "n": 9}}
answered   {"id": 3, "outputs": {"out": 10}}     the outputs of the case, under the names of the README
           {"id": 3, "refused": "why"}           for an input that must not be accepted
           {"id": 3, "unknown": true}            not implemented; counts as a failure without --partial

A question holds the inputs alone: what is to be computed, whether the case is valid and what it is about are left out. Where a
case is a list of steps, each step is answered in its place: {"steps": [{"frame": "…"}, {"refused": "why"}, …]}. Outputs that
were not asked for are ignored. A program that answers nothing for TIMEOUT seconds, or dies, ends the run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from checks import FILES
from checks.case import ABOUT, Case, shorten
from verify import cases, load, problem

Json = dict[str, Any]
TIMEOUT = 60
#: What is the same in every list of steps, and no answer.
NUMBERS = {"id", "step"}


#: What the verifier computes is what a program has to compute: the keys that were outputs, by the object that they stand in.
OUTPUTS: dict[int, set[str]] = {}


def observe(raw: Json, outputs: Iterable[str]) -> None:
    OUTPUTS.setdefault(id(raw), set()).update(outputs)


Case.observer = observe


def split(value: Any) -> tuple[Any, Any]:
    """A case, or a part of one, as question and answer; an answer is `None` where nothing is to be computed."""
    if isinstance(value, list):
        parts = [split(item) for item in value]
        answers = [answer for _, answer in parts]
        return [question for question, _ in parts], answers if any(a is not None for a in answers) else None
    if not isinstance(value, dict):
        return value, None
    outputs = OUTPUTS.get(id(value), set())
    judged = "result" in value
    question: Json = {}
    answer: Json = {}
    for key, item in value.items():
        if judged and key in ABOUT - NUMBERS:
            continue
        if key in outputs:
            answer[key] = item
            continue
        question[key], below = split(item)
        if below is not None:
            answer[key] = below
    if judged and value["result"] == "invalid":
        answer = {"refused": value["error"]}
    return question, answer or None


def difference(want: Any, got: Any, at: str = "") -> str | None:
    """The first place where an answer is not what it must be."""
    if isinstance(want, dict):
        if not isinstance(got, dict):
            return f"{at or 'the answer'} is {shorten(got)}"
        if set(want) == {"refused"}:
            return None if "refused" in got else f"{at or 'the case'} must be refused ({want['refused']})"
        if "refused" in got:
            return f"{at or 'the case'} was refused: {got['refused']}"
        return next((d for key in want if (d := difference(want[key], got.get(key), f"{at}.{key}".lstrip(".")))), None)
    if isinstance(want, list) and any(isinstance(item, dict) for item in want):
        if not isinstance(got, list) or len(got) != len(want):
            return f"{at} has not {len(want)} entries"
        asked = ((n, item) for n, item in enumerate(want) if item is not None)
        return next((d for n, item in asked if (d := difference(item, got[n], f"{at}[{n}]"))), None)
    return None if type(want) is type(got) and want == got else f"{at}: {shorten(want)} is right, not {shorten(got)}"


class Program:
    """The program, asked line by line."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def ask(self, question: Json) -> Json:
        process = self.process
        assert process.stdin and process.stdout
        watch = threading.Timer(TIMEOUT, process.kill)
        watch.start()
        try:
            process.stdin.write(json.dumps(question, ensure_ascii=False, separators=(",", ":")) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            watch.cancel()
        if not line:
            sys.exit(f"{question['file']} {question['id']}: no answer; the program ended, or was silent for {TIMEOUT} s")
        answer: Json = json.loads(line)
        if answer.get("id") != question["id"]:
            sys.exit(f"{question['file']} {question['id']}: the answer is to {answer.get('id')}")
        return answer

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(TIMEOUT)


def questions(name: str) -> Iterator[tuple[Json, Json]]:
    """Each case of a file as question and answer."""
    for raw in cases(load(name)):
        OUTPUTS.clear()
        if broken := problem(FILES[name], raw):
            sys.exit(f"{name} {raw['id']}: the file itself does not hold: {broken}")
        question, answer = split(raw)
        number = question.pop("id")
        yield {"file": name, "id": number, "case": question}, answer or {}


def judge(want: Json, got: Json) -> tuple[str, str | None]:
    if got.get("unknown") is True:
        return "unknown", None
    wrong = difference(want, got if "refused" in want or "refused" in got else got.get("outputs", {}))
    return ("failed", wrong) if wrong else ("passed", None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", default=",".join(FILES), help="names of files, with commas; all of them if none is given")
    parser.add_argument("--partial", action="store_true", help="what the program does not know is no failure")
    parser.add_argument("program", nargs="+", metavar="PROGRAM")
    arguments = parser.parse_args()
    names = arguments.files.split(",")
    if strange := set(names) - set(FILES):
        parser.error(f"no file is called {', '.join(sorted(strange))}")

    program = Program(arguments.program)
    total: Counter[str] = Counter()
    for name in names:
        counts: Counter[str] = Counter()
        for question, want in questions(name):
            verdict, why = judge(want, program.ask(question))
            counts[verdict] += 1
            if why:
                print(f"FAIL {name} {question['id']}: {why}")
        total += counts
        print(f"{'FAIL' if counts['failed'] else 'ok  '} {name}: {counts['passed']} of {counts.total()}")
    program.close()
    print(f"{total['passed']} passed, {total['failed']} failed, {total['unknown']} unknown")
    return 1 if total["failed"] or not total["passed"] or (total["unknown"] and not arguments.partial) else 0


if __name__ == "__main__":
    sys.exit(main())
