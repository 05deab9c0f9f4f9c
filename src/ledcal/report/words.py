"""Sentences that the screen and the page share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ledcal.report.verdict import number
from ledcal.values.moire import GREEN_MAGENTA, LUMINANCE, RED_BLUE

if TYPE_CHECKING:
    from ledcal.values.profile import Profile
    from ledcal.values.quality import Quality, Spread

# What a region is called, and what is in it. 'Saturated' is a sensor, also on the page.
REGION_WORDS = {
    "greys": ("greys", "equal codes in all channels"),
    "skin": ("skin", "hues of skin, dark to light"),
    "saturated": ("vivid", "one channel nearly off"),
    "shadows": ("shadows", "below 2 % of the wall's peak"),
}
# What fringes of a colour look like.
FRINGE_WORDS = {
    LUMINANCE: "light/dark",
    RED_BLUE: "orange/blue",
    GREEN_MAGENTA: "green/magenta",
}
# Differences of peak white and of its neutrality that nobody sees.
_SAME_SHARE, _SAME_ITP = 0.003, 0.5


def link_text(quality: Quality) -> str:
    """Say what the rounding of the link to the wall adds; empty where it is unknown."""
    if not math.isfinite(quality.link_10bit.median):
        return ""
    ten = _added(quality.link_10bit, quality.after)
    twelve = _added(quality.link_12bit, quality.after)
    return (
        f"a 10-bit link alone adds {ten[0]} (95 %: {ten[1]}), "
        f"a 12-bit one {twelve[0]} ({twelve[1]})"
    )


def _added(link: Spread, after: Spread) -> tuple[str, str]:
    return (
        number(max(link.median - after.median, 0.0)),
        number(max(link.p95 - after.p95, 0.0)),
    )


def peak_text(profile: Profile) -> str:
    """Say what white gives up, and what it would under the other choice; empty where unknown."""
    quality, chosen = profile.quality, profile.peak
    if not math.isfinite(quality.peak_kept):
        return ""
    lost = f"{_lost(quality.peak_kept)} of peak white"
    if chosen not in quality.peak_choices:
        return lost
    other = "keep" if chosen == "match" else "match"
    ours, theirs = quality.peak_choices[chosen], quality.peak_choices[other]
    off = number(ours.white_off_neutral_itp)
    if (
        abs(ours.peak_kept - theirs.peak_kept) < _SAME_SHARE
        and abs(ours.white_off_neutral_itp - theirs.white_off_neutral_itp) < _SAME_ITP
    ):
        return f"{lost}, which is {off} off neutral (the same with --peak {other})"
    return (
        f"{lost}, which is {off} off neutral; with --peak {other} {_lost(theirs.peak_kept)}, and "
        f"{number(theirs.white_off_neutral_itp)} off"
    )


def _lost(kept: float) -> str:
    return f"{max(0.0, 100 * (1 - kept)):.1f} %"
