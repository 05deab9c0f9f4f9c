"""Measured rows of a re-shoot to its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.colorimetry.space import aces_luminance
from ledcal.drift.suspect import (
    applied_finding,
    change_finding,
    headline,
    profile_finding,
    some_finding,
    unclear_finding,
)
from ledcal.pipeline.verify_causes import components_of
from ledcal.pipeline.verify_figures import explain_applied, look_at, regions_of
from ledcal.values.finding import Finding
from ledcal.values.quality import over_limits
from ledcal.values.verify import ALL, AS_MEANT, OF_ANOTHER, Verification

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ledcal.pipeline.verify_figures import Seen
    from ledcal.values.camera import CameraTransform
    from ledcal.values.drift import Component
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.profile import Profile
    from ledcal.values.quality import OverLimit
    from ledcal.values.verify import Explained, RegionFigures

# The exposure is free: a re-shoot may be lighter or darker than the profile's take.
_NOT_JUDGED = ("exposure",)
# Of fewer colours the 95th percentile is their maximum, and is said but not judged.
_ENOUGH = 20
# A profile that predicts this share of a limit has not promised to keep it.
_PROMISED = 0.8


def judge_rows(
    profile: Profile,
    rows: PatchMeasurements,
    *,
    drawn_by: Profile | None,
    transform: CameraTransform | None,
    others: Callable[[], Mapping[str, Profile]],
    findings: Sequence[Finding] = (),
) -> Verification:
    """Judge what was measured of a re-shoot.

    Parameters
    ----------
    profile : Profile
        Whose correction is judged.
    rows : PatchMeasurements
        In ACES2065-1, keyed by content code.
    drawn_by : Profile or None
        Whose correction the frames hold; None: plain frames that the host corrects.
    transform : CameraTransform or None
        How the rows became ACES2065-1; None where they came so.
    others : callable
        Gives other profiles by name; called where the light is not as it is meant.
    findings : sequence of Finding
        What is wrong with the take.

    Returns
    -------
    Verification
        ``fail`` where the light is out of tolerance, or something else than the correction was
        applied; ``warn`` where it is within, and there is something to say.

    Raises
    ------
    CaptureError
        If too few patches are left.
    """
    is_of_another = drawn_by is not None and drawn_by is not profile
    seen = look_at(profile, rows, drawn_by=drawn_by if is_of_another else None)
    regions = regions_of(profile, seen)
    explained = _explain(profile, seen, drawn_by=drawn_by, others=others)
    to_aces = np.eye(3) if transform is None else transform.combined()
    components = components_of(profile, seen, to_aces)
    whole, limits = regions[ALL], profile.stage.tolerances
    over = tuple(
        one
        for one in over_limits(whole.achieved, whole.noise, limits)
        if one.name == "median" or whole.n >= _ENOUGH
    )
    # A mistake is one too where only what the wall cannot make shows it.
    off = next(one.misfit for one in explained.suspects if one.finding == AS_MEANT)
    severity = "fail" if over or off > limits.median_itp else "warning"
    why: list[Finding] = []
    if drawn_by is not None and is_of_another:
        why.append(_of_another(profile, drawn_by))
    if explained.winner is not None and explained.winner.finding != AS_MEANT:
        why.append(
            applied_finding(
                explained,
                profile=profile.name,
                is_drawn=drawn_by is not None,
                severity=severity,
            )
        )
        components = ()
    elif not why:
        why += _of_the_wall(whole, seen, explained, components, over)
    found = (*why, *findings)
    verdict = _verdict(found, over)
    return Verification(
        profile=profile.name,
        pattern="",
        is_drawn=drawn_by is not None,
        verdict=verdict,
        sentence=_sentence(found, explained, components, whole, over),
        regions=regions,
        left_out=seen.left_out,
        explained=explained,
        findings=found,
        components=components,
        limits=limits,
        n_patches=len(seen.content),
    )


def _explain(
    profile: Profile,
    seen: Seen,
    *,
    drawn_by: Profile | None,
    others: Callable[[], Mapping[str, Profile]],
) -> Explained:
    is_drawn = drawn_by is not None
    found = explain_applied(profile, seen, is_drawn=is_drawn, others={})
    meant = found.suspects[0]
    if meant.finding == AS_MEANT and meant.misfit <= found.allowed:
        return found
    return explain_applied(profile, seen, is_drawn=is_drawn, others=others())


def _of_the_wall(
    whole: RegionFigures,
    seen: Seen,
    explained: Explained,
    components: tuple[Component, ...],
    over: Sequence[OverLimit],
) -> list[Finding]:
    """Say whether the wall is what it was, where nothing else than the correction was applied."""
    meant = next(one for one in explained.suspects if one.finding == AS_MEANT)
    is_off = meant.misfit > explained.allowed
    moved = [one for one in components if one.verdict == "fail" and one.name not in _NOT_JUDGED]
    found: list[Finding] = []
    promised = {"median": whole.predicted.median, "95th percentile": whole.predicted.p95}
    no_better = [one for one in over if promised[one.name] > _PROMISED * one.limit]
    if no_better and not is_off and not moved:
        one = no_better[0]
        found.append(profile_finding(predicted=promised[one.name], limit=one.limit, name=one.name))
    elif over and not is_off and not moved:
        found.append(_some_finding(seen, over[-1].limit))
    elif is_off or moved:
        severity = "fail" if over else "warning"
        off = whole.against_prediction.median
        found.append(change_finding(components, explained, severity=severity, off=off))
    if AS_MEANT in explained.rivals:
        found.append(unclear_finding(explained))
    return found


def _some_finding(seen: Seen, limit: float) -> Finding:
    """A few colours that are off, on a wall that is what it was."""
    off = np.where(seen.makeable, delta_e_itp(seen.scale * seen.light, seen.target), 0.0)
    worst = int(np.argmax(off))
    return some_finding(
        n_over=int((off > limit).sum()),
        n=int(seen.makeable.sum()),
        limit=limit,
        worst=float(off[worst]),
        code=seen.content[worst],
        nits=100.0 * float(aces_luminance(seen.target[worst])),
    )


def _of_another(profile: Profile, drawn_by: Profile) -> Finding:
    return Finding(
        id=OF_ANOTHER,
        severity="fail",
        seen=f"the frames were drawn with the correction of {drawn_by.name}, not of {profile.name}",
        cause="the pattern of another profile was played, or the wrong profile was named",
        confidence=1.0,
        fix=f"verify against {drawn_by.name}, or write the pattern of {profile.name} with "
        f"'ledcal patterns OUT --corrected {profile.name}' and shoot it",
        reshoot=False,
    )


def _verdict(findings: Sequence[Finding], over: Sequence[OverLimit]) -> str:
    severities = {one.severity for one in findings}
    if over or "fail" in severities:
        return "fail"
    return "warn" if "warning" in severities else "pass"


def _sentence(
    findings: Sequence[Finding],
    explained: Explained,
    components: Sequence[Component],
    whole: RegionFigures,
    over: Sequence[OverLimit],
) -> str:
    """The one sentence: how right content is, and what is most wrong."""
    achieved = whole.achieved
    figures = f"{achieved.median:.2f} (median), {achieved.p95:.2f} (95 %) delta E ITP"
    worst = next((one for one in findings if one.severity in {"fail", "warning"}), None)
    why = "" if worst is None else headline(worst, explained, components)
    if over:
        return f"content is off by {figures}" + (f": {why}" if why else "")
    return f"content is right through the camera to {figures}" + (f", but {why}" if why else "")
