"""measurements.csv: a first-class file that other tools can write too."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import ACES, gamut, matrix_rgb_to_rgb
from ledcal.errors import InputError
from ledcal.files.atomic import atomic_file
from ledcal.files.document import nearest, read_filled_text, refuse
from ledcal.values.measurement import FLAG_SENTENCES, MeasurementFlag, PatchMeasurements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledcal.values.arrays import FloatArray

_REQUIRED = ("code_r", "code_g", "code_b", "camera_r", "camera_g", "camera_b")
_SIGMA = ("sigma_r", "sigma_g", "sigma_b")
_OPTIONAL = ("kind", "frame", *_SIGMA, "n", "saturated", "flags")
_MOST_PROBLEMS = 10
_ALL_FLAGS = sum(int(flag) for flag in FLAG_SENTENCES)
_LARGEST = 1e12
# What may stand between columns. Spreadsheets where the comma is decimal write semicolons.
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}


def format_flags(bits: int) -> str:
    """Flags as text: names joined by ``|``, lower case; empty for none.

    Examples
    --------
    >>> format_flags(5)
    'saturated|gradient'
    """
    return "|".join((f.name or "").lower() for f in FLAG_SENTENCES if bits & f)


def parse_flags(text: str) -> int:
    """The inverse of `format_flags`; also takes a number.

    Raises
    ------
    ValueError
        If a name is unknown.

    Examples
    --------
    >>> parse_flags("saturated|gradient"), parse_flags(""), parse_flags("2")
    (5, 0, 2)
    """
    bits = 0
    for name in text.replace(";", "|").split("|"):
        word = name.strip()
        if not word:
            continue
        if word.isdecimal():
            if int(word) > _ALL_FLAGS:
                message = f"unknown flags {word}; all of them together are {_ALL_FLAGS}"
                raise ValueError(message)
            bits |= int(word)
            continue
        try:
            bits |= int(MeasurementFlag[word.upper()])
        except KeyError:
            known = [(f.name or "").lower() for f in FLAG_SENTENCES]
            message = f"unknown flag {word!r}; the nearest known is {nearest(word, known)!r}"
            raise ValueError(message) from None
    return bits


def format_measurements(measurements: PatchMeasurements) -> str:
    """The text of measurements.csv: header lines, then one row a patch, full precision."""
    lines = [f"#space: {measurements.space}"]
    lines += [f"#{key}: {value}" for key, value in measurements.header.items()]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_REQUIRED, "kind", "frame", *_SIGMA, "n", "saturated", "flags"])
    for i in range(len(measurements)):
        writer.writerow(
            [
                *(f"{v:.10g}" for v in measurements.code[i]),
                *(f"{v:.9g}" for v in measurements.camera[i]),
                measurements.kind[i],
                measurements.frame[i],
                *("" if math.isnan(v) else f"{v:.4g}" for v in measurements.sigma[i]),
                int(measurements.n_samples[i]),
                f"{measurements.saturated[i]:.4g}",
                format_flags(int(measurements.flags[i])),
            ]
        )
    return "\n".join(lines) + "\n" + out.getvalue()


def write_measurements(
    path: Path, measurements: PatchMeasurements, *, overwrite: bool = False
) -> None:
    """Write measurements.csv, whole or not at all."""
    with atomic_file(path, overwrite=overwrite) as temporary:
        temporary.write_text(format_measurements(measurements), encoding="utf-8")


@dataclass
class _Cells:
    """Reads the numbers of a table; collects what is wrong with them."""

    has_decimal_comma: bool
    problems: list[str]

    def number(self, text: str, where: str, *, blank: float | None = None) -> float:
        """A finite number, or `blank` where nothing stands (None: a problem)."""
        word = text.strip()
        if blank is not None and (not word or (math.isnan(blank) and word.lower() == "nan")):
            return blank
        try:
            value = float(word.replace(",", ".") if self.has_decimal_comma else word)
        except ValueError:
            self.problems.append(f"{where}: {word!r} is not a number")
            return math.nan
        if not math.isfinite(value):
            self.problems.append(f"{where}: {word!r} is not a finite number")
        elif abs(value) > _LARGEST:
            self.problems.append(f"{where}: {word} is beyond {_LARGEST:g}")
        else:
            return value
        return math.nan


def _split_header(text: str) -> tuple[dict[str, str], list[str], int]:
    """Header lines as a dict, the remaining lines, and how many lines stood before them."""
    header: dict[str, str] = {}
    lines = text.splitlines()
    skipped = 0
    for line in lines:
        # A spreadsheet fills short lines up with separators, and may put them into quotes.
        words = line.strip().rstrip(",;\t ").strip('"')
        if words and not words.startswith("#"):
            break
        key, colon, value = words.removeprefix("#").partition(":")
        if colon:
            header[key.strip()] = value.strip()
        skipped += 1
    return header, lines[skipped:], skipped


def _fields(line: str, separator: str) -> list[str]:
    row = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    return [name.strip().lower() for name in row]


def _columns(path: Path, line: str) -> tuple[str, list[str]]:
    """The separator of a table and the names of its columns, from its first row."""
    found = {separator: _fields(line, separator) for separator in _SEPARATORS}
    separator = max(found, key=lambda s: (len({*_REQUIRED} & {*found[s]}), len(found[s])))
    names = found[separator]
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        others = [repr(n) for n in names if n and n not in (*_REQUIRED, *_OPTIONAL)][:4]
        instead = f", has {', '.join(others)}" if others else ""
        raise InputError(
            f"{path}: {', '.join(missing)} missing in the row of column names "
            f"(taken as separated by {_SEPARATORS[separator]}{instead})"
        )
    twice = [name for name in (*_REQUIRED, *_OPTIONAL) if names.count(name) > 1]
    if twice:
        raise InputError(f"{path}: column {twice[0]} is there twice; keep one")
    return separator, names


def read_measurements(path: Path, *, unstated: str = ACES.name) -> PatchMeasurements:
    """Read measurements.csv.

    Parameters
    ----------
    path : Path
        UTF-8; ``#key: value`` lines, then a header row. Commas, semicolons or tabs separate, as
        the header row shows; beside the latter two, numbers may have a decimal comma. Only
        ``code_r,code_g,code_b`` (wall code 0..1) and ``camera_r,camera_g,camera_b``
        (scene-linear, any one exposure, black not subtracted) are required. ``#space:`` names a
        gamut other than ACES2065-1, or ``camera``.
    unstated : str
        Space of a file without ``#space:``.

    Returns
    -------
    PatchMeasurements
        In ACES2065-1, or as it stands where the space is ``camera``; sigma NaN where the file has
        none. Columns it does not know are passed over.

    Raises
    ------
    InputError
        If it is missing or wrong: every problem (the first ten) with its line.
    """
    path = Path(path)
    header, lines, skipped = _split_header(read_filled_text(path))
    if not lines:
        raise InputError(f"{path}: no table in it; expected a row of column names, then numbers")
    problems: list[str] = []
    try:
        separator, names = _columns(path, lines[0])
        reader = csv.DictReader(lines[1:], names, delimiter=separator, skipinitialspace=True)
        table, flags, rows = _read_rows(reader, separator, skipped + 1, problems)
    except csv.Error as error:
        raise InputError(f"{path}: not a table ({error}); export it again as csv") from error
    refuse(path, problems[:_MOST_PROBLEMS])
    if not rows:
        raise InputError(f"{path}: no rows under the column names; nothing was measured")
    stated = [header.pop(key) for key in [*header] if key.lower() == "space"]
    space = stated[-1] if stated else unstated
    is_camera = space.casefold() == "camera"
    camera, sigma = table[:, 3:6], table[:, 6:9]
    try:
        source = ACES if is_camera else gamut(space)
    except ValueError as error:
        raise InputError(f"{path}: #space: {error}; or 'camera'") from error
    if source is not ACES:
        matrix = matrix_rgb_to_rgb(source, ACES)
        camera = camera @ matrix.T
        sigma = np.sqrt(sigma**2 @ (matrix**2).T)
        header["converted_from"] = source.name
    return PatchMeasurements(
        code=np.clip(table[:, :3], 0.0, 1.0),
        camera=camera,
        sigma=sigma,
        n_samples=table[:, 9].astype(np.int64),
        saturated=table[:, 10],
        flags=np.array(flags, np.int64),
        kind=tuple((row.get("kind") or "").strip() for row in rows),
        frame=tuple((row.get("frame") or "").strip() for row in rows),
        space="camera" if is_camera else ACES.name,
        header=header,
    )


def _read_rows(
    reader: csv.DictReader[str], separator: str, above: int, problems: list[str]
) -> tuple[FloatArray, list[int], list[Mapping[str, str]]]:
    """Numbers (n, 11), flags and texts of all rows, until there are too many problems."""
    cells = _Cells(has_decimal_comma=separator != ",", problems=problems)
    names = list(reader.fieldnames or ())
    rows: list[Mapping[str, str]] = []
    numbers: list[list[float]] = []
    flags: list[int] = []
    for row in reader:
        extra = [text for name, more in row.items() if name is None for text in more]
        if not any((value or "").strip() for value in (*map(row.get, names), *extra)):
            continue
        where = f"line {above + reader.line_num}"
        if any(extra) or any(row.get(name) is None for name in names):
            problems.append(
                f"{where}: {len(names)} columns expected, separated by {_SEPARATORS[separator]}"
            )
            if len(problems) >= _MOST_PROBLEMS:
                break
            continue
        values = [cells.number(row[name], f"{where}, {name}") for name in _REQUIRED]
        for name, blank in (*((name, math.nan) for name in _SIGMA), ("n", 0.0), ("saturated", 0.0)):
            values.append(cells.number(row.get(name) or "", f"{where}, {name}", blank=blank))
        if not all(-1e-9 <= v <= 1 + 1e-9 for v in values[:3] if math.isfinite(v)):
            problems.append(
                f"{where}: code {values[:3]} is outside 0..1; divide code values by "
                "their full range (255, 1023, 65535)"
            )
        try:
            flags.append(parse_flags(row.get("flags") or ""))
        except ValueError as error:
            problems.append(f"{where}: {error}")
            flags.append(0)
        rows.append(row)
        numbers.append(values)
        if len(problems) >= _MOST_PROBLEMS:
            break
    return np.array(numbers, np.float64), flags, rows
