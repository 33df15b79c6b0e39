#!/usr/bin/env python3
"""Checks every file of this folder against an implementation of protocol.md that shares no code with the core's.

Usage:
    verify.py [FILE ...]     a line per file, then "N passed, N failed"; exit code 1 if anything failed
    verify.py --self-test    alters one value at a time, in memory, and fails if an alteration goes unnoticed; and runs two
                             ratchets at random beside a model of their numbers
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
from referencing import Registry, Resource

from checks import FILES, Check
from checks.anchors import ANCHORS, TURNS, turns
from checks.case import ABOUT, Case, Mismatch
from checks.model import lockstep
from pair1.errors import Refused

HERE = Path(__file__).parent
Json = dict[str, Any]
#: How many places of one case the self-test alters: scripts have hundreds.
ALTERATIONS = 60
#: Random conversations, and what happens in each.
CONVERSATIONS, ACTIONS = 3, 600


def load(name: str) -> Json:
    with (HERE / name).open(encoding="utf-8") as file:
        data: Json = json.load(file)
    return data


def cases(data: Json) -> list[Json]:
    """The cases, each with its handshake in the place of the handshake's name."""
    shared = data.get("handshakes", {})
    return [
        test | {key: shared[test[key]] for key in ("base", "handshake") if isinstance(test.get(key), str)}
        for test in data["tests"]
    ]


def check_case(check: Check, raw: Json) -> None:
    """Raises `Mismatch` unless the case holds."""
    case = Case(raw)
    try:
        outputs = check(case)
    except Refused as refused:
        if case.valid:
            raise Mismatch(f"refused: {refused}") from refused
        if refused.code != raw["error"]:
            raise Mismatch(f"refused as it must be, but with {refused} and not with {raw['error']}") from refused
    else:
        if not case.valid:
            raise Mismatch(f"accepted, but it must be refused with {raw['error']}")
        case.compare(outputs)


def problem(check: Check, raw: Json) -> str | None:
    """Why a case does not hold. A value of a wrong form counts as well: the file is wrong, not this program."""
    try:
        check_case(check, raw)
    except Mismatch as e:
        return str(e)
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as e:
        return f"{type(e).__name__}: {e}"
    return None


# --- form ------------------------------------------------------------------------------------------------------


def schemas() -> Registry:
    found = (
        (path.name, Resource.from_contents(json.loads(path.read_text("utf-8")))) for path in (HERE / "schemas").glob("*.json")
    )
    return Registry().with_resources(found)


def form(name: str, data: Json, registry: Registry) -> Iterator[str]:
    """What is wrong with the file as a whole."""
    expected = f"schemas/{name.removesuffix('.json')}.schema.json"
    if data.get("schema") != expected:
        yield f"schema is {data.get('schema')}, not {expected}"
    schema = registry.contents(Path(expected).name)
    validator = jsonschema.Draft202012Validator(schema, registry=registry)
    for error in validator.iter_errors(data):
        yield f"{error.json_path}: {error.message[:200]}"
    tests = data.get("tests", [])
    if data.get("number_of_tests") != len(tests):
        yield f"number_of_tests is {data.get('number_of_tests')}, there are {len(tests)}"
    if [test.get("id") for test in tests] != list(range(1, len(tests) + 1)):
        yield "ids do not count from 1"
    steps = [step for test in tests for step in test.get("steps", [])]
    flags = {flag for case in tests + steps for flag in case.get("flags", [])}
    if flags != set(data.get("notes", {})):
        yield f"flags and notes differ by {sorted(flags ^ set(data.get('notes', {})))}"


# --- the two ways to run ---------------------------------------------------------------------------------------


def verify(names: list[str]) -> tuple[int, int]:
    passed = failed = 0
    registry = schemas()
    for name in names:
        data = load(name)
        problems = list(form(name, data, registry))
        for raw in cases(data):
            why = problem(FILES[name], raw)
            if why is None:
                passed += 1
            else:
                problems.append(f"case {raw['id']} ({raw['comment']}): {why}")
        anchors, found = ANCHORS.get(name, {}), data["tests"][0]
        if name == "handshake_interactive.json":
            anchors, found = anchors | TURNS, found | turns(found)
        for key, value in anchors.items():
            if found.get(key) == value:
                passed += 1
            else:
                problems.append(f"case 1, {key}: Appendix C has {value}")
        failed += len(problems)
        refusals = sum(case["result"] == "invalid" for case in data["tests"]) + sum(
            step.get("result") == "invalid" for case in data["tests"] for step in case.get("steps", [])
        )
        print(f"{'FAIL' if problems else 'ok  '} {name}: {len(data['tests'])} cases, {refusals} refusals")
        for line in problems:
            print(f"       {line}")
    return passed, failed


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of every value that takes part in the computation. Of a refused step, the code alone is certain to."""
    if isinstance(value, dict) and value.get("result") == "invalid":
        yield (*path, "error")
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in ABOUT:
                yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    elif value is not None and value != "":
        yield path


def altered(raw: Json, path: tuple[Any, ...]) -> Json:
    """A copy with the value at `path` changed a little: a number by one, text and bytes by a bit in two places."""
    out = copy.deepcopy(raw)
    at = out
    for key in path[:-1]:
        at = at[key]
    value = at[path[-1]]
    if isinstance(value, bool):
        at[path[-1]] = not value
    elif isinstance(value, int):
        at[path[-1]] = value + 1
    elif isinstance(value, str):
        characters = list(value)
        for place in {len(value) // 3, 3 * len(value) // 4}:
            old = characters[place]
            characters[place] = f"{int(old, 16) ^ 1:x}" if old in "0123456789abcdef" else chr(ord(old) ^ 1)
        at[path[-1]] = "".join(characters)
    else:
        raise TypeError(f"cannot alter {type(value)}")
    return out


def inert(name: str, raw: Json, path: tuple[Any, ...]) -> bool:
    """Inputs that may change without a consequence."""
    match name:
        case "bad_points.json":  # a key that may be used has no outputs, and its neighbours may be used as well
            return raw["kind"] == "ed25519"
        case "handshake_reject.json":  # an OFFER is judged by its bytes, whoever made it
            return raw["at"] in ("offer", "ring") and path in (("base", "alice"), ("base", "alice_seed"))
        case "prekey_reject.json":  # so is an INIT; and an early message may come before or after bob accepts
            judged = raw["at"] in ("init", "unknown") and path in (("base", "alice"), ("base", "alice_seed"))
            return judged or path == ("accepted",)
        case "glare.json":  # most changes of a key keep the order
            return path[0] in ("own", "peer")
        case "ratchet.json" | "session_record.json":  # nothing has aged
            return path[-1] == "now"
        case "file.json" | "file_reject.json":  # the chunks depend on key, salt and size alone
            return raw["op"] in ("file", "chunk") and path[-1] in ("kind", "mode", "durationMs", "name", "mediaType")
    return False


def alterations(name: str, raw: Json) -> Iterator[tuple[str, Json]]:
    """A valid case with one value wrong; a refusal that claims another reason, or that it is none."""
    if raw["result"] == "invalid":
        yield "error", raw | {"error": "E_ANOTHER"}
        accepted = {key: value for key, value in raw.items() if key != "error"}
        yield "result", accepted | {"result": "valid"}
        return
    yield "result", raw | {"result": "invalid", "error": "E_ANOTHER"}
    paths = [path for path in leaves(raw) if not inert(name, raw, path)]
    for path in paths[:: max(1, -(-len(paths) // ALTERATIONS))]:
        yield ".".join(map(str, path)), altered(raw, path)


def self_test(names: list[str]) -> tuple[int, int]:
    """One case of each sort per file (the same `op`, `at`, result …) stands for the others of its sort."""
    passed = failed = 0
    for name in names:
        noticed, missed, sorts = 0, [], set()
        for raw in cases(load(name)):
            sort = tuple(raw.get(key) for key in ("op", "at", "kind", "result"))
            if sort in sorts:
                continue
            sorts.add(sort)
            for what, wrong in alterations(name, raw):
                if problem(FILES[name], wrong) is None:
                    missed.append(f"case {raw['id']}: {what} altered, and nothing noticed")
                else:
                    noticed += 1
        passed, failed = passed + noticed, failed + len(missed)
        print(f"{'FAIL' if missed or not noticed else 'ok  '} {name}: {noticed} alterations noticed, {len(missed)} missed")
        failed += not noticed
        for line in missed:
            print(f"       {line}")
    return passed, failed


def converse() -> tuple[int, int]:
    """Two ratchets from the first handshake, in lockstep with the model."""
    handshake = Case(load("handshake_interactive.json")["tests"][0])
    failed = 0
    for seed in range(CONVERSATIONS):
        try:
            print(f"ok   conversation {seed + 1}: {lockstep(handshake, seed, ACTIONS)}")
        except (Mismatch, Refused) as e:
            print(f"FAIL conversation {seed + 1}: {e}")
            failed += 1
    return CONVERSATIONS - failed, failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE", help="names of files; all of them if none is given")
    parser.add_argument("--self-test", action="store_true", help="see every alteration of a value noticed")
    arguments = parser.parse_args()
    unknown = {path.name for path in HERE.glob("*.json")} - set(FILES) | set(arguments.files) - set(FILES)
    if unknown:
        parser.error(f"no check is known for {', '.join(sorted(unknown))}")
    run = self_test if arguments.self_test else verify
    passed, failed = run(arguments.files or list(FILES))
    if arguments.self_test and not arguments.files:
        conversations = converse()
        passed, failed = passed + conversations[0], failed + conversations[1]
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
