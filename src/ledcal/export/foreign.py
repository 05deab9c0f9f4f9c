"""Tables that came from elsewhere: a .cube or .clf of any origin, read strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import ExportError, InputError
from ledcal.export._ocio import apply_file
from ledcal.export.clf_reader import read_clf
from ledcal.export.cube_reader import FARTHEST, read_cube
from ledcal.files.digest import sha256_bytes
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from ledcal.values.arrays import FloatArray
    from ledcal.values.chain import Chain

FOREIGN = (".cube", ".clf")
_PREFIXES = re.compile(r"CTF/CLF parsing error:|Error parsing CTF/CLF file \(.*?\)\. Error is:")
_AT_LINE = re.compile(r"At line \(?(\d+)\)?[:.]?")
# Tables of other tools, which are told apart from misspelt profiles.
_OTHERS = (".3dl", ".ccc", ".csp", ".ctf", ".icc", ".itx", ".lut", ".mga", ".spi1d", ".spi3d")
# 129 nodes in full precision are some 90 MB.
_LARGEST_MB = 256
_LINES_KEPT = 6
_WORDS_LONGEST = 160
# Wall codes end at 0 and 1; what is further outside than this is no rounding.
_ROUNDING = 1e-3
_BLUE_FIRST = "red follows the blue that goes in, and blue the red: rows written blue first?"
# Codes along an edge, at which a CLF is looked at.
_ALONG = 9


@dataclass(frozen=True, slots=True, eq=False)
class TableFile:
    """A table of any origin, as it was read.

    Attributes
    ----------
    path : Path
        The file.
    sha256 : str
        Of its bytes.
    content : Lut3d, Chain or None
        What a .cube holds; None for a .clf, which `apply` asks OpenColorIO.
    title : str
        What it is called in the file; may be empty.
    lines : tuple of str
        Comments or descriptions, the first few.
    takes, gives : str
        What codes go in and come out, as the file says; empty where it does not.
    notes : tuple of str
        What is odd about it and does not stop the work.
    is_blue_first : bool
        Red and blue seem to have changed places, as where rows run blue first.
    """

    path: Path
    sha256: str
    content: Lut3d | Chain | None
    title: str
    lines: tuple[str, ...]
    takes: str
    gives: str
    notes: tuple[str, ...]
    is_blue_first: bool = False


def read_table_file(path: Path) -> TableFile:
    """Read a .cube or .clf.

    Parameters
    ----------
    path : Path
        The file; its suffix tells the kind, in capitals or not.

    Returns
    -------
    TableFile
        The table, or for a .clf what it says of itself.

    Raises
    ------
    InputError
        If it is missing, cannot be read, or is not sound; with the line number.
    """
    path = Path(path)
    data = _bytes(path)
    digest = sha256_bytes(data)
    if path.suffix.lower() == ".cube":
        cube = read_cube(data, name=str(path))
        lines, takes, gives = _comments(cube.comments)
        last = cube.content if isinstance(cube.content, Lut3d) else cube.content.cube
        blue_first = _is_blue_first(last.table)
        notes = (*cube.notes, *_range_notes(last.table), *(_BLUE_FIRST,) * blue_first)
        return TableFile(
            path, digest, cube.content, cube.title, lines, takes, gives, notes, blue_first
        )
    words = read_clf(data, name=str(path))
    sampled = apply_clf(path, _axes_of_clf())
    if sampled.min() < FARTHEST[0] or sampled.max() > FARTHEST[1]:
        raise InputError(
            f"{path}: it gives {sampled.min():.4g} to {sampled.max():.4g}, where wall codes are "
            "0..1: a transform of light? make it again for codes of 0..1"
        )
    lines = tuple(text[:_WORDS_LONGEST] for text in words.descriptions[:_LINES_KEPT] if text)
    blue_first = _is_blue_first(sampled[: _ALONG**3].reshape(_ALONG, _ALONG, _ALONG, 3))
    notes = (*_range_notes(sampled), *(_BLUE_FIRST,) * blue_first)
    return TableFile(
        path, digest, None, words.name, lines, words.takes, words.gives, notes, blue_first
    )


def refuse_other_tables(path: Path) -> None:
    """Refuse a file that is a table of a kind that is not read.

    Raises
    ------
    InputError
        It names those that are.
    """
    if path.suffix.lower() in _OTHERS:
        raise InputError(
            f"{path}: a {path.suffix} table; .cube and .clf are read: export it as one of these"
        )


def apply_clf(path: Path, code: FloatArray) -> FloatArray:
    """Send codes through a .clf, as OpenColorIO reads it.

    Parameters
    ----------
    path : Path
        The file.
    code : ndarray, shape (n, 3)
        0..1.

    Returns
    -------
    ndarray, shape (n, 3)
        What comes out.

    Raises
    ------
    InputError
        If OpenColorIO refuses the file, or a value is not finite.
    """
    try:
        got = apply_file(path, code)
    except ExportError as error:
        raise InputError(f"{path}{_reason(str(error))}") from error
    strange = ~np.isfinite(got).all(axis=-1) | (np.abs(got) > 1e30).any(axis=-1)
    if strange.any():
        first = code[int(np.argmax(strange))].tolist()
        raise InputError(
            f"{path}: at code {first} it gives no finite number; the program that made it failed "
            "there: make it again"
        )
    return got


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_MB * 2**20:
            raise InputError(
                f"{path}: {path.stat().st_size / 2**20:.0f} MB, where no table is above "
                f"{_LARGEST_MB}; is it the right file?"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def _reason(message: str) -> str:
    """OpenColorIO's own reason, out of a page of what it tried, with the line if it has one."""
    reason = message.rsplit("failed with:", maxsplit=1)[-1]
    reason = _PREFIXES.sub("", reason)
    found = re.search(r"At line \(?(\d+)\)?[:.]?", reason)
    line = f", line {found[1]}" if found else ""
    text = " ".join(_AT_LINE.sub("", reason).split()).rstrip(". ")
    return f"{line}: OpenColorIO refuses it: {text}; make it again, or ask where it came from"


def _comments(comments: tuple[str, ...]) -> tuple[tuple[str, ...], str, str]:
    """The first few comments; and what goes in and out, where they say it as ours do."""
    stated = {"in": "", "out": ""}
    lines = []
    for comment in comments:
        key, colon, text = comment.partition(": ")
        if colon and key in stated and not stated[key]:
            stated[key] = text.strip()
        elif comment:
            lines.append(comment[:_WORDS_LONGEST])
    return tuple(lines[:_LINES_KEPT]), stated["in"], stated["out"]


def _range_notes(values: FloatArray) -> tuple[str, ...]:
    """Whether it gives codes."""
    low, high = float(values.min()), float(values.max())
    if low < -_ROUNDING or high > 1.0 + _ROUNDING:
        return (f"it gives {low:.4g} to {high:.4g}; a wall ends at 0 and 1",)
    return ()


def _is_blue_first(table: FloatArray) -> bool:
    """Whether red and blue seem to have changed places: rows written blue first."""
    along = [np.abs(np.diff(table, axis=axis)).mean(axis=(0, 1, 2)) for axis in range(3)]
    red_by_red, red_by_blue = along[0][0], along[2][0]
    blue_by_blue, blue_by_red = along[2][2], along[0][2]
    return bool(red_by_blue > 2 * red_by_red and blue_by_red > 2 * blue_by_blue)


def _axes_of_clf() -> FloatArray:
    """Codes along the grey axis and in the whole cube, to look at what comes out."""
    axis = np.linspace(0.0, 1.0, _ALONG)
    cube = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    grey = np.repeat(np.linspace(0.0, 1.0, 257)[:, None], 3, axis=1)
    return np.concatenate([cube, grey])
