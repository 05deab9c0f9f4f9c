"""idt.json: the camera's way to ACES2065-1, as the user states it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ledcal.files.document import read_json, refuse, unknown_keys
from ledcal.values.camera import CameraTransform

_KEYS = ("white_balance", "matrix", "name", "camera", "comment", "illuminant")


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
        expected = "3 numbers" if shape == (3,) else "3 rows of 3 numbers"
        try:
            values = np.array(document[key], np.float64)
        except KeyError:
            problems.append(f"key {key!r} is missing: expected {expected}")
            continue
        except (TypeError, ValueError):
            problems.append(f"{key}: expected {expected}")
            continue
        if values.shape != shape or not np.isfinite(values).all():
            problems.append(f"{key}: expected {expected}, got shape {values.shape}")
        arrays[key] = values
    refuse(path, problems)
    if not (arrays["white_balance"] > 0).all():
        problems.append(f"white_balance {arrays['white_balance'].tolist()}: expected gains above 0")
    if abs(np.linalg.det(arrays["matrix"])) < 1e-6:
        problems.append("matrix cannot be inverted: two of its rows say the same")
    refuse(path, problems)
    return CameraTransform(arrays["white_balance"], arrays["matrix"], f"IDT file {path.name}")
