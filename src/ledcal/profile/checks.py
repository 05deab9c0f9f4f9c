"""The history of a profile: one file for each check, mergeable by copying."""

from __future__ import annotations

import json
import math
import os
from datetime import UTC
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ledcal.errors import ProfileError
from ledcal.files.atomic import atomic_file
from ledcal.files.digest import sha256_bytes
from ledcal.files.document import format_document
from ledcal.profile.store import CHECKS
from ledcal.values.drift import CheckRecord, Component, component_document
from ledcal.values.history import Checks, moment
from ledcal.values.quality import number_or_null

if TYPE_CHECKING:
    from datetime import datetime

FORMAT = "ledcal check"
SCHEMA_VERSION = 1
KINDS = ("drift", "verify", "event")

# No check is longer by far; whatever else lies there need not be read whole.
_MOST_BYTES = 4_000_000
_DIGITS = 6
_NUMBERS, _LARGEST = frozenset({int, float}), 1e300
_VERDICTS = frozenset({"pass", "warn", "fail"})
_SPOILT = "delete it, or copy it again from where it was made"


class _DamagedError(Exception):
    """What is wrong with a file, without its name."""


def write_check(folder: Path, record: CheckRecord) -> Path:
    """Add a record to the history of a profile.

    The name begins with the time in UTC and holds a digest of the contents, so that names sort
    by time, and files of several machines can be copied together: another record has another
    name, and the same record the same.

    Parameters
    ----------
    folder : Path
        Of the profile.
    record : CheckRecord
        What to keep.

    Returns
    -------
    Path
        ``folder/checks/2031-05-04T071244Z-drift-3f9c2a.json``, whole or absent.

    Raises
    ------
    ProfileError
        If there is no such folder.
    SystemFault
        If the operating system refuses; nothing is left behind.
    ValueError
        If the record's `when` has no offset from UTC, or its kind is unknown.
    """
    folder = Path(folder)
    if record.kind not in KINDS:
        message = f"kind: {record.kind!r} is none of {', '.join(KINDS)}"
        raise ValueError(message)
    when = moment(record).astimezone(UTC)
    if not folder.is_dir():
        raise ProfileError(f"{folder}: no such profile; 'ledcal profiles' lists them")
    data = format_document(check_to_document(record)).encode("utf-8")
    digest = sha256_bytes(data)
    stem = f"{when:%Y-%m-%dT%H%M%SZ}-{record.kind}"
    for digits in range(_DIGITS, len(digest) + 1):
        path = folder / CHECKS / f"{stem}-{digest[:digits]}.json"
        if not path.exists():
            with atomic_file(path) as temporary:
                temporary.write_bytes(data)
            return path
        if path.is_file() and path.read_bytes() == data:
            break
    return path


def read_checks(folder: Path) -> Checks:
    """Read the history of a profile. A file that is spoilt never stops the others.

    Passed over without a word: names that begin with a dot (``._x.json`` of macOS, files that
    are being written), folders, and what is not .json.

    Parameters
    ----------
    folder : Path
        Of the profile.

    Returns
    -------
    Checks
        By time; the same record under several names counts once.
    """
    found: list[tuple[datetime, str, CheckRecord]] = []
    problems: list[str] = []
    for path in _files(Path(folder) / CHECKS, problems):
        try:
            record = _read(path)
            found.append((moment(record), path.name, record))
        except _DamagedError as error:
            problems.append(f"{path.name}: {error}")
        except ValueError as error:
            problems.append(f"{path.name}: when: {error}; {_SPOILT}")
    found.sort(key=lambda entry: entry[:2])
    kept: list[tuple[CheckRecord, str]] = []
    for _, group in groupby(found, key=lambda entry: entry[0]):
        entries = [(record, name) for _, name, record in group]
        kept += entries if len(entries) == 1 else _each_once(entries)
    return Checks(
        records=tuple(record for record, _ in kept),
        files=tuple(name for _, name in kept),
        problems=tuple(problems),
    )


def check_to_document(record: CheckRecord) -> dict[str, Any]:
    """Make the plain document of a record; NaN is null. ``schema/check-1.json`` describes it."""
    return {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "kind": record.kind,
        "when": record.when,
        "verdict": record.verdict,
        "sentence": record.sentence,
        "delta_e_itp": number_or_null(record.delta_e_itp),
        "delta_e_itp_p95": number_or_null(record.delta_e_itp_p95),
        "components": [component_document(component) for component in record.components],
        "note": record.note,
        "profile_sha256": record.profile_sha256,
        "inputs": [list(pair) for pair in record.inputs],
        "ledcal_version": record.ledcal_version,
    }


def _each_once(entries: list[tuple[CheckRecord, str]]) -> list[tuple[CheckRecord, str]]:
    """Leave out records that are there already."""
    once: dict[str, tuple[CheckRecord, str]] = {}
    for record, name in entries:
        # NaN differs from itself, but its text does not.
        once.setdefault(repr(record), (record, name))
    return list(once.values())


def _files(folder: Path, problems: list[str]) -> list[Path]:
    """The files that may be checks, by name."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(
                (entry.name, entry.is_dir(), entry.is_file())
                for entry in entries
                if entry.name.lower().endswith(".json") and not entry.name.startswith(".")
            )
    except FileNotFoundError:
        return []
    except OSError as error:
        problems.append(f"{folder}: cannot be read ({error.strerror}); check its permissions")
        return []
    problems += [
        f"{name}: leads to no file; {_SPOILT}"
        for name, is_folder, is_file in found
        if not is_folder and not is_file
    ]
    return [folder / name for name, _, is_file in found if is_file]


def _read(path: Path) -> CheckRecord:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        message = f"cannot be read ({error.strerror}); check its permissions"
        raise _DamagedError(message) from error
    if len(data) > _MOST_BYTES:
        message = f"more than {_MOST_BYTES // 1_000_000} MB, so no check of ledcal; move it away"
        raise _DamagedError(message)
    if not data.strip(b"\x00 \r\n\t"):
        message = f"is empty; {_SPOILT}"
        raise _DamagedError(message)
    try:
        document = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        message = f"not whole, or not JSON: was it copied half? {_SPOILT}"
        raise _DamagedError(message) from None
    return _record(document)


def _record(document: Any) -> CheckRecord:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        message = f"not a check of ledcal (it lacks format: {FORMAT!r}); move it away"
        raise _DamagedError(message)
    version = document.get("schema_version")
    if type(version) is not int or version < 1:
        message = f"schema_version: expected an integer from 1, got {version!r}; {_SPOILT}"
        raise _DamagedError(message)
    if version > SCHEMA_VERSION:
        message = (
            f"schema version {version} is newer than the {SCHEMA_VERSION} that this ledcal reads; "
            "update ledcal"
        )
        raise _DamagedError(message)
    kind, verdict = _text(document, "kind"), _text(document, "verdict")
    if kind not in KINDS:
        _refuse(document, "kind", f"one of {', '.join(KINDS)}")
    if verdict not in _VERDICTS and (verdict or kind != "event"):
        _refuse(document, "verdict", "pass, warn or fail")
    components, inputs = document.get("components"), document.get("inputs")
    if not isinstance(components, list):
        _refuse(document, "components", "a list")
    if not isinstance(inputs, list):
        _refuse(document, "inputs", "a list")
    for pair in inputs:
        if type(pair) is not list or [type(word) for word in pair] != [str, str]:
            _refuse(document, "inputs", "pairs of name and SHA-256")
    return CheckRecord(
        kind=kind,
        when=_text(document, "when"),
        verdict=verdict,
        sentence=_text(document, "sentence"),
        delta_e_itp=_number(document, "delta_e_itp"),
        delta_e_itp_p95=_number(document, "delta_e_itp_p95"),
        components=_components(components),
        note=_text(document, "note"),
        profile_sha256=_text(document, "profile_sha256"),
        inputs=tuple((name, digest) for name, digest in inputs),
        ledcal_version=_text(document, "ledcal_version"),
    )


def _components(documents: list[Any]) -> tuple[Component, ...]:
    found: list[Component] = []
    for document in documents:
        if type(document) is not dict:
            message = f"components: expected objects, got {_shown(document)}; {_SPOILT}"
            raise _DamagedError(message)
        try:
            found.append(_component(document))
        except _DamagedError as error:
            message = f"components[{len(found)}].{error}"
            raise _DamagedError(message) from None
    return tuple(found)


def _component(document: dict[str, Any]) -> Component:
    verdict = _text(document, "verdict")
    if verdict not in _VERDICTS:
        _refuse(document, "verdict", "pass, warn or fail")
    return Component(
        _text(document, "name"),
        _number(document, "value"),
        _number(document, "sigma"),
        _number(document, "limit"),
        _text(document, "unit"),
        verdict,
        _number(document, "repeatability"),
        _text(document, "detail"),
    )


def _text(document: dict[str, Any], key: str) -> str:
    value = document.get(key)
    if type(value) is not str:
        _refuse(document, key, "a text")
    return value


def _number(document: dict[str, Any], key: str) -> float:
    """A number, NaN for null."""
    value = document.get(key, "")
    if value is None:
        return math.nan
    # Larger integers than float64 holds are no measurement either.
    if type(value) not in _NUMBERS or not -_LARGEST <= value <= _LARGEST:
        _refuse(document, key, "a number or null")
    return float(value)


def _refuse(document: dict[str, Any], key: str, expected: str) -> NoReturn:
    got = _shown(document[key]) if key in document else "nothing"
    message = f"{key}: expected {expected}, got {got}; {_SPOILT}"
    raise _DamagedError(message)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
