"""measurements.csv: a first-class file that other tools can write too."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import ACES, gamut, matrix_rgb_to_rgb
from ledcal.errors import InputError
from ledcal.files.atomic import atomic_file
from ledcal.files.document import nearest, read_text, refuse
from ledcal.values.measurement import FLAG_SENTENCES, MeasurementFlag, PatchMeasurements

if TYPE_CHECKING:
    from collections.abc import Mapping

_REQUIRED = ("code_r", "code_g", "code_b", "camera_r", "camera_g", "camera_b")
_SIGMA = ("sigma_r", "sigma_g", "sigma_b")
_OPTIONAL = ("kind", "frame", *_SIGMA, "n", "saturated", "flags")
_MOST_PROBLEMS = 10


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
        if word.isdigit():
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


def _number(text: str, where: str, problems: list[str], *, blank: float | None = None) -> float:
    word = text.strip()
    if not word and blank is not None:
        return blank
    try:
        value = float(word)
    except ValueError:
        problems.append(f"{where}: {word!r} is not a number")
        return math.nan
    if not math.isfinite(value) and blank is None:
        problems.append(f"{where}: {word!r} is not a finite number")
    return value


def _split_header(text: str) -> tuple[dict[str, str], list[str], int]:
    """Header lines as a dict, the remaining lines, and how many lines stood before them."""
    header: dict[str, str] = {}
    lines = text.splitlines()
    skipped = 0
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            break
        key, colon, value = line.lstrip().removeprefix("#").partition(":")
        if colon:
            header[key.strip()] = value.strip()
        skipped += 1
    return header, lines[skipped:], skipped


def _columns(path: Path, names: list[str]) -> None:
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        near = {m: nearest(m, [n for n in names if n not in _REQUIRED]) for m in missing}
        hints = ", ".join(f"{m!r} (nearest here: {n!r})" if n else repr(m) for m, n in near.items())
        raise InputError(
            f"{path}: column {hints} is missing; required are {', '.join(_REQUIRED)}, "
            "separated by commas"
        )


def read_measurements(path: Path) -> PatchMeasurements:
    """Read measurements.csv.

    Parameters
    ----------
    path : Path
        UTF-8; ``#key: value`` lines, then a header row. Only ``code_r,code_g,code_b`` (wall code
        0..1) and ``camera_r,camera_g,camera_b`` (scene-linear, any one exposure, black not
        subtracted) are required. ``#space:`` names a gamut other than ACES2065-1.

    Returns
    -------
    PatchMeasurements
        In ACES2065-1; sigma NaN where the file has none. Columns it does not know are passed over.

    Raises
    ------
    InputError
        If it is missing or wrong: every problem (the first ten) with its line.
    """
    path = Path(path)
    header, lines, skipped = _split_header(read_text(path))
    if not lines:
        raise InputError(f"{path}: no table in it; expected a row of column names, then numbers")
    reader = csv.DictReader(lines, skipinitialspace=True)
    names = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    _columns(path, names)
    problems: list[str] = []
    rows: list[Mapping[str, str]] = []
    numbers: list[list[float]] = []
    flags: list[int] = []
    for row in reader:
        line = skipped + reader.line_num
        if not any((value or "").strip() for value in row.values() if isinstance(value, str)):
            continue
        where = f"line {line}"
        if None in row or any(row.get(name) is None for name in names):
            problems.append(f"{where}: {len(names)} columns expected")
            continue
        values = [_number(row[name], f"{where}, {name}", problems) for name in _REQUIRED]
        values += [
            _number(row.get(name) or "", f"{where}, {name}", problems, blank=math.nan)
            for name in _SIGMA
        ]
        values += [
            _number(row.get(name) or "", f"{where}, {name}", problems, blank=0.0)
            for name in ("n", "saturated")
        ]
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
    refuse(path, problems[:_MOST_PROBLEMS])
    if not rows:
        raise InputError(f"{path}: no rows under the column names; nothing was measured")
    table = np.array(numbers)
    space = header.pop("space", ACES.name)
    camera, sigma = table[:, 3:6], table[:, 6:9]
    try:
        source = gamut(space)
    except ValueError as error:
        raise InputError(f"{path}: #space: {error}") from error
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
        space=ACES.name,
        header=header,
    )
