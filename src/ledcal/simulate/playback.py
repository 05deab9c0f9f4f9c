"""How a wall plays and a camera runs: from stage.toml, and what goes wrong with it, by name."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledcal.simulate.rolling import LatePart, Rolling
from ledcal.values.pattern import Region

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.stage import Stage

FRAME_RATE = 24.0
SHUTTER_ANGLE_DEG = 180.0
LINE_TIME_US = 8.0
# Frames that are played before the first capture begins.
_LEAD = 4


@dataclass(frozen=True, slots=True)
class SyncFault:
    """One thing that goes wrong while a counter is played.

    Attributes
    ----------
    name : str
        Kebab-case.
    about : str
        In the words of the stage.
    strength : float
        How much, unless said otherwise.
    unit : str
        What strength means.
    """

    name: str
    about: str
    strength: float
    unit: str


SYNC_FAULTS = {
    fault.name: fault
    for fault in (
        SyncFault("dropped-wall-frame", "the player leaves frames out", 2.0, "frames"),
        SyncFault("doubled-wall-frame", "the player shows frames twice", 2.0, "frames"),
        SyncFault("late-wall-frame", "frames come too late to be shown: the one before stays",
                  2.0, "frames"),
        SyncFault("panel-late", "a processor is late: the right part of the wall", 1.0, "frames"),
        SyncFault("panel-late-at-times", "a processor is a frame late now and then", 0.2,
                  "share of the frames"),
        SyncFault("wall-torn", "the lower half of the wall is a frame late now and then", 0.2,
                  "share of the frames"),
        SyncFault("genlock-off", "the wall changes while the camera exposes", 0.35,
                  "frames after the first row begins"),
        SyncFault("wall-rate", "wall and camera run at different rates", 1.02,
                  "rate of the wall over that of the camera"),
    )
}  # fmt: skip


def parse_sync_fault(text: str) -> tuple[SyncFault, float] | None:
    """Read ``NAME`` or ``NAME=STRENGTH``; None where the name is not one of these.

    Parameters
    ----------
    text : str
        As typed.

    Returns
    -------
    (SyncFault, float) or None
        The fault and its strength.

    Raises
    ------
    ValueError
        If the strength is no number, or the name is nearly one of these.

    Examples
    --------
    >>> parse_sync_fault("panel-late=0.5")[1], parse_sync_fault("flare")
    (0.5, None)
    """
    name, _, typed = text.partition("=")
    if name not in SYNC_FAULTS:
        near = difflib.get_close_matches(name, list(SYNC_FAULTS), n=1, cutoff=0.85)
        if near:
            message = f"unknown fault {name!r}; did you mean {near[0]!r}?"
            raise ValueError(message)
        return None
    fault = SYNC_FAULTS[name]
    try:
        return fault, float(typed) if typed else fault.strength
    except ValueError:
        message = f"fault {name!r}: strength {typed!r} is no number ({fault.unit})"
        raise ValueError(message) from None


def build_rolling(
    stage: Stage,
    *,
    rows: int,
    numbers: Sequence[int],
    is_loop: bool,
    faults: Sequence[tuple[SyncFault, float]] = (),
    seed: int = 0,
) -> Rolling:
    """Time a take of a counter.

    Parameters
    ----------
    stage : Stage
        Frame rate, shutter angle and line time of its camera; 24 frames, 180 degrees and 8 us
        where it does not say.
    rows : int
        Of the sensor.
    numbers : sequence of int
        The frames there are, in playing order.
    is_loop : bool
        Whether the first follows on the last; otherwise both stay.
    faults : sequence of (SyncFault, float)
        What goes wrong.
    seed : int
        Where it goes wrong.

    Returns
    -------
    Rolling
        As many captures as there are numbers see whole frames, if nothing is wrong and the gap
        between exposures allows: the change lies in its middle.
    """
    raster = stage.camera.raster
    rate = raster.capture_frame_rate or FRAME_RATE
    exposure = (raster.shutter_angle_deg or SHUTTER_ANGLE_DEG) / 360.0 / rate
    line_time = (LINE_TIME_US if raster.line_time_us is None else raster.line_time_us) * 1e-6
    strengths = {fault.name: strength for fault, strength in faults}
    ratio = strengths.get("wall-rate", 1.0)
    if not 0.1 <= ratio <= 10.0:
        message = f"fault 'wall-rate': {ratio:g} is outside 0.1 to 10"
        raise ValueError(message)
    span = rows * line_time + exposure
    change = (span + 1.0 / rate) / 2
    if "genlock-off" in strengths:
        change = strengths["genlock-off"] / rate
    wall_rate = rate * ratio
    n = len(numbers)
    count = round(n * max(ratio, 1.0)) + 2 * _LEAD
    # Where it is no loop, a part that is late still has a frame to show in the first capture.
    delay = max(
        strengths.get(name, 0.0) for name in ("panel-late", "panel-late-at-times", "wall-torn")
    )
    order = np.arange(-_LEAD, count) + (0 if is_loop else math.ceil(delay))
    order = order % n if is_loop else np.clip(order, 0, n - 1)
    played = [numbers[place] for place in order.tolist()]
    rng = np.random.default_rng([seed, 909])
    for name in ("dropped-wall-frame", "doubled-wall-frame", "late-wall-frame"):
        if name in strengths:
            played = _upset(played, name, round(strengths[name]), rng, n)
    # Frame `_LEAD` of what is played begins with the change before the first capture's.
    start = change - 1.0 / rate - _LEAD / wall_rate
    # Where it is no loop, captures end before the wall stands still.
    last = played.index(numbers[-1]) if numbers[-1] in played else len(played) - 1
    end = start + (last + 1) / wall_rate
    n_captures = n if is_loop else max(1, min(n, int((end - span) * rate + 1e-6) + 1))
    made = Rolling(rate, exposure, line_time, wall_rate, start, tuple(played), n_captures)
    return replace(made, late=_late_parts(stage, strengths, made, rng))


def _upset(
    played: list[int], name: str, n_faults: int, rng: np.random.Generator, n: int
) -> list[int]:
    """Leave frames out, or show them twice, not near each other nor at the ends."""
    first, last = _LEAD + 3, _LEAD + n - 3
    room = np.arange(first, last, 3)
    n_faults = min(max(n_faults, 1), len(room))
    for place in sorted(rng.choice(room, n_faults, replace=False).tolist(), reverse=True):
        if name == "dropped-wall-frame":
            del played[place]
            played.append(played[-1])
        elif name == "doubled-wall-frame":
            played.insert(place, played[place])
        else:
            played[place] = played[place - 1]
    return played


def _late_parts(
    stage: Stage, strengths: dict[str, float], made: Rolling, rng: np.random.Generator
) -> tuple[LatePart, ...]:
    wall, frame_s = stage.wall, 1.0 / made.wall_rate
    right = Region(wall.width_px // 2, 0, wall.width_px - wall.width_px // 2, wall.height_px)
    lower = Region(0, wall.height_px // 2, wall.width_px, wall.height_px - wall.height_px // 2)
    late = []
    if "panel-late" in strengths:
        late.append(LatePart(right, strengths["panel-late"] * frame_s))
    for name, region in (("panel-late-at-times", right), ("wall-torn", lower)):
        if name in strengths:
            count = max(1, round(strengths[name] * len(made.played)))
            places = rng.choice(len(made.played), min(count, len(made.played)), replace=False)
            late.append(LatePart(region, frame_s, frozenset(int(place) for place in places)))
    return tuple(late)
