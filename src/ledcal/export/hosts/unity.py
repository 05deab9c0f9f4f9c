"""Unity: plain tables, and a full-screen pass behind post-processing for HDRP and URP."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal import __version__
from ledcal.colorimetry.space import BT709, BT2020, matrix_rgb_to_rgb
from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.errors import ExportError
from ledcal.export.cube import ascii_line
from ledcal.export.hosts.host import Host
from ledcal.export.hosts.linear709 import LINEAR_709, white_codes
from ledcal.export.hosts.tables import words_of, write_tables
from ledcal.export.hosts.words import page_of, read_template
from ledcal.export.ocio.encoding import is_absolute
from ledcal.export.ocio.names import encoding_words
from ledcal.values.export import code_values

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate, Page
    from ledcal.values.arrays import FloatArray
    from ledcal.values.export import WallCorrection
    from ledcal.values.lut import Lut3d
    from ledcal.values.stage import Gamut, Target

ASSETS = "Ledcal"
CORE = f"{ASSETS}/LedcalCorrection.hlsl"
# Where each text goes; the folder is copied into Assets.
_FILES = {
    "unity-core.hlsl": CORE,
    "unity-table.cs": f"{ASSETS}/Editor/LedcalTable.cs",
    "unity-pass.cs": f"{ASSETS}/HDRP/LedcalCorrection.cs",
    "unity-hdrp.shader": f"{ASSETS}/HDRP/LedcalCorrection.shader",
    "unity-urp.shader": f"{ASSETS}/URP/LedcalCorrectionURP.shader",
}
# What the importer of HDRP takes, nodes along an edge.
_SMALLEST, _LARGEST = 16, 65


def _write(folder: Path, walls: tuple[WallCorrection, ...], evaluate: Evaluate) -> Page:
    (wall,) = walls
    for table in wall.tables.values():
        _require_size(table)
    files = write_tables(folder, wall, evaluate)
    words = code_words(wall)
    for template, name in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(read_template(template).substitute(words).encode("ascii"))
    content, corrected = white_codes(wall, evaluate)
    words = {
        **words_of(wall, files),
        **_output_words(wall),
        "white": f"{_steps(corrected)} of 1023 calibrated, {_steps(content)} not",
    }
    return replace(page_of("unity", words, is_scene_linear=True), light=LINEAR_709)


def _output_words(wall: WallCorrection) -> dict[str, str]:
    """Which of Unity's outputs is for the wall: HDR output tells whoever listens ST 2084."""
    if canonical_eotf(wall.wall.eotf) == "ST 2084":
        return {"by_hdr": "the right one for this wall", "without_hdr": "bands on this wall"}
    return {
        "by_hdr": (
            f"but the signal calls itself ST 2084, and this wall is {ascii_line(wall.wall.eotf)}: "
            "set the processor's input EOTF by hand, and if it follows the signal all the same, "
            "use the way without HDR"
        ),
        "without_hdr": "the usual one for this wall; dark gradients may show steps",
    }


def code_words(wall: WallCorrection) -> dict[str, str]:
    """What is written into shaders and scripts: the target's numbers, and whose they are.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from ledcal.colorimetry.space import P3_D65
    >>> from ledcal.values.export import Label
    >>> from ledcal.values.stage import Target
    >>> target = Target(P3_D65, "BT.1886", 200.0)
    >>> words = code_words(SimpleNamespace(label=Label("north", "", ""), target=target))
    >>> print(words["encode"].strip(), words["peak"])
    return pow(light * 0.5, 0.41666666); 2.0
    """
    target = wall.target
    return {
        "made": f"Written by ledcal {__version__}; README.md beside it has the steps.",
        "whose": ascii_line(f"Correction: {wall.label.name}"),
        "content": ascii_line(encoding_words(target)),
        "gamut": ascii_line(target.gamut.name),
        "eotf": canonical_eotf(target.eotf),
        "peak_nits": f"{target.peak_nits:g}",
        "peak": hlsl_number(target.peak_nits / 100.0),
        "from_rec709": _matrix(BT709, target.gamut),
        "from_rec2020": _matrix(BT2020, target.gamut),
        "encode": _encode(target),
    }


def hlsl_number(value: float) -> str:
    """A number as HLSL takes it for a float: no exponent, always a point.

    Examples
    --------
    >>> hlsl_number(15.0), hlsl_number(-0.0578654), hlsl_number(1e-6)
    ('15.0', '-0.0578654', '0.000001')
    """
    text = np.format_float_positional(np.float32(value), unique=True, trim="0")
    return str(text)


def _matrix(source: Gamut, target: Gamut) -> str:
    rows = matrix_rgb_to_rgb(source, target).round(9) + 0.0
    lines = ("    " + ", ".join(hlsl_number(float(value)) for value in row) for row in rows)
    return ",\n".join(lines)


def _encode(target: Target) -> str:
    """The body of the inverse EOTF: light, 1.0 = 100 nits, held to the peak, to code."""
    name = canonical_eotf(target.eotf)
    if is_absolute(target):
        return "    return LedcalPq(light);"
    share = f"light * {hlsl_number(100.0 / target.peak_nits)}"
    if name == "sRGB":
        return (
            f"    float share = {share};\n"
            "    if (share <= 0.0031308)\n"
            "        return 12.92 * share;\n"
            "    return 1.055 * pow(share, 0.41666666) - 0.055;"
        )
    if name in {"linear", "gamma 1"}:
        return f"    return {share};"
    exponent = 2.4 if name == "BT.1886" else float(name.removeprefix("gamma "))
    return f"    return pow({share}, {hlsl_number(1.0 / exponent)});"


def _steps(code: FloatArray) -> str:
    red, green, blue = (float(value) for value in code)
    return " ".join(str(value) for value in code_values((red, green, blue)))


def _require_size(table: Lut3d) -> None:
    """Refuse what Unity's importer refuses."""
    if not _SMALLEST <= table.size <= _LARGEST:
        raise ExportError(
            f"{table.size} nodes along an edge: Unity takes {_SMALLEST} to {_LARGEST}; choose "
            "--size 33"
        )


HOST = Host("unity", "Unity 2022.2 or newer, HDRP or URP", (33, 65), _write)
