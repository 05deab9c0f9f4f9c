"""idt.json: the camera's way to ACES2065-1, as the user states it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ledcal.files.document import read_json, refuse, unknown_keys
from ledcal.values.camera import CameraTransform

_KEYS = ("white_balance", "matrix", "name", "camera", "comment", "illuminant")

_EXPECTED = {1: "3 numbers", 2: "3 rows of 3 numbers"}
_LARGEST = 1e6


def _what_is_wrong(value: Any, shape: tuple[int, ...]) -> str:
    """Why a value is no array of finite numbers of this shape; empty where it is one."""
    expected = _EXPECTED[len(shape)]
    if not isinstance(value, list):
        return f"expected {expected}, got {value!r}"
    if len(value) != shape[0]:
        unit = "number" if len(shape) == 1 else "row"
        return f"expected {expected}, got {len(value)} {unit}{'s' * (len(value) != 1)}"
    if len(shape) == 2:
        problems = (_what_is_wrong(row, shape[1:]) for row in value)
        return next((f"row {i}: {p}" for i, p in enumerate(problems, start=1) if p), "")
    for entry in value:
        if isinstance(entry, bool) or not isinstance(entry, int | float):
            return f"{entry!r} is not a number; expected {expected}"
        if not abs(entry) < _LARGEST:
            shown = f"{entry:g}" if isinstance(entry, float) else f"{str(entry)[:12]}..."
            return f"holds {shown}; expected finite numbers"
    return ""


def read_idt(path: Path) -> CameraTransform:
    """Read an IDT: ``aces = matrix @ (white_balance * camera_rgb)``.

    Parameters
    ----------
    path : Path
        JSON with ``white_balance`` [r, g, b] and ``matrix`` 3x3.

    Returns
    -------
    CameraTransform
        As the file says.

    Raises
    ------
    InputError
        If it is missing or wrong; every problem on its own line.
    """
    path = Path(path)
    document = read_json(path)
    problems = unknown_keys("idt", document, _KEYS)
    arrays = {}
    for key, shape in (("white_balance", (3,)), ("matrix", (3, 3))):
        if key not in document:
            problems.append(f"key {key!r} is missing: expected {_EXPECTED[len(shape)]}")
            continue
        problem = _what_is_wrong(document[key], shape)
        if problem:
            problems.append(f"{key}: {problem}")
            continue
        arrays[key] = np.array(document[key], np.float64)
    refuse(path, problems)
    if not (arrays["white_balance"] > 0).all():
        problems.append(f"white_balance {arrays['white_balance'].tolist()}: expected gains above 0")
    if abs(np.linalg.det(arrays["matrix"])) < 1e-6:
        problems.append("matrix cannot be inverted: two of its rows say the same")
    refuse(path, problems)
    return CameraTransform(
        arrays["white_balance"],
        arrays["matrix"],
        f"IDT file {path.name}",
        "that it was made for this camera, lens and white",
    )
