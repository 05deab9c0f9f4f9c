"""stage.toml: read, checked, completed by defaults; every default that is used is said."""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.colorimetry.encoding import canonical_encoding
from ledcal.colorimetry.space import P3_D65, gamut
from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.files.document import nearest, read_toml, refuse, unknown_keys
from ledcal.files.stage_raster import RASTER_KEYS, format_raster, read_raster
from ledcal.values.drift import DriftLimits
from ledcal.values.raster import CameraRaster, LedRaster
from ledcal.values.stage import Camera, Gamut, Stage, Target, Tolerances, Wall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ledcal.values.arrays import FloatArray

_KEYS = {
    "wall": (
        *("name", "width_px", "height_px", "pitch_mm", "eotf", "peak_nits", "primaries"),
        *RASTER_KEYS["wall"],
    ),
    "camera": (
        *("model", "focal_mm", "photosite_um", "distance_m", "idt", "encoding", "space"),
        *RASTER_KEYS["camera"],
    ),
    "target": ("gamut", "eotf", "peak_nits"),
    "tolerances": ("median_itp", "p95_itp", *asdict(DriftLimits())),
}
_DEFAULT_WALL = Wall("wall", 1920, 1080, None, "ST 2084", 1500.0, P3_D65)


@dataclass
class _Table:
    """One table of the document while it is read: collects problems and assumptions."""

    name: str
    values: Mapping[str, Any]
    problems: list[str] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)

    def _assume(self, key: str, default: object, shown: str, why: str) -> None:
        if default is not None and shown:
            self.assumptions.append(f"{self.name}.{key} = {shown} ({why})")

    def number(
        self,
        key: str,
        default: float | None,
        low: float,
        high: float,
        *,
        unit: str = "",
        why: str = "default",
        quiet: bool = False,
    ) -> float | None:
        """A number within limits, or the default."""
        value = self.values.get(key)
        if value is None:
            if not quiet:
                self._assume(key, default, f"{default:g}{unit}" if default else "", why)
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.problems.append(f"{self.name}.{key} = {value!r}: expected a number")
        elif not low <= value <= high:
            limits = f"{low:g} to {high:g}{unit}"
            self.problems.append(f"{self.name}.{key} = {value:g}: expected {limits}")
        else:
            return float(value)
        return default

    def integer(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number within limits, or the default."""
        value = self.number(key, default, low, high, unit=" px")
        if value is not None and value != int(value):
            self.problems.append(f"{self.name}.{key} = {value:g}: expected a whole number")
        return int(value or default)

    def text(self, key: str, default: str, *, quiet: bool = False) -> str:
        """A string, or the default."""
        value = self.values.get(key)
        if value is None:
            if not quiet:
                self._assume(key, default, repr(default), "default")
            return default
        if not isinstance(value, str) or not value.strip():
            self.problems.append(f"{self.name}.{key} = {value!r}: expected text")
            return default
        return value

    def named(self, key: str, canonical: Callable[[str], str]) -> str | None:
        """A name that is known, or None."""
        value = self.values.get(key)
        if value is None:
            return None
        try:
            canonical(value if isinstance(value, str) else repr(value))
        except ValueError as error:
            self.problems.append(f"{self.name}.{key}: {error}")
            return None
        return str(value)

    def eotf(self, default: str, why: str) -> str:
        """A transfer function by name, or the default."""
        value = self.values.get("eotf")
        if value is None:
            self._assume("eotf", default, repr(default), why)
            return default
        try:
            return canonical_eotf(value if isinstance(value, str) else repr(value))
        except ValueError as error:
            self.problems.append(f"{self.name}.eotf: {error}")
            return default

    def gamut(self, key: str, default: Gamut, why: str) -> Gamut:
        """A gamut by name or by four xy pairs (red, green, blue, white), or the default."""
        value = self.values.get(key)
        if value is None:
            self._assume(key, default, repr(default.name), why)
            return default
        try:
            if isinstance(value, str):
                return gamut(value)
        except ValueError as error:
            self.problems.append(f"{self.name}.{key}: {error}")
            return default
        try:
            pairs = np.array(value, np.float64)
        except (ValueError, TypeError, OverflowError):
            pairs = np.empty(0)
        if pairs.shape != (4, 2) or not np.isfinite(pairs).all() or (pairs[:, 1] == 0).any():
            self.problems.append(
                f"{self.name}.{key}: expected a gamut's name, or four [x, y] pairs: "
                "red, green, blue, white"
            )
            return default
        problem = _flat(pairs[:3])
        if problem:
            self.problems.append(f"{self.name}.{key}: {problem}")
            return default
        return Gamut("custom", pairs[:3], pairs[3])


def _flat(primaries: FloatArray) -> str:
    """Why three primaries span no gamut; empty where they do."""
    for (a, one), (b, other) in itertools.combinations(enumerate(("red", "green", "blue")), 2):
        if np.abs(primaries[a] - primaries[b]).max() < 1e-3:
            return f"{one} and {other} are the same point"
    sides = primaries[1:3] - primaries[0]
    if abs(sides[0, 0] * sides[1, 1] - sides[0, 1] * sides[1, 0]) < 1e-3:
        return "the three primaries lie on one line"
    return ""


def parse_stage(document: Mapping[str, Any]) -> tuple[Stage, list[str]]:
    """A stage from the parsed document, and every problem with it.

    Parameters
    ----------
    document : mapping
        What `tomllib` gives.

    Returns
    -------
    stage : Stage
        Defaults stand where the document says nothing; the target's defaults are the wall's.
    problems : list of str
        One sentence each; empty where all is well.
    """
    problems: list[str] = []
    for name, value in document.items():
        if name not in _KEYS:
            problems.append(
                f"unknown table [{name}]; the nearest known table is [{nearest(name, _KEYS)}]"
                if isinstance(value, dict)
                else f"unknown key {name!r} outside of a table; the tables are "
                + ", ".join(f"[{table}]" for table in _KEYS)
            )
    tables: dict[str, _Table] = {}
    for name, keys in _KEYS.items():
        values = document.get(name, {})
        if not isinstance(values, dict):
            problems.append(f"{name}: expected a table [{name}]")
            values = {}
        problems += unknown_keys(f"[{name}]", values, keys)
        tables[name] = _Table(name, values)

    default = _DEFAULT_WALL
    wall = tables["wall"]
    read_wall = Wall(
        name=wall.text("name", default.name, quiet=True),
        width_px=wall.integer("width_px", default.width_px, 64, 32768),
        height_px=wall.integer("height_px", default.height_px, 64, 32768),
        pitch_mm=wall.number("pitch_mm", None, 0.05, 100.0, unit=" mm"),
        eotf=wall.eotf(default.eotf, "default"),
        peak_nits=wall.number("peak_nits", default.peak_nits, 1.0, 10000.0, unit=" nits")
        or default.peak_nits,
        gamut=wall.gamut("primaries", default.gamut, "default"),
        raster=LedRaster(**read_raster("wall", wall.values, wall.problems)),
    )
    camera = tables["camera"]
    read_camera = Camera(
        model=camera.text("model", "", quiet=True),
        focal_mm=camera.number("focal_mm", None, 0.5, 5000.0, unit=" mm"),
        photosite_um=camera.number("photosite_um", None, 0.3, 50.0, unit=" um"),
        distance_m=camera.number("distance_m", None, 0.05, 1000.0, unit=" m"),
        idt=camera.text("idt", "", quiet=True) or None,
        encoding=camera.named("encoding", lambda name: canonical_encoding(name).name),
        space=camera.named("space", lambda name: gamut(name).name),
        raster=CameraRaster(**read_raster("camera", camera.values, camera.problems)),
    )
    target = tables["target"]
    why = "the same as the wall's"
    read_target = Target(
        gamut=target.gamut("gamut", read_wall.gamut, why),
        eotf=target.eotf(read_wall.eotf, why),
        peak_nits=target.number(
            "peak_nits", read_wall.peak_nits, 1.0, 10000.0, unit=" nits", why=why
        )
        or read_wall.peak_nits,
    )
    limits = tables["tolerances"]
    plain = Tolerances()
    read_limits = Tolerances(
        median_itp=limits.number("median_itp", plain.median_itp, 0.01, 1000.0, quiet=True)
        or plain.median_itp,
        p95_itp=limits.number("p95_itp", plain.p95_itp, 0.01, 1000.0, quiet=True) or plain.p95_itp,
        drift=DriftLimits(
            **{
                key: limits.number(key, own, 1e-6, 1000.0, quiet=True) or own
                for key, own in asdict(plain.drift).items()
            }
        ),
    )
    problems += [problem for table in tables.values() for problem in table.problems]
    assumptions = tuple(line for table in tables.values() for line in table.assumptions)
    return Stage(read_wall, read_camera, read_target, read_limits, assumptions), problems


def read_stage(path: Path) -> Stage:
    """Read stage.toml.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Stage
        With a sentence in `assumptions` for every default.

    Raises
    ------
    InputError
        If it is missing or wrong; every problem on its own line.
    """
    stage, problems = parse_stage(read_toml(path))
    refuse(path, problems)
    return stage


def default_stage() -> Stage:
    """The stage of an empty stage.toml.

    Examples
    --------
    >>> stage = default_stage()
    >>> stage.wall.width_px, stage.wall.eotf, stage.wall.peak_nits, stage.target.gamut.name
    (1920, 'ST 2084', 1500.0, 'P3-D65')
    >>> len(stage.assumptions)
    8
    """
    return parse_stage({})[0]


def changed_limits(limits: DriftLimits) -> dict[str, float]:
    """Limits of drift that are not ledcal's own defaults."""
    own = asdict(DriftLimits())
    return {key: value for key, value in asdict(limits).items() if value != own[key]}


def format_stage(stage: Stage) -> str:
    """The stage as a stage.toml that reads back the same."""

    def space(value: Gamut) -> str:
        if value.name != "custom":
            return f'"{value.name}"'
        pairs = [*value.primaries_xy.tolist(), value.whitepoint_xy.tolist()]
        return "[" + ", ".join(f"[{x!r}, {y!r}]" for x, y in pairs) + "]"

    def text(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    wall, camera, target, limits = stage.wall, stage.camera, stage.target, stage.tolerances
    rows: dict[str, dict[str, str | None]] = {
        "wall": {
            "name": text(wall.name),
            "width_px": str(wall.width_px),
            "height_px": str(wall.height_px),
            "pitch_mm": None if wall.pitch_mm is None else repr(wall.pitch_mm),
            "eotf": text(wall.eotf),
            "peak_nits": repr(wall.peak_nits),
            "primaries": space(wall.gamut),
            **format_raster(wall.raster),
        },
        "camera": {
            "model": text(camera.model) if camera.model else None,
            "focal_mm": None if camera.focal_mm is None else repr(camera.focal_mm),
            "photosite_um": None if camera.photosite_um is None else repr(camera.photosite_um),
            "distance_m": None if camera.distance_m is None else repr(camera.distance_m),
            "idt": None if camera.idt is None else text(camera.idt),
            "encoding": None if camera.encoding is None else text(camera.encoding),
            "space": None if camera.space is None else text(camera.space),
            **format_raster(camera.raster),
        },
        "target": {
            "gamut": space(target.gamut),
            "eotf": text(target.eotf),
            "peak_nits": repr(target.peak_nits),
        },
        "tolerances": {
            "median_itp": repr(limits.median_itp),
            "p95_itp": repr(limits.p95_itp),
            **{key: repr(value) for key, value in changed_limits(limits.drift).items()},
        },
    }
    blocks = []
    for name, values in rows.items():
        lines = [f"{key} = {value}" for key, value in values.items() if value is not None]
        if lines:
            blocks.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(blocks) + "\n"
