"""All frames of a take to one table of patches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledcal.measure.black import measure_black
from ledcal.measure.choose import choose_frames
from ledcal.measure.clean import Cleaned, clean_frames
from ledcal.measure.evidence import gather_evidence, strip_gains
from ledcal.measure.quality import find_flags
from ledcal.measure.stack import stack_frames
from ledcal.values.measurement import MeasurementFlag, PatchMeasurements
from ledcal.values.pattern import FrameKind, PatchKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.errors import LedcalError
    from ledcal.measure.samples import FrameSamples
    from ledcal.measure.stack import Stack
    from ledcal.values.arrays import FloatArray, IntArray
    from ledcal.values.camera import CameraTransform
    from ledcal.values.evidence import TakeEvidence
    from ledcal.values.pattern import Pattern

_NOT_FITTED = (PatchKind.DARK, PatchKind.FLAT)


@dataclass(frozen=True, slots=True)
class Combined:
    """One measured take.

    Attributes
    ----------
    pattern : Pattern
        What was shown.
    measurements : PatchMeasurements
        One row per patch, one for the anchor grey, one for black.
    evidence : TakeEvidence
        How it was shot.
    """

    pattern: Pattern
    measurements: PatchMeasurements
    evidence: TakeEvidence


def combine(
    samples: Sequence[FrameSamples],
    pattern_for: Callable[[int], Pattern | None],
    transform: CameraTransform | None,
    *,
    unread: Sequence[tuple[Path, LedcalError]] = (),
) -> Combined:
    """Combine the frames of a take into one row per patch.

    Doubles are averaged; black, flare and what differs from place to place are taken off, the
    trend of the exposure too where the anchors show one; one common black is put back.

    Parameters
    ----------
    samples : sequence of FrameSamples
        From `sample_frame`, in any order.
    pattern_for : callable
        Pattern of an id, or None where it is not known.
    transform : CameraTransform or None
        Camera RGB to ACES2065-1; None where the frames are ACES2065-1 already.
    unread : sequence of (Path, LedcalError)
        Files that could not be read, for the findings.

    Returns
    -------
    Combined
        In ACES2065-1, at the exposure of the take.

    Raises
    ------
    CaptureError
        If the take cannot be used; the message says why and what to do.
    """
    chosen = choose_frames(samples, pattern_for, unread)
    pattern = chosen.pattern
    stack = stack_frames(pattern, chosen.frames)
    black = measure_black(pattern, stack)
    gain, gain_error = strip_gains(pattern, chosen.frames)
    numbers = np.array([f.identity.frame_index for f in chosen.frames if f.identity])
    of_number = [gain[numbers == number].mean(axis=0) for number in stack.numbers]
    cleaned = clean_frames(pattern, stack, black, np.array(of_number))
    table = _table(pattern, stack, cleaned, find_flags(stack))
    evidence = gather_evidence(
        pattern,
        chosen.frames,
        chosen.sorting,
        stack,
        black,
        own_black=cleaned.black,
        gain=(gain, gain_error),
    )
    return Combined(
        pattern=pattern,
        measurements=_to_aces(table, transform),
        evidence=evidence,
    )


def _table(pattern: Pattern, stack: Stack, cleaned: Cleaned, flags: IntArray) -> PatchMeasurements:
    """Rows in camera RGB: patches in playing order, then the anchor, then black."""
    code, camera, variance, count, share, bits, kinds, names = [], [], [], [], [], [], [], []
    anchors: list[tuple[int, int]] = []
    anchor_code: FloatArray | None = None
    place = {index: f for f, index in enumerate(stack.numbers)}
    for frame in pattern.frames:
        if frame.kind is not FrameKind.PATCHES or frame.index not in place:
            continue
        f = place[frame.index]
        for patch in frame.patches:
            r = stack.region_row[patch.region]
            if patch.kind in _NOT_FITTED or not np.isfinite(cleaned.light[f, r]).all():
                continue
            if patch.kind is PatchKind.ANCHOR:
                anchors.append((f, r))
                anchor_code = patch.code
                continue
            code.append(patch.code)
            camera.append(cleaned.light[f, r])
            variance.append(cleaned.variance[f, r])
            count.append(stack.n_samples[f, r])
            share.append(stack.saturated[f, r])
            bits.append(flags[f, r])
            kinds.append(patch.kind.value)
            names.append(stack.names[f])
    if anchors and anchor_code is not None:
        rows, columns = np.array(anchors).T
        code.append(anchor_code)
        camera.append(cleaned.light[rows, columns].mean(axis=0))
        variance.append(cleaned.variance[rows, columns].mean(axis=0) / len(anchors))
        count.append(stack.n_samples[rows, columns].sum())
        share.append(stack.saturated[rows, columns].max())
        bits.append(np.bitwise_and.reduce(flags[rows, columns]))
        kinds.append(PatchKind.ANCHOR.value)
        names.append("")
    code.append(np.zeros(3))
    camera.append(np.zeros(3))
    variance.append(cleaned.black_variance)
    count.append(0)
    share.append(0.0)
    bits.append(int(MeasurementFlag.NONE))
    kinds.append(PatchKind.BLACK.value)
    names.append("")
    return PatchMeasurements(
        code=np.array(code),
        camera=np.array(camera) + cleaned.black,
        sigma=np.sqrt(np.array(variance)),
        n_samples=np.array(count, dtype=np.int64),
        saturated=np.array(share),
        flags=np.array(bits, dtype=np.int64),
        kind=tuple(kinds),
        frame=tuple(names),
        space="camera",
        header={
            "pattern": f"{pattern.name} {pattern.layout}",
            "exposure": "unknown",
            "eotf": pattern.eotf,
            "peak_nits": f"{pattern.peak_nits:g}",
        },
    )


def _to_aces(table: PatchMeasurements, transform: CameraTransform | None) -> PatchMeasurements:
    """Carry a table through the camera's 3x3; variances add."""
    matrix = np.eye(3) if transform is None else transform.combined()
    return PatchMeasurements(
        code=table.code,
        camera=table.camera @ matrix.T,
        sigma=np.sqrt(table.sigma**2 @ (matrix**2).T),
        n_samples=table.n_samples,
        saturated=table.saturated,
        flags=table.flags,
        kind=table.kind,
        frame=table.frame,
        space="ACES2065-1",
        header=table.header,
    )
