"""Profile to plain document and back, written out by hand.

The table and the measurements stand in files of their own; the document holds everything else.
`schema/profile-1.json` describes it; a test keeps the two in step.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeAlias

from ledcal.errors import ProfileError
from ledcal.profile.fields import Field
from ledcal.profile.quality import quality_from_document, quality_to_document
from ledcal.values.camera import CameraTransform
from ledcal.values.display import DisplayModel
from ledcal.values.drift import DriftLimits
from ledcal.values.finding import Finding, finding_document
from ledcal.values.profile import SCHEMA_VERSION, Derived, Profile
from ledcal.values.quality import PEAK_CHOICES, Provenance
from ledcal.values.raster import CameraRaster, LedRaster
from ledcal.values.stage import Camera, Gamut, Stage, Target, Tolerances, Wall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledcal.values.lut import Lut3d
    from ledcal.values.measurement import PatchMeasurements

Document: TypeAlias = dict[str, Any]

FORMAT = "ledcal profile"


def profile_to_document(profile: Profile, files: Mapping[str, str]) -> Document:
    """Make the plain document of a profile: dicts, lists, texts, numbers, null.

    Parameters
    ----------
    profile : Profile
        What to write. Its `correction` and `measurements` are only described.
    files : mapping of str to str
        Names of the files beside profile.json, with their sha256.

    Returns
    -------
    dict
        JSON without NaN: an unknown figure is null.
    """
    return {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "name": profile.name,
        "pattern": profile.pattern,
        "n_frames": profile.n_frames,
        "n_patches": profile.measurements.n_patches,
        "stage": _stage_to_document(profile.stage),
        "transform": None
        if profile.transform is None
        else {
            "white_balance": profile.transform.white_balance.tolist(),
            "matrix": profile.transform.matrix.tolist(),
            "source": profile.transform.source,
            "assumes": profile.transform.assumes,
        },
        "model": {
            "kind": profile.model.kind,
            "parameters": {
                name: {"shape": list(values.shape), "values": values.tolist()}
                for name, values in profile.model.parameters.items()
            },
        },
        "correction": {"size": profile.correction.size, "peak": profile.peak},
        "quality": quality_to_document(profile.quality),
        "findings": [finding_document(finding) for finding in profile.findings],
        "assumptions": list(profile.assumptions),
        "provenance": {
            "ledcal_version": profile.provenance.ledcal_version,
            "command": profile.provenance.command,
            "created": profile.provenance.created,
            "inputs": dict(profile.provenance.inputs),
        },
        "derived": None if profile.derived is None else asdict(profile.derived),
        "files": dict(files),
    }


def profile_from_document(
    document: object,
    *,
    correction: Lut3d,
    measurements: PatchMeasurements,
    name: str = "profile.json",
) -> Profile:
    """Read the document of a profile.

    Parameters
    ----------
    document : object
        What the JSON says.
    correction : Lut3d
        The table, from its own file.
    measurements : PatchMeasurements
        The measurements, from their own file.
    name : str
        What the document is called in messages.

    Returns
    -------
    Profile
        As it was stored.

    Raises
    ------
    ProfileError
        If the schema is newer than this program, or for all problems of the document at once.
    """
    require_known_schema(document, name)
    root = Field(document)
    stage = _stage_from_document(root.at("stage"))
    size = root.at("correction").at("size").integer()
    if not root.problems and size != correction.size:
        root.problems.append(f"correction.size: {size}, but the table has {correction.size}")
    parameters = root.at("model").at("parameters").entries()
    origin = root.at("provenance")
    inputs = origin.at("inputs").entries()
    profile = Profile(
        name=root.at("name").text(),
        stage=stage,
        pattern=root.at("pattern").text(),
        transform=root.at("transform").either(_transform_from_document),
        model=DisplayModel(
            kind=root.at("model").at("kind").text(),
            parameters={key: entry.stated_array() for key, entry in parameters.items()},
        ),
        correction=correction,
        quality=quality_from_document(root.at("quality")),
        measurements=measurements,
        findings=tuple(_finding_from_document(entry) for entry in root.at("findings").items()),
        assumptions=root.at("assumptions").texts(),
        provenance=Provenance(
            ledcal_version=origin.at("ledcal_version").text(),
            command=origin.at("command").text(),
            created=origin.at("created").text(),
            inputs={key: entry.text() for key, entry in inputs.items()},
        ),
        n_frames=root.at("n_frames").integer(),
        peak=root.at("correction").at_or("peak", "match").one_of(PEAK_CHOICES),
        derived=root.at_or("derived", None).either(_derived_from_document),
    )
    root.require_sound(name)
    return profile


def require_known_schema(document: object, name: str) -> None:
    """Refuse what is not a profile, and one that is newer than this program.

    Raises
    ------
    ProfileError
        If it is not a ledcal profile, or its schema version is unknown here.
    """
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ProfileError(f"{name}: not a ledcal profile (it lacks format: {FORMAT!r})")
    version = document.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ProfileError(f"{name}: schema_version: expected an integer from 1, got {version!r}")
    if version > SCHEMA_VERSION:
        raise ProfileError(
            f"{name}: schema version {version} is newer than the {SCHEMA_VERSION} that this "
            f"ledcal reads; update ledcal"
        )


def _finding_from_document(entry: Field) -> Finding:
    return Finding(
        id=entry.at("id").text(),
        severity=entry.at("severity").text(),
        seen=entry.at("seen").text(),
        cause=entry.at("cause").text(),
        confidence=entry.at("confidence").number(),
        fix=entry.at("fix").text(),
        reshoot=entry.at("reshoot").boolean(),
        frames=entry.at("frames").texts(),
    )


def _stage_to_document(stage: Stage) -> Document:
    wall, camera, target = stage.wall, stage.camera, stage.target
    return {
        "wall": {
            "name": wall.name,
            "width_px": wall.width_px,
            "height_px": wall.height_px,
            "pitch_mm": wall.pitch_mm,
            "eotf": wall.eotf,
            "peak_nits": wall.peak_nits,
            "gamut": _gamut_to_document(wall.gamut),
            "raster": _given(wall.raster),
        },
        "camera": {
            "model": camera.model,
            "focal_mm": camera.focal_mm,
            "photosite_um": camera.photosite_um,
            "distance_m": camera.distance_m,
            "idt": camera.idt,
            "encoding": camera.encoding,
            "space": camera.space,
            "raster": _given(camera.raster),
        },
        "target": {
            "gamut": _gamut_to_document(target.gamut),
            "eotf": target.eotf,
            "peak_nits": target.peak_nits,
        },
        "tolerances": {
            "median_itp": stage.tolerances.median_itp,
            "p95_itp": stage.tolerances.p95_itp,
            "drift": asdict(stage.tolerances.drift),
        },
        "assumptions": list(stage.assumptions),
    }


def _derived_from_document(root: Field) -> Derived:
    return Derived(
        profile=root.at("profile").text(),
        sha256=root.at("sha256").text(),
        check=root.at("check").text(),
        change=root.at("change").text(),
    )


def _limits_from_document(root: Field) -> DriftLimits:
    """Limits that are known; those of a later version are left aside, older profiles have none."""
    known = asdict(DriftLimits())
    found = {key: entry.number() for key, entry in root.entries().items() if key in known}
    return DriftLimits(**found)


def _stage_from_document(root: Field) -> Stage:
    wall, camera = root.at("wall"), root.at("camera")
    target, tolerances = root.at("target"), root.at("tolerances")
    return Stage(
        wall=Wall(
            name=wall.at("name").text(),
            width_px=wall.at("width_px").integer(),
            height_px=wall.at("height_px").integer(),
            pitch_mm=wall.at("pitch_mm").number_or_none(),
            eotf=wall.at("eotf").text(),
            peak_nits=wall.at("peak_nits").number(),
            gamut=_gamut_from_document(wall.at("gamut")),
            raster=LedRaster(**_raster(wall, LedRaster())),
        ),
        camera=Camera(
            model=camera.at("model").text(),
            focal_mm=camera.at("focal_mm").number_or_none(),
            photosite_um=camera.at("photosite_um").number_or_none(),
            distance_m=camera.at("distance_m").number_or_none(),
            idt=camera.at("idt").text_or_none(),
            encoding=camera.at_or("encoding", None).text_or_none(),
            space=camera.at_or("space", None).text_or_none(),
            raster=CameraRaster(**_raster(camera, CameraRaster())),
        ),
        target=Target(
            gamut=_gamut_from_document(target.at("gamut")),
            eotf=target.at("eotf").text(),
            peak_nits=target.at("peak_nits").number(),
        ),
        tolerances=Tolerances(
            median_itp=tolerances.at("median_itp").number(),
            p95_itp=tolerances.at("p95_itp").number(),
            drift=_limits_from_document(tolerances.at_or("drift", {})),
        ),
        assumptions=root.at("assumptions").texts(),
    )


def _given(raster: LedRaster | CameraRaster) -> Document:
    return {key: value for key, value in asdict(raster).items() if value is not None}


def _raster(root: Field, empty: LedRaster | CameraRaster) -> dict[str, Any]:
    """Fields that are known; those of a later version are left aside."""
    found: dict[str, Any] = {}
    for key, entry in root.at_or("raster", {}).entries().items():
        if key == "emitter":
            found[key] = entry.text()
        elif key.endswith(("_px", "scan", "line_skip")) and key != "olpf_px":
            found[key] = entry.integer()
        else:
            found[key] = entry.number()
    return {key: value for key, value in found.items() if hasattr(empty, key)}


def _gamut_to_document(gamut: Gamut) -> Document:
    return {
        "name": gamut.name,
        "primaries_xy": gamut.primaries_xy.tolist(),
        "whitepoint_xy": gamut.whitepoint_xy.tolist(),
    }


def _gamut_from_document(root: Field) -> Gamut:
    return Gamut(
        root.at("name").text(),
        root.at("primaries_xy").array((3, 2)),
        root.at("whitepoint_xy").array((2,)),
    )


def _transform_from_document(root: Field) -> CameraTransform:
    return CameraTransform(
        white_balance=root.at("white_balance").array((3,)),
        matrix=root.at("matrix").array((3, 3)),
        source=root.at("source").text(),
        assumes=root.at_or("assumes", "").text(),
    )
