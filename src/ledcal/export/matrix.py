"""The .spimtx file: a 3x3 in linear light, read back before it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import ExportError, InputError
from ledcal.export._ocio import apply_file, opencolorio_name
from ledcal.export.names import other_suffix, safe_stem
from ledcal.files.atomic import atomic_file, require_free_file
from ledcal.values.export import Proof

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.arrays import FloatArray
    from ledcal.values.export import Label

SUFFIX = ".spimtx"
# Of the light; OpenColorIO computes in float32.
MATRIX_LIMIT = 1e-6
# 1.0 = 100 nits: what a wall of 10000 nits gives, and a little that is negative.
_DARKEST, _BRIGHTEST = -0.5, 100.0


def format_spimtx(matrix: FloatArray) -> str:
    """Write a 3x3 as the text of a .spimtx file; the fourth column is the offset, none.

    Examples
    --------
    >>> for line in format_spimtx(np.diag([1.0, 0.25, -0.5])).splitlines():
    ...     print(line)
    1.00000000 0.00000000 0.00000000 0
    0.00000000 0.25000000 0.00000000 0
    0.00000000 0.00000000 -0.50000000 0
    """
    # Plus zero: no "-0.00000000".
    rows = np.round(matrix, 8) + 0.0
    return "".join(f"{red:.8f} {green:.8f} {blue:.8f} 0\n" for red, green, blue in rows)


def deliver_matrix(
    label: Label, matrix: FloatArray, *, path: Path, overwrite: bool = False
) -> tuple[Path, Proof]:
    """Write a 3x3 in linear light; keep the file only if OpenColorIO reads it right.

    Parameters
    ----------
    label : Label
        Its name is the file's, where `path` is a folder; the file holds no words.
    matrix : ndarray, shape (3, 3)
        ``out = matrix @ in``.
    path : Path
        Ends in ``.spimtx``; a folder gets ``NAME_matrix.spimtx`` in it.
    overwrite : bool
        Replace what stands there.

    Returns
    -------
    path : Path
        The file.
    proof : Proof
        How well it reads back.

    Raises
    ------
    InputError
        For another suffix, or a path that exists.
    ExportError
        If it does not read back as it should; nothing is left behind.
    SystemFault
        If the operating system refuses.
    """
    path = plan_matrix(label, path=path, overwrite=overwrite)
    with atomic_file(path, overwrite=overwrite) as part:
        part.write_text(format_spimtx(matrix), "ascii")
        proof = _require_same(part, matrix, name=path)
    return path, proof


def matrix_name(label: Label) -> str:
    """What its file is called in a folder."""
    return f"{safe_stem(label.name)}_matrix{SUFFIX}"


def plan_matrix(label: Label, *, path: Path, overwrite: bool = False) -> Path:
    """Which file `deliver_matrix` would write; refuse now what it would refuse after the work.

    Raises
    ------
    InputError
        For another suffix, or a path that exists.
    """
    if path.is_dir():
        path /= matrix_name(label)
    if path.suffix.lower() != SUFFIX:
        raise InputError(
            f"{path}: a matrix file must end in {SUFFIX}, hosts go by it; "
            f"try -o {other_suffix(path, SUFFIX)}"
        )
    require_free_file(path, overwrite=overwrite)
    return path


def _require_same(path: Path, matrix: FloatArray, *, name: Path) -> Proof:
    steps = np.concatenate([[_DARKEST, 0.0], np.geomspace(1e-4, _BRIGHTEST, 14)])
    light = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    away = np.abs(apply_file(path, light) - light @ matrix.T)
    # Digits that float32 does not hold are lost with the light that is summed.
    share = (away / np.maximum(np.abs(light) @ np.abs(matrix).T, 1.0)).max(axis=-1)
    worst = int(np.argmax(share))
    if not float(share[worst]) <= MATRIX_LIMIT:
        raise ExportError(
            f"{name}: read back through {opencolorio_name()} it differs by {share[worst]:.2g} of "
            f"the light, limit {MATRIX_LIMIT:g}, at {light[worst].tolist()}; the file was not "
            "kept; please report it"
        )
    return Proof(opencolorio_name(), "matrix", float(share[worst]), MATRIX_LIMIT, len(light))
