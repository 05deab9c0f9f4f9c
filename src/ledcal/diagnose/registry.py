"""All findings of a take: the list of what is looked for, causes before their symptoms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.diagnose import (
    against,
    automatic,
    exposure,
    files,
    geometry,
    look,
    optics,
    patches,
    sequence,
    tone,
    uniformity,
    white,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ledcal.diagnose.case import Case
    from ledcal.values.finding import Finding

# What follows from numbers that do not mean light: nothing else can be believed then.
_OF_THE_RESPONSE = (
    "eotf-not-as-declared", "signal-range", "tone-curve", "peak-not-as-declared",
    "saturation-changes-with-level", "processor-mixes-channels", "white-not-as-declared",
    "white-above-its-parts", "patches-not-believed", "peak-given-up", "peak-above-wall",
    "neutral-not-monotone",
)  # fmt: skip


# The same among what the fit finds.
_OF_THE_FIT = {
    "processor-mixes-channels": ("peak-given-up", "peak-above-wall", "neutral-not-monotone"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is looked for.

    Attributes
    ----------
    about : str
        What it is, for the list in the documentation.
    examine : callable
        A `Case` to the findings that it shows, mostly none.
    ids : tuple of str
        Findings it may give.
    explains : tuple of str
        Findings that follow from these, and are not said beside them.
    fail_explains : tuple of str
        The same, where one of these is so bad that it is a ``fail``.
    """

    about: str
    examine: Callable[[Case], Iterable[Finding]]
    ids: tuple[str, ...]
    explains: tuple[str, ...] = ()
    fail_explains: tuple[str, ...] = ()


RULES: tuple[Rule, ...] = (
    Rule(
        "files that are still being copied",
        files.growing,
        ("files-still-growing",),
        ("unreadable-frames", "missing-frames", "file-names"),
    ),
    Rule(
        "files that cannot be read",
        files.unreadable,
        ("unreadable-frames",),
        ("missing-frames",),
    ),
    Rule("several kinds of files in one folder", files.mixed_types, ("mixed-file-types",)),
    Rule("file numbers with gaps, copies of files", files.names, ("file-names",)),
    Rule("frames of another pattern", sequence.other_pattern, ("other-pattern",)),
    Rule(
        "too little light",
        exposure.low,
        ("exposure-low",),
        ("noisy-patches",),
        (
            *_OF_THE_RESPONSE,
            "missing-frames",
            "no-black-frame",
            "no-flat-frames",
            "unidentified-frames",
            "stray-light",
            "flare",
            "few-patches",
            "light-flickers",
        ),
    ),
    Rule(
        "frames that show two pattern frames at once: genlock, frame blending",
        sequence.mixtures,
        ("blended-frames", "torn-frames"),
    ),
    Rule(
        "frames of the pattern that are not there",
        sequence.missing,
        ("missing-frames", "no-black-frame", "no-flat-frames"),
        ("patches-not-believed",),
    ),
    Rule("frames that show no strip", sequence.unidentified, ("unidentified-frames",)),
    Rule("a mirrored picture", geometry.mirrored, ("mirrored",)),
    Rule("a picture on its side or head", geometry.rotated, ("rotated",)),
    Rule("a wall that leaves the picture", geometry.outside, ("wall-partly-outside",)),
    Rule("a pattern that is stretched on its wall", geometry.stretched, ("pattern-stretched",)),
    Rule("a camera that looks from the side", geometry.off_axis, ("off-axis",), ("vignetting",)),
    Rule(
        "clipped patches, and in which channel",
        exposure.clipped,
        ("saturated-patches",),
        ("peak-given-up", "few-patches"),
        (
            *_OF_THE_RESPONSE,
            "auto-iris",
            "light-flickers",
            "warm-up-drift",
            "noisy-patches",
            "uneven-patches",
            "flare",
            "stray-light",
            "cabinet-differs",
            "moire",
            "scan-lines",
        ),
    ),
    Rule(
        "bands along the rows",
        optics.scan_lines,
        ("scan-lines",),
        ("noisy-patches", "uneven-patches", "light-flickers", "cabinet-differs"),
    ),
    Rule(
        "automatic exposure, iris, white balance; settings touched; warm-up; flicker",
        automatic.changes,
        (
            "auto-exposure",
            "auto-iris",
            "auto-white-balance",
            "exposure-changed",
            "warm-up-drift",
            "light-flickers",
        ),
    ),
    Rule(
        "a camera look in the pictures",
        look.baked_in,
        ("camera-look",),
        (
            *_OF_THE_RESPONSE,
            "stray-light",
            "flare",
            "vignetting",
            "correction-already-on",
            "noisy-patches",
            "uneven-patches",
            "camera-balance",
            "cabinet-differs",
        ),
    ),
    Rule(
        "a stored profile's correction that is on, or on twice",
        against.applied,
        ("correction-applied-twice", "correction-already-on"),
        _OF_THE_RESPONSE,
    ),
    Rule(
        "a stored profile of another lens or camera",
        against.other_optics,
        ("profile-of-another-camera", "profile-of-another-lens"),
        ("white-not-as-declared", "peak-given-up"),
    ),
    Rule(
        "a wall that is corrected already",
        look.already_corrected,
        ("correction-already-on",),
        _OF_THE_RESPONSE,
    ),
    Rule(
        "colours that are made more or less saturated",
        look.saturation,
        ("saturation-changes-with-level",),
        tuple(set(_OF_THE_RESPONSE) - {"saturation-changes-with-level"}),
    ),
    Rule(
        "legal range where full is meant, and the other way round",
        tone.range_findings,
        ("signal-range",),
        (*_OF_THE_RESPONSE, "stray-light"),
    ),
    Rule(
        "another EOTF or peak, or a curve on top",
        tone.tone_findings,
        ("eotf-not-as-declared", "peak-not-as-declared", "tone-curve"),
        (
            "patches-not-believed",
            "peak-given-up",
            "peak-above-wall",
            "neutral-not-monotone",
            "processor-mixes-channels",
            "white-above-its-parts",
        ),
    ),
    Rule(
        "white that is not the sum of its parts",
        white.additivity,
        ("white-above-its-parts",),
        ("peak-above-wall",),
    ),
    Rule(
        "another white point, or a camera balanced to another light",
        white.white_point,
        ("white-not-as-declared", "camera-balance"),
        ("peak-given-up",),
    ),
    Rule("light on the wall that is not its own", optics.stray_light, ("stray-light",)),
    Rule("a lens that scatters", optics.flare, ("flare",)),
    Rule(
        "moire",
        optics.moire,
        ("moire",),
        ("noisy-patches", "greens-differ", "uneven-patches"),
    ),
    Rule(
        "focus too far from the wall",
        optics.defocus,
        ("defocus-too-strong",),
        ("small-patches", "uneven-patches"),
    ),
    Rule(
        "light that falls off",
        uniformity.vignetting,
        ("vignetting",),
        ("noisy-patches", "uneven-patches", "cabinet-differs"),
    ),
    Rule(
        "a cabinet that differs",
        uniformity.cabinet,
        ("cabinet-differs",),
        ("noisy-patches", "uneven-patches"),
    ),
    Rule(
        "patches that are noisy, uneven, small",
        patches.flagged,
        ("noisy-patches", "uneven-patches", "small-patches", "greens-differ"),
    ),
)


def diagnose(case: Case, others: Iterable[Finding] = ()) -> tuple[Finding, ...]:
    """Run every rule, and leave out what follows from something worse.

    Parameters
    ----------
    case : Case
        The take.
    others : iterable of Finding
        What other stages found (the fit); left out where a cause explains it.

    Returns
    -------
    tuple of Finding
        In the order of the rules, then the others.
    """
    found: list[Finding] = []
    explained: set[str] = set()
    for rule in RULES:
        given = {finding.id for finding in found}
        new = [one for one in rule.examine(case) if one.id not in explained and one.id not in given]
        found += new
        severities = {finding.severity for finding in new}
        if severities - {"note"}:
            explained.update(rule.explains)
        if "fail" in severities:
            explained.update(rule.fail_explains)
    given = {finding.id for finding in found}
    others = tuple(others)
    explained.update(
        symptom for one in others for symptom in _OF_THE_FIT.get(one.id, ()) if one.id != symptom
    )
    return (
        *found,
        *(one for one in others if one.id not in explained and one.id not in given),
    )
