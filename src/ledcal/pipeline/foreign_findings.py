"""What is said of a take of another tool's pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.measure.foreign.trust import doubted_patches, found_patches, names_of
from ledcal.values.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledcal.errors import LedcalError
    from ledcal.measure.foreign.match import Match
    from ledcal.measure.foreign.series import Series
    from ledcal.values.arrays import BoolArray
    from ledcal.values.stage import Wall


def foreign_assumptions(
    match: Match,
    saturation: float | None,
    box: tuple[float, float, float, float],
    wall: Wall,
    *,
    has_region: bool,
) -> list[str]:
    """Say what was taken for granted.

    Parameters
    ----------
    match : Match
        Which frames show which patch.
    saturation : float or None
        Of the desaturated primaries; None where they are not used.
    box : tuple of float
        x, y, width, height of what was measured, frame pixels.
    wall : Wall
        As declared.
    has_region : bool
        Whether the box was given.

    Returns
    -------
    list of str
        For the summary.
    """
    x, y, width, height = box
    where = "as --region says" if has_region else "found: what changes with the patches"
    said = [
        f"pattern: OpenVPCal's, made for {wall.eotf}"
        + (f" and {wall.peak_nits:g} nits" if match.pattern.eotf == "ST 2084" else "")
        + f", {match.pattern.n_steps} grey steps, which frame shows what told by content and order",
        f"patch: {width:.0f} x {height:.0f} px at {x:.0f}, {y:.0f} of the pictures ({where})",
        "panel differences and vignetting: not measured (no flat fields, one place for all)",
        "drift of exposure: not measured (the pattern repeats no grey)",
    ]
    if saturation is not None:
        said.append(f"desaturated primaries: saturation {saturation:g}, as seen")
    black = next(s for s, patch in enumerate(match.pattern.patches) if patch.kind == "black")
    if not found_patches(match)[black] or doubted_patches(match)[black]:
        said.append("black: estimated by the fit (the take does not show the black of the ramp)")
    return said


def foreign_findings(
    match: Match,
    series: Series,
    n_used: int,
    unread: Sequence[tuple[Path, LedcalError]],
) -> list[Finding]:
    """Say what is missing, doubtful or in the way.

    Parameters
    ----------
    match : Match
        Which frames show which patch.
    series : Series
        All frames.
    n_used : int
        Frames that were measured.
    unread : sequence of (Path, LedcalError)
        Files that could not be read.

    Returns
    -------
    list of Finding
        None of them asks for a new take.
    """
    found, doubted = found_patches(match), doubted_patches(match)
    n = len(found)
    result = []
    lost = ~found & ~_held_by_black(match)
    if lost.any():
        result.append(
            Finding(
                id="patches-missing",
                severity="warning" if lost.sum() > 0.1 * n else "note",
                seen=f"{int(lost.sum())} of {n} patches are missing: {names_of(match, lost)}",
                cause="dropped frames, or a take that began late or ended early",
                confidence=0.8,
                fix="the fit does without them; shoot again, with more frames for each patch, if "
                "its figures are not good enough",
                reshoot=False,
            )
        )
    if doubted.any():
        result.append(
            Finding(
                id="patches-not-told-apart",
                severity="note",
                seen=f"{int(doubted.sum())} of {n} patches could as well be their neighbours and "
                f"were left out: {names_of(match, doubted)}",
                cause="steps next to them are missing, or too dark to be told apart",
                confidence=0.8,
                fix="nothing, or shoot again with more frames for each patch",
                reshoot=False,
            )
        )
    if match.n_stray:
        result.append(
            Finding(
                id="stray-frames",
                severity="note",
                seen=f"{match.n_stray} of {len(series.names)} frames stand among the patches and "
                f"show other colours; {n_used} were measured",
                cause="the player blends frames, or something else was on the wall",
                confidence=0.6,
                fix="nothing, if they are few; else switch off frame blending in the player",
                reshoot=False,
            )
        )
    if unread:
        result.append(
            Finding(
                id="unreadable-files",
                severity="warning",
                seen=f"{len(unread)} of the captures could not be read: {unread[0][1]}",
                cause="damaged, or of another kind",
                confidence=0.9,
                fix="the fit does without them; copy them again from the card",
                reshoot=False,
                frames=tuple(path.name for path, _ in unread),
            )
        )
    return result


def _held_by_black(match: Match) -> BoolArray:
    """Steps between black and the first that is seen, which black's frames hold as well."""
    found = found_patches(match)
    result = np.zeros(len(found), dtype=np.bool_)
    ramp = [s for s, patch in enumerate(match.pattern.patches) if patch.name.startswith("ramp")]
    seen = [s for s in ramp if found[s]]
    if len(seen) > 1 and seen[0] == ramp[0]:
        n_held = round(match.n_black)
        result[seen[0] + 1 : min(seen[1], seen[0] + n_held)] = True
    return result
