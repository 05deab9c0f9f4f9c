"""One calibration: everything needed to reproduce it and to use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.camera import CameraTransform
    from ledcal.values.display import DisplayModel
    from ledcal.values.finding import Finding
    from ledcal.values.lut import Lut3d
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.quality import Provenance, Quality, Spread
    from ledcal.values.stage import Stage

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Derived:
    """Where a profile comes from that was not shot anew, but moved after a drift check.

    Attributes
    ----------
    profile : str
        Name of the profile that was moved.
    sha256 : str
        Of its profile.json.
    check : str
        File name of the check among the checks of that profile.
    change : str
        By what it was moved, in words.
    """

    profile: str
    sha256: str
    check: str
    change: str


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What `fit` leaves behind.

    Attributes
    ----------
    name : str
        Folder name.
    stage : Stage
        Wall, camera, target and limits it was fitted with.
    pattern : str
        Which pattern was shot: ``standard grid``, ``openvpcal``, ``csv``.
    transform : CameraTransform or None
        How camera RGB became ACES2065-1; None where measurements came that way.
    model : DisplayModel
        Wall code to camera.
    correction : Lut3d
        Content code to wall code, at the size that was asked for.
    quality : Quality
        The figures.
    measurements : PatchMeasurements
        What was fitted.
    findings : tuple of Finding
        What was noticed on the way.
    assumptions : tuple of str
        Every default that was used.
    provenance : Provenance
        Inputs with their digests, version, command, date.
    n_frames : int
        Frames that were read.
    peak : str
        What white gives up where the wall cannot make it: ``match`` brightness, ``keep``
        neutrality.
    derived : Derived or None
        None where it was measured.
    """

    name: str
    stage: Stage
    pattern: str
    transform: CameraTransform | None
    model: DisplayModel
    correction: Lut3d
    quality: Quality
    measurements: PatchMeasurements
    findings: tuple[Finding, ...]
    assumptions: tuple[str, ...]
    provenance: Provenance
    n_frames: int
    peak: str = "match"
    derived: Derived | None = None


@dataclass(frozen=True, slots=True)
class ProfileSummary:
    """One line of `ledcal profiles`.

    Attributes
    ----------
    folder : Path
        Where the profile stands.
    name, wall, camera, eotf, pattern, created : str
        As the profile says; all but the name are empty where it is damaged.
    peak_nits : float
        Of the wall; NaN where the profile is damaged.
    n_patches : int
        Measurements that were fitted.
    before, after, cross_validated : Spread or None
        Delta E ITP; None where the profile is damaged.
    derived_from : str
        Name of the profile that it was moved from; empty where it was measured.
    problem : str
        Why it cannot be read; empty where it can.
    """

    folder: Path
    name: str
    wall: str = ""
    camera: str = ""
    eotf: str = ""
    pattern: str = ""
    created: str = ""
    peak_nits: float = float("nan")
    n_patches: int = 0
    before: Spread | None = None
    after: Spread | None = None
    cross_validated: Spread | None = None
    derived_from: str = ""
    problem: str = ""
