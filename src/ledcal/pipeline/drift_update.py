"""A new version of a profile, with the correction moved after a drift check."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ledcal import __version__
from ledcal.export.formats import checked_file
from ledcal.export.label import label_of
from ledcal.files.atomic import numbered_path
from ledcal.files.digest import sha256_file
from ledcal.lut.interpolate import apply_lut, apply_tetrahedral
from ledcal.model.fit import fit_model, outlying_patches
from ledcal.model.predict import predict
from ledcal.pipeline.correction import correction_of, judge_fit
from ledcal.profile.baseline import write_baseline
from ledcal.profile.checks import write_check
from ledcal.profile.store import write_profile
from ledcal.report.html import render_report
from ledcal.values.drift import CheckRecord
from ledcal.values.profile import Derived
from ledcal.values.quality import Provenance

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.pipeline.drift_wall import ChangedWall
    from ledcal.values.reading import Baseline


def derive_profile(
    changed: ChangedWall,
    folder: Path,
    *,
    check: Path,
    change: str,
    baseline: Baseline,
    command: str,
    when: str,
) -> Path:
    """Store a profile of today's wall beside the one that it comes from.

    The measurements are moved by what was found and fitted again, so that everything in the new
    profile belongs together. The old one stays as it was.

    Parameters
    ----------
    changed : ChangedWall
        The old profile, and what has become of its wall.
    folder : Path
        Where the old profile stands.
    check : Path
        The check that it follows from.
    change : str
        By what it is moved, in words.
    baseline : Baseline
        Today's reading: the next check of the new profile compares with it.
    command : str
        What was typed.
    when : str
        ISO 8601.

    Returns
    -------
    Path
        Folder of the new profile: ``NAME-moved``, or ``NAME-moved-2`` ... where that is taken.
    """
    old = changed.profile
    measurements = changed.moved_measurements()
    wall = old.stage.wall
    model = fit_model(measurements, eotf=wall.eotf, peak_nits=wall.peak_nits)
    correction = correction_of(model, old.stage, peak=old.peak)
    table = correction.table(old.correction.size)
    digest = sha256_file(folder / "profile.json")
    path = numbered_path(folder.with_name(f"{_stem(folder.name)}-moved"))
    new = replace(
        old,
        name=path.name,
        model=model,
        correction=table,
        quality=judge_fit(correction, table, measurements),
        measurements=measurements,
        provenance=Provenance(
            ledcal_version=__version__,
            command=command,
            created=when,
            inputs={**old.provenance.inputs, **dict(baseline.inputs)},
        ),
        derived=Derived(old.name, digest, check.name, change),
    )
    files: dict[str, str | bytes] = {
        "correction.cube": checked_file(label_of(new), table, apply_lut),
        "report.html": render_report(
            new,
            predict=partial(predict, model),
            correct=partial(apply_tetrahedral, table),
            not_believed=outlying_patches(model),
        ),
    }
    write_profile(path, new, files=files)
    own = replace(baseline, created=when, profile_sha256=sha256_file(path / "profile.json"))
    write_baseline(path, own, overwrite=False)
    note = f"derived from {old.name}: {change}"
    event = CheckRecord(kind="event", when=when, note=note, ledcal_version=__version__)
    write_check(path, event)
    return path


def _stem(name: str) -> str:
    """The name of the profile that was measured."""
    return name.partition("-moved")[0]
