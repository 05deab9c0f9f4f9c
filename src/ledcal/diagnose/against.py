"""Findings against a stored profile: correction on, applied twice, another lens or camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.values.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.diagnose.case import Case

# Delta E ITP: ours. A take that a profile explains is nearer than this, and another explanation
# must leave at most this share.
_FITS, _BETTER = 3.0, 0.5
_OFF = 2.0
_GAIN = 0.01


def applied(case: Case) -> Iterator[Finding]:
    """The profile's correction is on, once or twice, in a take of the plain pattern."""
    found = case.comparison
    if found is None:
        return
    figures = (
        f"the take is {found.plain:.1f} delta E ITP from the wall as {found.profile} knows it, "
        f"{found.once:.1f} with its correction, {found.twice:.1f} with it applied twice (medians)"
    )
    twice = found.twice < min(_FITS, _BETTER * min(found.plain, found.once))
    once = found.once < min(_FITS, _BETTER * min(found.plain, found.twice))
    if twice:
        yield Finding(
            id="correction-applied-twice",
            severity="fail",
            seen=figures,
            cause="the correction is on in two places: in the render host and in the processor, or "
            "in the pattern and in the host",
            confidence=0.9,
            fix="take it off in one of the two; to calibrate, take it off in both and shoot again",
            reshoot=True,
        )
    elif once:
        yield Finding(
            id="correction-already-on",
            severity="fail",
            seen=figures,
            cause="this profile's correction is on, in the render host or the processor",
            confidence=0.95,
            fix="take the LUT off (play the pattern past the host's colour correction) and shoot "
            "again; to judge it, use 'ledcal verify'",
            reshoot=True,
        )


def other_optics(case: Case) -> Iterator[Finding]:
    """A profile that was made through another lens, filter or camera."""
    found = case.comparison
    if found is None:
        return
    before, now = found.cameras
    if before and now and before != now:
        yield Finding(
            id="profile-of-another-camera",
            severity="warning",
            seen=f"{found.profile} was made with {before}, this take with {now}",
            cause="another camera body",
            confidence=0.9,
            fix="calibrate for this camera: every model sees LEDs in its own way",
            reshoot=False,
        )
    shift = float(np.abs(found.gain - 1.0).max())
    best = min(found.plain, found.once, found.twice)
    if found.plain > best or found.plain < _OFF or shift < _GAIN:
        return
    if found.after_gain > _BETTER * found.plain:
        return
    red, _, blue = 100.0 * (found.gain - 1.0)
    yield Finding(
        id="profile-of-another-lens",
        severity="warning",
        seen=f"white and all colours with it have moved since {found.profile} was made: camera red "
        f"by {red:+.1f} %, blue by {blue:+.1f} % against green; that explains {found.plain:.1f} of "
        f"delta E ITP down to {found.after_gain:.1f} (medians)",
        cause="another lens, ND or filter, or another white balance of the camera",
        confidence=0.8,
        fix="use the lens and filters that the profile was made with, or calibrate for these",
        reshoot=False,
    )
