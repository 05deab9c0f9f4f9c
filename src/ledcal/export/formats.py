"""The registry of formats, and the one way a file leaves: written, read back, compared, kept.

A new format is one function from a table, or a chain, to bytes and one row of `FORMATS`.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ledcal.errors import ExportError, InputError
from ledcal.export._ocio import apply_file, format_clf
from ledcal.export.cube import format_cube
from ledcal.files.atomic import atomic_file, require_free, system_fault
from ledcal.values.chain import Chain
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.values.arrays import FloatArray
    from ledcal.values.profile import Profile

    Table: TypeAlias = Lut3d | Chain
    # The kind of table is that of the format.
    Evaluation: TypeAlias = Callable[[Any, FloatArray], FloatArray]
    Encoder: TypeAlias = Callable[[Any, Profile], bytes]

SIZES = (17, 33, 65)

# Largest difference in code between the file in OpenColorIO and our own evaluation.
READ_BACK_LIMIT = 1e-6
# OpenColorIO computes in float32: what it rounds a value of 0..1 by, twice.
_ROUNDING = 2.0**-23


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    Attributes
    ----------
    suffix : str
        What its files end in; hosts go by it.
    encode : callable
        Table and profile to the bytes of the file.
    holds : type
        What it is made of: `Lut3d` or `Chain`.
    """

    suffix: str
    encode: Encoder
    holds: type[Lut3d] | type[Chain] = Lut3d


def profile_cube(profile: Profile, lut: Lut3d | None = None) -> str:
    """Write a profile's correction as a .cube whose comments say what goes in and out.

    Parameters
    ----------
    profile : Profile
        The calibration.
    lut : Lut3d or None
        Its correction at another size; None takes the stored one.
    """
    table = profile.correction if lut is None else lut
    return format_cube(table, title=f"ledcal {profile.name}", comments=describe(profile))


def profile_clf(profile: Profile, chain: Chain) -> str:
    """Write a profile's correction in steps as a CLF that says what goes in and out.

    Parameters
    ----------
    profile : Profile
        The calibration.
    chain : Chain
        Its correction.
    """
    takes, gives = _takes_and_gives(profile)
    said = (line for line in describe(profile) if not line.startswith(("in: ", "out: ")))
    return format_clf(
        chain, name=f"ledcal {profile.name}", descriptions=said, takes=takes, gives=gives
    )


def describe(profile: Profile) -> tuple[str, ...]:
    """Say in a few lines what a correction takes and gives."""
    camera, (takes, gives) = profile.stage.camera, _takes_and_gives(profile)
    return (
        f"LED wall correction by ledcal {profile.provenance.ledcal_version}",
        f"profile: {profile.name}",
        f"in: {takes}",
        f"out: {gives}",
        f"camera: {camera.model or 'not stated'}; made {profile.provenance.created}",
        "interpolate tetrahedrally; last step before the LED processor; apply once",
    )


def _takes_and_gives(profile: Profile) -> tuple[str, str]:
    wall, target = profile.stage.wall, profile.stage.target
    held = f"held at {target.peak_nits:g} nits"
    return (
        f"content code, {target.gamut.name}, {target.eotf}, full range, {held}",
        f"code for wall {wall.name}, {wall.eotf}, full range, peak {wall.peak_nits:g} nits",
    )


FORMATS: dict[str, Format] = {
    "cube": Format(".cube", lambda lut, profile: profile_cube(profile, lut).encode("ascii")),
    "clf": Format(".clf", lambda chain, profile: profile_clf(profile, chain).encode(), Chain),
}


def export_profile(
    profile: Profile,
    table: Table,
    evaluate: Evaluation,
    *,
    format_name: str,
    path: Path,
    overwrite: bool = False,
) -> Path:
    """Write a profile's correction for a host; keep the file only if it reads back right.

    The file is read through OpenColorIO on a dense set of colours and compared with `evaluate`
    of the table.

    Parameters
    ----------
    profile : Profile
        Gives the comments.
    table : Lut3d or Chain
        Its correction, as the format holds it, with 17, 33 or 65 nodes along an edge.
    evaluate : callable
        Table and code (n, 3) to code (n, 3), tetrahedral.
    format_name : str
        A key of `FORMATS`.
    path : Path
        The file, with the format's suffix; a folder gets ``NAME_SIZE.cube`` in it.
    overwrite : bool
        Replace what stands there.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    InputError
        For an unknown format, size or suffix, or a path that exists.
    ExportError
        If it does not read back as it should; nothing is left behind.
    SystemFault
        If the operating system refuses.
    """
    chosen = _require_format(format_name)
    if table.size not in SIZES:
        raise InputError(f"--size {table.size}: choose one of {', '.join(map(str, SIZES))}")
    path = Path(path)
    if path.is_dir():
        path = path / f"{profile.name}_{table.size}{chosen.suffix}"
    if path.suffix.lower() != chosen.suffix:
        raise InputError(
            f"{path}: a {format_name} file must end in {chosen.suffix}, hosts go by it; "
            f"try -o {path.with_name(path.name + chosen.suffix)}"
        )
    require_free(path, overwrite=overwrite)
    data = chosen.encode(table, profile)
    with atomic_file(path, overwrite=overwrite) as part:
        part.write_bytes(data)
        require_same(part, table, evaluate, name=path)
    return path


def checked_file(profile: Profile, evaluate: Evaluation, format_name: str = "cube") -> bytes:
    """Make the file of a profile's stored table, read back through OpenColorIO beforehand.

    For `fit`, which puts it into the profile folder.

    Raises
    ------
    ExportError
        If it does not read back as it should.
    SystemFault
        If the operating system refuses.
    """
    chosen = _require_format(format_name)
    data = chosen.encode(profile.correction, profile)
    name = Path(f"correction{chosen.suffix}")
    try:
        with tempfile.TemporaryDirectory(prefix="ledcal-") as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            require_same(path, profile.correction, evaluate, name=name)
    except OSError as error:
        raise system_fault(error, Path(tempfile.gettempdir())) from error
    return data


def require_same(path: Path, table: Table, evaluate: Evaluation, *, name: Path) -> None:
    """Read a file through OpenColorIO and compare it with our evaluation of the table.

    Raises
    ------
    ExportError
        If they differ by more than `READ_BACK_LIMIT` anywhere; of a chain, by more than that and
        what its steps make of the rounding of float32.
    """
    signal = read_back_colours()
    got = apply_file(path, signal)
    low, high = _bounds(table, evaluate, signal)
    outside = np.maximum(np.maximum(low - got, got - high), 0.0)
    worst = int(np.argmax(outside.max(axis=-1)))
    if not float(outside[worst].max()) <= READ_BACK_LIMIT:
        found = float(np.abs(got - evaluate(table, signal))[worst].max())
        raise ExportError(
            f"{name}: read back through OpenColorIO it differs by {found:.2g} in code from the "
            f"table, limit {READ_BACK_LIMIT:g}, at code {signal[worst].tolist()}; the file was "
            f"not kept; please report it"
        )


def _bounds(
    table: Table, evaluate: Evaluation, signal: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """What OpenColorIO may make of a table in float32, `READ_BACK_LIMIT` aside.

    The colours of the read-back have places in a plain cube that float32 holds. In a chain the
    place is rounded, then what leaves the cube, and the last curves may be steep there.
    """
    if not isinstance(table, Chain):
        ours = evaluate(table, signal)
        return ours, ours
    nodes = table.cube.table
    steepest = max(float(np.abs(np.diff(nodes, axis=axis)).max()) for axis in range(3))
    slack = _ROUNDING * (1.0 + (table.size - 1) * steepest)
    low, high = (
        evaluate(replace(table, cube=Lut3d(nodes + shift)), signal) for shift in (-slack, slack)
    )
    return low, high


def read_back_colours() -> FloatArray:
    """Give the colours of the read-back: greys, edges of the cube, and many inside, (n, 3).

    All are multiples of 1/4096, which float32 holds exactly together with their place in a cell
    of 17, 33 and 65 nodes; what is left is the rounding of the values themselves.
    """
    steps = np.arange(4097) / 4096
    grey = np.repeat(steps[:, None], 3, axis=1)
    axis = np.arange(0, 4097, 256) / 4096
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = np.random.default_rng(2136).integers(0, 4097, (20000, 3)) / 4096
    face = inside[:6000].copy()
    face[np.arange(6000), np.arange(6000) % 3] = (np.arange(6000) // 3) % 2
    outside = np.array([[-0.25, 0.5, 1.25], [1.5, -1.0, 0.25], [2.0, 2.0, 2.0], [-1.0, -1.0, -1.0]])
    return np.concatenate([grey, grid, inside, face, outside])


def _require_format(name: str) -> Format:
    if name not in FORMATS:
        raise InputError(f"--format {name}: choose one of {', '.join(FORMATS)}")
    return FORMATS[name]
