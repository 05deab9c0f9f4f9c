"""ArgyllCMS on the same measurements: colprof, collink, and a table of 33 nodes.

Black comes off, white is device 1, and the device's code is brought to a scale that its curves
can follow before and after; docs of colprof and collink say what the options mean.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.space import (
    aces_luminance,
    matrix_aces_to_xyz,
    matrix_adaptation,
    matrix_rgb_to_xyz,
    xy_to_xyz,
)
from ledcal.colorimetry.transfer import eotf, eotf_inverse
from ledcal.export._ocio import apply_file

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.arrays import FloatArray
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.stage import Target

FLOWS = {
    "light^(1/3), -qm -aS": ("root", ("-qm", "-aS")),
    "code, -qm -aX": ("code", ("-qm", "-aX")),
}
_SATURATED_SHARE = 1e-3
_D50 = np.array([0.9642, 1.0, 0.8249])
_N_CURVE = 4096
_SIZE = 33


def is_installed() -> bool:
    """Whether colprof and collink can be called."""
    return shutil.which("colprof") is not None and shutil.which("collink") is not None


class Argyll:
    """One of `FLOWS`, profiled and linked in a folder.

    Parameters
    ----------
    flow : str
        A key of `FLOWS`.
    measured : PatchMeasurements
        What was measured.
    target : Target
        What content is encoded in; its EOTF and peak are the wall's.
    k : float
        Exposure scale, from another fit: Argyll has none.
    folder : Path
        Where the files go.
    """

    def __init__(
        self, flow: str, measured: PatchMeasurements, target: Target, k: float, folder: Path
    ) -> None:
        self._scale, options = FLOWS[flow]
        self._target, self._folder = target, folder
        used = measured.saturated <= _SATURATED_SHARE
        code, camera = measured.code[used], measured.camera[used]
        light = 100.0 * k * (camera - camera[np.argmin(code.sum(axis=1))])
        grey = np.flatnonzero(np.ptp(code, axis=1) == 0.0)
        white = grey[np.argmax(code[grey, 0])]
        self._top = float(code[white, 0])
        self._peak_code = float(
            eotf_inverse(target.eotf, target.peak_nits, peak_nits=target.peak_nits)
        )
        white_nits = float(aces_luminance(light[white]))
        # Nothing brighter than white in any channel: a device has no code above 1.
        fits = (code <= self._top).all(axis=1)
        xyz = light[fits] @ matrix_aces_to_xyz().T * (100.0 / white_nits)
        _write_ti3(folder / "w.ti3", self._device(code[fits]), np.maximum(xyz, 0.0), white_nits)
        code_axis = np.linspace(0.0, self._peak_code, _N_CURVE)
        curve = eotf(target.eotf, code_axis, peak_nits=target.peak_nits) / white_nits
        (folder / "src.icc").write_bytes(_matrix_profile(target, curve))
        self._run("colprof", *options, "-bn", "-O", "w.icc", "w")
        self._run(
            "collink", "-3c", "-qh", "-G", "-ia", f"-r{_SIZE}", "src.icc", "w.icc", "link.icc"
        )

    def correct(self, code: FloatArray) -> FloatArray:
        """Content code (n, 3) to wall code, through the table."""
        asked = np.clip(code / self._peak_code, 0.0, 1.0)
        return self._code(apply_file(self._folder / "link.cube", asked))

    def _device(self, code: FloatArray) -> FloatArray:
        if self._scale == "code":
            return np.asarray(code / self._top, np.float64)
        return np.asarray(np.cbrt(self._light(code) / self._light(self._top)), np.float64)

    def _code(self, device: FloatArray) -> FloatArray:
        held = np.clip(device, 0.0, 1.0)
        if self._scale == "code":
            return np.asarray(held * self._top, np.float64)
        peak = self._target.peak_nits
        return eotf_inverse(self._target.eotf, held**3 * self._light(self._top), peak_nits=peak)

    def _light(self, code: FloatArray | float) -> FloatArray:
        return eotf(self._target.eotf, code, peak_nits=self._target.peak_nits)

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, cwd=self._folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            message = f"{' '.join(command)}: {done.stdout[-400:]} {done.stderr[-400:]}"
            raise RuntimeError(message)


def _write_ti3(path: Path, device: FloatArray, xyz: FloatArray, white_nits: float) -> None:
    """Device 0..1 and XYZ with white's Y at 100, as colprof reads them."""
    white = " ".join(f"{v:.6f}" for v in xyz[np.argmax(device.sum(axis=1))] * white_nits / 100.0)
    fields = "SAMPLE_ID RGB_R RGB_G RGB_B XYZ_X XYZ_Y XYZ_Z"
    lines = [
        "CTI3", "", 'DESCRIPTOR "patches of a wall"', 'ORIGINATOR "benchmark"',
        'DEVICE_CLASS "DISPLAY"', 'COLOR_REP "RGB_XYZ"', 'NORMALIZED_TO_Y_100 "YES"',
        f'LUMINANCE_XYZ_CDM2 "{white}"', "", "NUMBER_OF_FIELDS 7", "BEGIN_DATA_FORMAT", fields,
        "END_DATA_FORMAT", "", f"NUMBER_OF_SETS {len(device)}", "BEGIN_DATA",
    ]  # fmt: skip
    for number, row in enumerate(np.concatenate([100.0 * device, xyz], axis=1), start=1):
        lines.append(f"{number} " + " ".join(f"{value:.8f}" for value in row))
    path.write_text("\n".join([*lines, "END_DATA", ""]), encoding="ascii")


def _matrix_profile(target: Target, curve: FloatArray) -> bytes:
    """ICC version 2 display profile of the content: three colorants, one curve."""
    white = xy_to_xyz(target.gamut.whitepoint_xy)
    to_d50 = matrix_adaptation(white, _D50)
    colorants = to_d50 @ matrix_rgb_to_xyz(target.gamut)
    levels = np.rint(np.clip(curve, 0.0, 1.0) * 65535.0).astype(">u2").tobytes()
    text = b"content\0"
    described = b"desc" + struct.pack(">II", 0, len(text)) + text + bytes(8 + 3 + 67)
    tags = {
        b"desc": described,
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": _numbers(b"XYZ ", white),
        b"chad": _numbers(b"sf32", to_d50.ravel()),
        b"rXYZ": _numbers(b"XYZ ", colorants[:, 0]),
        b"gXYZ": _numbers(b"XYZ ", colorants[:, 1]),
        b"bXYZ": _numbers(b"XYZ ", colorants[:, 2]),
    }
    shared = b"curv" + struct.pack(">II", 0, len(curve)) + levels
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), shared)
    offset = 128 + 4 + 12 * len(tags)
    table, body, placed = struct.pack(">I", len(tags)), b"", {}
    for name, data in tags.items():
        if data not in placed:
            placed[data] = offset + len(body)
            body += data + bytes(-len(data) % 4)
        table += name + struct.pack(">II", placed[data], len(data))
    head = struct.pack(">I4sI4s4s4s", offset + len(body), b"\0\0\0\0", 0x02400000, b"mntr", b"RGB ",
                       b"XYZ ")  # fmt: skip
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += _numbers(b"", _D50) + bytes(128 - len(head) - 12)
    return head + table + body


def _numbers(kind: bytes, values: FloatArray) -> bytes:
    start = kind + bytes(4) if kind else b""
    return start + np.rint(np.asarray(values) * 65536.0).astype(">i4").tobytes()
