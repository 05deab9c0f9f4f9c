"""The drift baseline of a profile: baseline.json beside profile.json, and back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import InputError, ProfileError
from ledcal.files.atomic import atomic_file
from ledcal.files.document import format_document, read_json
from ledcal.profile.fields import Field
from ledcal.values.reading import Baseline, DriftReading

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray

NAME = "baseline.json"
FORMAT, SCHEMA_VERSION = "ledcal drift baseline", 1
_DIGITS = 7
_ARRAYS: dict[str, tuple[int | None, ...]] = {
    "neutral": (3,),
    "code": (None, 3),
    "light": (None, 3),
    "sigma": (None, 3),
    "black": (3,),
    "black_sigma": (3,),
    "places": (None, 2),
    "even": (None, 3),
    "even_sigma": (None, 3),
    "outline": (8, 2),
    "chart": (3,),
}


def write_baseline(folder: Path, baseline: Baseline, *, overwrite: bool) -> Path:
    """Keep a baseline in a profile's folder.

    Parameters
    ----------
    folder : Path
        Of the profile.
    baseline : Baseline
        What to keep.
    overwrite : bool
        Replace one that is there.

    Returns
    -------
    Path
        ``folder/baseline.json``, whole or absent.

    Raises
    ------
    InputError
        If there is one and `overwrite` is false.
    SystemFault
        If the operating system refuses.
    """
    path = Path(folder) / NAME
    with atomic_file(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(format_document(_to_document(baseline)).encode("utf-8"))
    return path


def read_baseline(folder: Path) -> Baseline:
    """Read the baseline of a profile.

    Parameters
    ----------
    folder : Path
        Of the profile.

    Returns
    -------
    Baseline
        As it was stored, to seven digits.

    Raises
    ------
    ProfileError
        If there is none, it is damaged, or its schema is newer than this program.
    """
    path = Path(folder) / NAME
    if not path.is_file():
        raise ProfileError(
            f"{folder}: no drift baseline in this profile yet; shoot the drift pattern twice "
            "('ledcal patterns DIR --set drift'), then type 'ledcal drift baseline TAKE1 TAKE2 "
            f"--profile {folder}'"
        )
    try:
        document = read_json(path)
    except InputError as error:
        raise ProfileError(str(error)) from error
    root = Field(document)
    version = root.at("schema_version").integer()
    if root.at("format").text() != FORMAT or root.problems:
        raise ProfileError(
            f"{path}: not a drift baseline; restore it from a copy, or make it anew with "
            "'ledcal drift baseline TAKE1 TAKE2 --overwrite'"
        )
    if version > SCHEMA_VERSION:
        raise ProfileError(
            f"{path}: schema {version} is newer than this program knows ({SCHEMA_VERSION}); "
            "update ledcal"
        )
    baseline = Baseline(
        readings=tuple(_reading(entry) for entry in root.at("readings").items()),
        created=root.at("created").text(),
        profile_sha256=root.at("profile_sha256").text(),
        inputs=tuple((name, entry.text()) for name, entry in root.at("inputs").entries().items()),
        repeatability={
            name: entry.number() for name, entry in root.at("repeatability").entries().items()
        },
    )
    if not baseline.readings:
        root.problems.append("readings: there are none")
    root.require_sound(str(path))
    return baseline


def _to_document(baseline: Baseline) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "created": baseline.created,
        "profile_sha256": baseline.profile_sha256,
        "inputs": dict(baseline.inputs),
        "repeatability": baseline.repeatability,
        "readings": [_reading_to_document(reading) for reading in baseline.readings],
    }


def _reading_to_document(reading: DriftReading) -> dict[str, Any]:
    values = asdict(reading)
    for name in _ARRAYS:
        values[name] = _plain(values[name])
    exposure = values["exposure"]
    values["exposure"] = exposure if np.isfinite(exposure) else None
    values["wall_px"], values["picture_px"] = list(reading.wall_px), list(reading.picture_px)
    return values


def _plain(array: FloatArray) -> list[Any]:
    """Nested lists to so many digits, NaN as null."""

    def one(value: float) -> float | None:
        return float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None

    if array.ndim == 1:
        return [one(value) for value in array.tolist()]
    return [_plain(row) for row in array]


def _reading(root: Field) -> DriftReading:
    arrays = {name: _array(root.at(name), shape) for name, shape in _ARRAYS.items()}
    exposure = root.at("exposure").number_or_none()
    lengths = {len(arrays[name]) for name in ("places", "even", "even_sigma")}
    patches = {len(arrays[name]) for name in ("code", "light", "sigma")}
    if len(lengths) != 1 or len(patches) != 1:
        root.problems.append(f"{root.path}: its columns are of different lengths")
        arrays |= {name: _empty(shape) for name, shape in _ARRAYS.items() if shape[0] is None}
    return DriftReading(
        pattern_id=root.at("pattern_id").integer(),
        wall_px=_pair(root.at("wall_px")),
        picture_px=_pair(root.at("picture_px")),
        space=root.at("space").text(),
        camera_model=root.at("camera_model").text(),
        when=root.at("when").text(),
        exposure=float("nan") if exposure is None else exposure,
        n_flat=root.at("n_flat").integer(),
        ripple=root.at("ripple").number(),
        **arrays,
    )


def _pair(root: Field) -> tuple[int, int]:
    numbers = [entry.integer() for entry in root.items()]
    if len(numbers) != 2:
        root.problems.append(f"{root.path}: expected two numbers")
        return 0, 0
    return numbers[0], numbers[1]


def _empty(shape: tuple[int | None, ...]) -> FloatArray:
    return np.zeros(tuple(want or 0 for want in shape))


def _array(root: Field, shape: tuple[int | None, ...]) -> FloatArray:
    """Numbers of a shape, null as NaN; zeros where it is something else."""
    try:
        found = np.array(root.value, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.zeros(())
    fits = found.ndim == len(shape) and all(
        want in {None, got} for want, got in zip(shape, found.shape, strict=True)
    )
    if not fits:
        wanted = str(shape).replace("None", "n")
        root.problems.append(f"{root.path}: expected numbers of shape {wanted}")
        return _empty(shape)
    return np.asarray(found, np.float64)
