"""`drift baseline` and `drift check`: takes to what has changed, its record, a moved profile."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from ledcal import __version__
from ledcal.drift.advise import advice_of, can_be_moved, out_of_limits, sentence_of
from ledcal.errors import CaptureError, InputError, ProfileError
from ledcal.files.digest import sha256_file
from ledcal.files.stage import changed_limits, read_stage
from ledcal.pipeline.drift_readings import compare_takes, repeatability_of
from ledcal.pipeline.drift_take import read_drift, require_same_stage
from ledcal.pipeline.drift_update import derive_profile
from ledcal.pipeline.drift_wall import ChangedWall, is_corrected
from ledcal.pipeline.profiles import read_stored
from ledcal.profile.baseline import read_baseline, write_baseline
from ledcal.profile.checks import write_check
from ledcal.values.drift import UNITS, CheckRecord, worst_verdict
from ledcal.values.drift_check import DriftCheck, StoredBaseline
from ledcal.values.reading import Baseline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from ledcal.drift.compare import DriftComparison
    from ledcal.values.drift import DriftLimits
    from ledcal.values.profile import Profile
    from ledcal.values.raster import LedRaster

_DOCUMENT = "profile.json"
_Box = tuple[float, float, float, float]


def store_baseline(
    takes: Sequence[Path],
    profile_name: Path,
    *,
    root: Path,
    plan_path: Path | None = None,
    camera_space: str | None = None,
    encoding: str | None = None,
    chart: _Box | None = None,
    overwrite: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> StoredBaseline:
    """Measure takes of the drift pattern and keep them as the baseline of a profile.

    Parameters
    ----------
    takes : sequence of Path
        Two or more: folders, or clips.
    profile_name : Path
        Whose baseline it is.
    root : Path
        Where profiles are.
    plan_path, camera_space, encoding, chart
        As `read_drift` takes them.
    overwrite : bool
        Replace the baseline that is there.
    progress : callable
        Called with (frames read, frames in all), for each take.

    Returns
    -------
    StoredBaseline
        With what the stage does by itself.

    Raises
    ------
    LedcalError
        If there are fewer than two takes, two are the same files, or one cannot be used.
    """
    if len(takes) < 2:
        raise InputError(
            "a baseline needs two takes of the drift pattern, a minute apart: what they differ by "
            "is the stage's own restlessness; give both"
        )
    profile, folder = read_stored(profile_name, root=root)
    if (folder / "baseline.json").exists() and not overwrite:
        raise InputError(f"{folder} has a drift baseline already; add --overwrite to replace it")
    read = []
    for take in takes:
        try:
            read.append(
                read_drift(
                    [take],
                    profile,
                    plan_path=plan_path,
                    camera_space=camera_space,
                    encoding=encoding,
                    chart=chart,
                    progress=progress,
                )
            )
        except CaptureError as error:
            raise CaptureError(f"{take}: {error}") from error
    files = [set(one.inputs.values()) for one in read]
    if any(files[i] & files[j] for i in range(len(files)) for j in range(i)):
        raise InputError(
            "two of the takes hold the same files: a take that is compared with itself says "
            "nothing of the stage; shoot the pattern once more"
        )
    readings = [one.reading for one in read]
    for other in readings[1:]:
        require_same_stage(readings[0], other)
    wall, transform = profile.stage.wall, read[0].transform
    repeat = repeatability_of(readings, wall, transform)
    baseline = Baseline(
        readings=tuple(readings),
        created=_now().isoformat(timespec="seconds"),
        profile_sha256=sha256_file(folder / _DOCUMENT),
        inputs=tuple(
            (f"{number}/{name}", digest)
            for number, one in enumerate(read, start=1)
            for name, digest in sorted(one.inputs.items())
        ),
        repeatability=repeat,
    )
    path = write_baseline(folder, baseline, overwrite=overwrite)
    limits = profile.stage.tolerances.drift
    apart = tuple(
        f"{name} {size * math.sqrt(2.0):.2g} {UNITS[name]}, limit {limits.of(name):g}"
        for name, size in repeat.items()
        if size * math.sqrt(2.0) > limits.of(name)
    )
    return StoredBaseline(profile.name, path, repeat, apart, limits)


def check_drift(
    captures: Sequence[Path],
    profile_name: Path,
    *,
    root: Path,
    stage_path: Path | None = None,
    plan_path: Path | None = None,
    camera_space: str | None = None,
    encoding: str | None = None,
    chart: _Box | None = None,
    note: str = "",
    day: date | None = None,
    update: bool = False,
    command: str = "",
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> DriftCheck:
    """Compare a take of the drift pattern with the baseline of a profile, and keep the result.

    Parameters
    ----------
    captures : sequence of Path
        One take.
    profile_name : Path
        Whose wall it is.
    root : Path
        Where profiles are.
    stage_path : Path or None
        Limits and size of the cabinets are taken from this stage.toml; None: from the profile.
    plan_path, camera_space, encoding, chart
        As `read_drift` takes them.
    note : str
        Kept with the check.
    day : date or None
        When it was shot, where that is not today.
    update : bool
        Write a derived profile where the correction can follow.
    command : str
        What was typed, for the provenance of a derived profile.
    progress : callable
        Called with (frames read, frames in all).

    Returns
    -------
    DriftCheck
        With its record, which is kept.

    Raises
    ------
    LedcalError
        If there is no baseline, or the take cannot be compared with it; nothing is kept then.
    """
    profile, folder = read_stored(profile_name, root=root)
    limits, raster, are_own = _said(profile, stage_path)
    baseline = read_baseline(folder)
    digest = sha256_file(folder / _DOCUMENT)
    if baseline.profile_sha256 != digest:
        raise ProfileError(
            f"{folder}: the drift baseline was made for an earlier fit of this profile; shoot the "
            f"drift pattern twice and type 'ledcal drift baseline TAKE1 TAKE2 --profile "
            f"{profile.name} --overwrite'"
        )
    take = read_drift(
        captures,
        profile,
        plan_path=plan_path,
        camera_space=camera_space,
        encoding=encoding,
        chart=chart,
        progress=progress,
    )
    first = baseline.readings[0]
    require_same_stage(first, take.reading)
    if chart is not None and not np.isfinite(first.chart).all():
        raise InputError(
            "--chart: the baseline was measured without a chart; make it anew with --chart"
        )
    wall = replace(profile.stage.wall, raster=raster)
    comparison = compare_takes(
        baseline.readings,
        take.reading,
        wall,
        take.transform,
        limits,
        repeatability=baseline.repeatability,
    )
    to_aces = take.transform.combined()
    pairs = comparison.pairs
    if is_corrected(profile, pairs.code, pairs.then, pairs.now, to_aces):
        raise CaptureError(
            f"these captures show the drift pattern through the correction of {profile.name}, the "
            "baseline is without; switch the LUT off in host and processor (or play past it) and "
            "shoot again"
        )
    changed = ChangedWall(profile, comparison.split.explanation, to_aces, comparison.black)
    then, now = changed.errors()
    record = CheckRecord(
        kind="drift",
        when=_when(day),
        verdict=worst_verdict(comparison.components),
        sentence=sentence_of(comparison),
        delta_e_itp=now.median,
        delta_e_itp_p95=now.p95,
        components=comparison.components,
        note=note,
        profile_sha256=digest,
        inputs=tuple(sorted(take.inputs.items())),
        ledcal_version=__version__,
    )
    path = write_check(folder, record)
    check = DriftCheck(
        profile=profile.name,
        record=record,
        path=path,
        advice=tuple(advice_of(comparison, now.median, then.median)),
        then=then,
        now=now,
        limits=limits,
        are_own=are_own,
    )
    if not update:
        return check
    why_not = _why_not(comparison)
    if why_not:
        return replace(check, not_updated=why_not)
    made = derive_profile(
        changed,
        folder,
        check=path,
        change=record.sentence,
        baseline=replace(baseline, readings=(take.reading,), inputs=record.inputs),
        command=command,
        when=record.when,
    )
    return replace(check, updated=made)


def _why_not(comparison: DriftComparison) -> str:
    """Why a correction is not moved; empty where it can be."""
    if can_be_moved(comparison.components):
        return ""
    failed = out_of_limits(comparison.components)
    if not failed:
        return "nothing is out of its limits, so there is nothing to move the correction by"
    names = ", ".join(one.name for one in failed)
    return (
        f"{names} out of limits: only a change of brightness, of a channel or of white can be "
        "moved; redo the fit"
    )


def _said(profile: Profile, stage_path: Path | None) -> tuple[DriftLimits, LedRaster, bool]:
    """Limits, what is known of the cabinets, and whether the limits are all ledcal's own."""
    stage = profile.stage if stage_path is None else read_stage(stage_path)
    limits = stage.tolerances.drift
    return limits, stage.wall.raster, not changed_limits(limits)


def _now() -> datetime:
    return datetime.now().astimezone()


def _when(day: date | None) -> str:
    """The time of a check; of an earlier day, its noon."""
    if day is None:
        return _now().isoformat(timespec="seconds")
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).isoformat(timespec="seconds")
