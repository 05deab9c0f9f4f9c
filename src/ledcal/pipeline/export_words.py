"""What `ledcal export` says of a file, line by line: what it is, takes, gives, who proved it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.transfer import pq_decode
from ledcal.export.picture import HALF_STEP_16_BIT
from ledcal.export.readback import READ_BACK_LIMIT
from ledcal.files.digest import sha256_file
from ledcal.values.chain import Chain

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.formats import Delivery
    from ledcal.pipeline.inverse import Inverse
    from ledcal.pipeline.matrix import Nearest
    from ledcal.values.export import Label, Proof
    from ledcal.values.lut import Lut3d
    from ledcal.values.quality import Spread
    from ledcal.values.stage import Target, Wall

_PLACE = "after the output transform, before the LED processor, once"
# What to choose, where there is a choice.
_INTERPOLATION = {
    "clf": "the file itself says tetrahedral",
    "hald": "choose tetrahedral (ffmpeg: haldclut=interp=tetrahedral)",
    "spi3d": "choose tetrahedral; OpenColorIO takes linear unless it is told",
}
# What float32 rounds a code by.
_FINEST = 2.0**-24
_CHOOSE = "choose tetrahedral interpolation"
_NEVER_ON_WALL = "on a recording of the corrected signal; never on its way to the wall"


def table_words(
    delivery: Delivery,
    label: Label,
    table: Lut3d | Chain,
    file_format: str,
    *,
    back: Inverse | None,
    error: Spread | None = None,
    is_inverse: bool = False,
) -> list[str]:
    """Say what stands there and how to use it, in lines of at most 80 letters but for paths."""
    if len(delivery.files) > 1:
        return [
            *_lattice_words(delivery, label, table, back, is_inverse=is_inverse),
            *_error_words(error),
            *_proof_words(delivery),
        ]
    *_, last = steps_of(table)
    behind = f", then 3 {last.replace(' ', ' of ')}" if last.startswith("curves") else ""
    bits = ", 16 bits" if file_format == "hald" else ""
    lines = [
        f"{delivery.files[0]}: {_edge(table.size)} nodes{behind}{bits}",
        *_in_and_out(label),
        f"  use: {_NEVER_ON_WALL if is_inverse else _PLACE}",
        f"       {_INTERPOLATION.get(file_format, _CHOOSE)}",
    ]
    if file_format == "resolve-cube":
        lines.append("       for Resolve only: ffmpeg and Unity refuse it; they take --format cube")
    return [*lines, *_inverse_words(back), *_error_words(error), *_proof_words(delivery)]


def matrix_words(
    path: Path, proof: Proof, nearest: Nearest, wall: Wall, target: Target
) -> list[str]:
    """Say what the matrix is, its numbers to copy, and what it leaves."""
    unit = "1.0 = 100 nits on both sides, or any other unit that is the same on both"
    before, behind = (_nits_of_code_1(side) for side in (target, wall))
    if before != behind:
        unit = f"nits: code 1 is {before:g} before and {behind:g} behind"
    return [
        f"{path}: 3x3 in linear light",
        f"  before: {target.gamut.name} content code, {target.eotf} decoded to light",
        f"  behind: light below 0 held at 0, then {wall.eotf} encoded for wall {wall.name}",
        f"  unit: {unit}",
        *("    " + " ".join(f"{value:11.8f}" for value in row) for row in nearest.matrix),
        "  what is left, delta E ITP by the model, median and p95 (greys):",
        f"    this matrix          {_figures(nearest.leaves, nearest.leaves_greys)}",
        f"    the whole correction {_figures(nearest.whole, nearest.whole_greys)}",
        f"    nothing at all       {_figures(nearest.nothing, nearest.nothing_greys)}",
        f"  use: {_PLACE};",
        "       a table does more, wherever one can be loaded",
        f"  proven: {proof.reader} within {at_most(proof.worst)} of the light",
    ]


def _nits_of_code_1(side: Target | Wall) -> float:
    return float(pq_decode(1.0)) if side.eotf == "ST 2084" else side.peak_nits


def at_most(value: float) -> str:
    """A small number in one digit, rounded up: what may be said to be its limit.

    Examples
    --------
    >>> at_most(1.42e-07), at_most(2e-07), at_most(9.1e-07), at_most(0.0)
    ('2e-07', '2e-07', '1e-06', '0')
    """
    if value <= 0.0:
        return "0"
    step = 10.0 ** np.floor(np.log10(value))
    # What only the division made is no excess.
    return f"{np.ceil(value / step - 1e-9) * step:.0e}"


def steps_of(table: Lut3d | Chain) -> list[str]:
    """What a file does, in order."""
    cube = f"cube {_edge(table.size)}"
    if not isinstance(table, Chain):
        return [cube]
    before = ["range"] if table.first.is_straight else ["range", f"curves {len(table.first)}"]
    return [*before, cube, *([] if table.last is None else [f"curves {len(table.last)}"])]


def _lattice_words(
    delivery: Delivery,
    label: Label,
    table: Lut3d | Chain,
    back: Inverse | None,
    *,
    is_inverse: bool,
) -> list[str]:
    wanted, sent = delivery.files
    suffix, size = wanted.suffix.lower(), table.size
    which = "inverse" if is_inverse else "table"
    return [
        f"{sent}: what to send",
        f"{wanted}: what must come out, {_edge(size)} nodes",
        *_in_and_out(label),
        f"  use: 1. in the host: the {which} of {size} nodes, from the same profile",
        "       2. load the picture to send as codes: no colour transform, no scaling",
        "       3. save what the host sends to the wall, losslessly; no code may be",
        f"          off by more than {at_most(_lattice_limit(table, suffix))}",
        "       as a table:",
        *(["       oiiotool SAVED.png -d float -o SAVED.exr"] if suffix == ".png" else []),
        f"       ociolutimage --extract --cubesize {size} --input SAVED.exr --output X.spi3d",
        *_inverse_words(back),
    ]


def _lattice_limit(table: Lut3d | Chain, suffix: str) -> float:
    """What rounding explains: of the code that is sent, that is saved, and that is compared."""
    if suffix == ".exr" or isinstance(table, Chain):
        return READ_BACK_LIMIT
    steepest = sum(float(np.abs(np.diff(table.table, axis=axis)).max()) for axis in range(3))
    return HALF_STEP_16_BIT * (2.0 + steepest * (table.size - 1))


def _in_and_out(label: Label) -> list[str]:
    return [f"  in: {label.takes}", f"  out: {label.gives}"]


def _inverse_words(back: Inverse | None) -> list[str]:
    if back is None:
        return []
    trip = back.round_trip
    return [
        f"  back and corrected again: {trip.median:.2f} median, {trip.p95:.2f} p95 delta E ITP",
        f"  lost: {100.0 * back.lost:.0f} % of the content's codes, which the wall cannot make",
    ]


def _error_words(error: Spread | None) -> list[str]:
    if error is None:
        return []
    off = f"{error.median:.2f} median, {error.p95:.2f} p95 delta E ITP off the exact correction"
    return [f"  between nodes: {off}"]


def _proof_words(delivery: Delivery) -> list[str]:
    """One line a program: which interpolations, and the largest difference; and the digest."""
    lines = []
    for reader, group in groupby(delivery.proofs, key=lambda proof: proof.reader):
        found = list(group)
        ways = " and ".join(dict.fromkeys(proof.interpolation for proof in found))
        worst = max(proof.worst for proof in found)
        # Of a chain: beyond what float32 rounds in its steps.
        how = f"{at_most(worst)} in code" if worst > _FINEST else "what float32 rounds"
        lines.append(f"  proven: {reader}, {ways}: within {how}")
    return lines + [f"  sha256 begins {sha256_file(path)[:16]}" for path in delivery.files[:1]]


def _edge(size: int) -> str:
    return f"{size} x {size} x {size}"


def _figures(colours: Spread, greys: Spread) -> str:
    return f"{colours.median:6.2f} {colours.p95:6.2f}   ({greys.median:.2f} {greys.p95:.2f})"
