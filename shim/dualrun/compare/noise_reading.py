"""Reads the file of noise rules and waivers: what is unknown or of another type is an error with its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, cast

from shim.bounded_files import FileTooLarge, read_at_most
from shim.dualrun.compare.classes import CLASSES, DifferenceClass
from shim.dualrun.compare.leaves import is_number
from shim.dualrun.compare.noise_file import VERSION, NoiseFile
from shim.dualrun.compare.rules import RULES, NoiseRule, RuleKey, RuleKind
from shim.dualrun.compare.text_shape import MAX_RUNS
from shim.dualrun.compare.waivers import Waiver
from shim.dualrun.errors import NoiseFileInvalid

MAX_BYTES: Final = 5_000_000
MAX_TABLES: Final = 10_000
"""Rules, and waivers, of one file."""

MAX_PATTERN: Final = 2_000
"""Characters of a pattern."""

_PIECE: Final = re.compile(
    r"(?:\\\W|_|[^\w\\\[\](){}*+?.|^$])"
    r"|(?:\[0-9\]|\[a-z\]|\[A-Z\]|\[0-9a-f\]|\[a-zA-Z\]|\[0-9a-z\]|\[0-9A-Za-z\]|\[\^\\W_\])(?:\{[0-9]{1,6}\}|\+)"
)
"""What a pattern may be made of: those that are learned. Others could take forever on a message."""

_RULE: Final = {"kind": str, "message": str, "path": str, "learned": int, "hits": int, "examples": list}
_WAIVER: Final = ("route", "message", "path", "session", "client")


def read_noise_file(path: Path) -> NoiseFile:
    """Raises NoiseFileInvalid."""
    try:
        text = read_at_most(path, MAX_BYTES).decode()
    except OSError as error:
        raise NoiseFileInvalid(str(path), "", error.strerror or str(error)) from error
    except FileTooLarge as error:
        raise NoiseFileInvalid(str(path), "", str(error)) from None
    except UnicodeDecodeError as error:
        raise NoiseFileInvalid(str(path), "", f"it is not UTF-8 ({error})") from error
    return parse_noise_file(text, str(path))


def parse_noise_file(text: str, name: str = "(noise file)") -> NoiseFile:
    """`name`: what errors call it. Raises NoiseFileInvalid."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise NoiseFileInvalid(name, "", f"it is not TOML ({error})") from None
    if document.get("version") != VERSION or isinstance(document.get("version"), bool):
        raise NoiseFileInvalid(name, "version", f"it is not {VERSION}")
    unknown = document.keys() - {"version", "rule", "waiver"}
    if unknown:
        raise NoiseFileInvalid(name, min(unknown), "there is no such key")
    rules = [_rule(record, name, f"rule {n}") for n, record in _tables(document, "rule", name)]
    waivers = [_waiver(record, name, f"waiver {n}") for n, record in _tables(document, "waiver", name)]
    known: set[RuleKey] = set()
    for n, rule in enumerate(rules, 1):
        if rule.key in known:
            raise NoiseFileInvalid(name, f"rule {n}", "there are two of its kind, message and path")
        known.add(rule.key)
    return NoiseFile(tuple(rules), tuple(waivers))


def _tables(document: Mapping[str, Any], key: str, name: str) -> Sequence[tuple[int, dict[str, Any]]]:
    found = document.get(key, [])
    if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
        raise NoiseFileInvalid(name, key, f"it is not [[{key}]]")
    if len(found) > MAX_TABLES:
        raise NoiseFileInvalid(name, key, f"there are more than {MAX_TABLES}")
    return list(enumerate(found, 1))


def _rule(record: dict[str, Any], name: str, where: str) -> NoiseRule:
    kind = record.get("kind")
    if kind not in RULES:
        raise NoiseFileInvalid(name, f"{where}, kind", f"it is none of {', '.join(RULES)}")
    parameter = RULES[cast("RuleKind", kind)].parameter
    _known(record, {*_RULE, parameter, "expires"}, name, where)
    for key, wanted in _RULE.items():
        default: object = 0 if wanted is int else [] if wanted is list else None
        value = record.get(key, default)
        if not isinstance(value, wanted) or isinstance(value, bool) or (isinstance(value, int) and value < 0):
            raise NoiseFileInvalid(name, f"{where}, {key}", "it is absent or of another type")
    examples = record.get("examples", [])
    if not all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(v, str) for v in pair) for pair in examples
    ):
        raise NoiseFileInvalid(name, f"{where}, examples", "it is not a list of pairs of text")
    return NoiseRule(
        cast("RuleKind", kind),
        record["path"],
        record.get("learned", 0),
        record.get("hits", 0),
        tuple((pair[0], pair[1]) for pair in examples),
        record["message"],
        _parameter(cast("RuleKind", kind), record.get(parameter), name, f"{where}, {parameter}"),
        _date(record, name, where),
    )


def _parameter(kind: RuleKind, value: object, name: str, where: str) -> float | str | None:
    number = float(value) if is_number(value) else None
    match kind:
        case "timestamp" | "float" | "optional":
            most = {"timestamp": 86_400.0, "float": 1.0, "optional": 1.0}[kind]
            if number is None or not 0 <= number <= most:
                raise NoiseFileInvalid(name, where, f"it is not a number from 0 to {most:g}")
            return number
        case "counter":
            if value not in {"same", "any"}:
                raise NoiseFileInvalid(name, where, "it is neither 'same' nor 'any'")
        case "regex_shape":
            if not isinstance(value, str) or not _is_pattern(value):
                problem = "it is not made of classes such as [0-9]+ or [a-z]{4}, with signs between them"
                raise NoiseFileInvalid(name, where, problem)
        case "id_bijection" | "unordered_array":
            if not isinstance(value, str | None):
                raise NoiseFileInvalid(name, where, "it is not text")
    return value


def _is_pattern(text: str) -> bool:
    """Between two classes of letters and digits stands what is neither, so that matching is linear."""
    if len(text) > MAX_PATTERN:
        return False
    place = classes = 0
    before = False
    while place < len(text):
        found = _PIECE.match(text, place)
        if found is None:
            return False
        is_class = found.group()[0] == "["
        if is_class and before:
            return False
        classes += is_class
        before = is_class
        place = found.end()
    return classes <= MAX_RUNS


def _waiver(record: dict[str, Any], name: str, where: str) -> Waiver:
    _known(record, {"id", "reason", "approver", "expires", "class", *_WAIVER}, name, where)
    for key in ("id", "reason", "approver"):
        if not isinstance(record.get(key), str) or not record[key].strip():
            raise NoiseFileInvalid(name, f"{where}, {key}", "it is absent or empty")
    for key in _WAIVER:
        if not isinstance(record.get(key), str | None):
            raise NoiseFileInvalid(name, f"{where}, {key}", "it is not text")
    kind = record.get("class")
    if kind not in CLASSES:
        raise NoiseFileInvalid(name, f"{where}, class", f"it is none of {', '.join(CLASSES)}")
    if CLASSES[cast("DifferenceClass", kind)].critical:
        raise NoiseFileInvalid(name, f"{where}, class", f"{kind} can't be waived")
    expires = _date(record, name, where)
    if expires is None:
        raise NoiseFileInvalid(name, f"{where}, expires", "it is absent: a waiver has an end")
    given = {key: record.get(key) for key in _WAIVER}
    return Waiver(record["id"], record["reason"], record["approver"], expires, cast("DifferenceClass", kind), **given)


def _date(record: dict[str, Any], name: str, where: str) -> date | None:
    value = record.get("expires")
    if value is None:
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise NoiseFileInvalid(name, f"{where}, expires", "it is not a date such as 2027-03-31")
    return value


def _known(record: dict[str, Any], keys: set[str], name: str, where: str) -> None:
    unknown = record.keys() - keys
    if unknown:
        problem = f"there is no such key; there are {', '.join(sorted(keys))}"
        raise NoiseFileInvalid(name, f"{where}, {min(unknown)}", problem)
