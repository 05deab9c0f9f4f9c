"""The registry of formats, and the one way a file leaves: written, read back, compared, kept.

A new format is one function from a table, or a chain, to bytes and one row of `FORMATS`.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ledcal.errors import InputError
from ledcal.export._ocio import format_clf
from ledcal.export.cube import format_cube
from ledcal.export.names import other_suffix, safe_stem
from ledcal.export.picture import (
    HALD_SIZES,
    HALF_STEP_16_BIT,
    encode_picture,
    hald_pixels,
    identity_of,
    lattice_pixels,
)
from ledcal.export.readback import (
    FFMPEG_CUBE,
    FFMPEG_HALD,
    OPENCOLORIO,
    require_nodes,
    require_same,
)
from ledcal.export.spi3d import format_spi3d
from ledcal.files.atomic import atomic_file, require_free_file, system_fault
from ledcal.values.chain import Chain
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledcal.export.readback import Evaluation, Reader, Table
    from ledcal.values.arrays import FloatArray
    from ledcal.values.export import Label, Proof

    Encoder: TypeAlias = Callable[[Any, Label], bytes]
    Layout: TypeAlias = Callable[[Lut3d], FloatArray]

SIZES = (17, 33, 65)
# What OpenColorIO reads.
MIN_SIZE, MAX_SIZE = 2, 129
_BOTH = ("tetrahedral", "trilinear")


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    Attributes
    ----------
    suffix : str
        What its files end in; hosts go by it.
    encode : callable
        Table and label to the bytes of the file.
    holds : type
        What it is made of: `Lut3d` or `Chain`.
    sizes : tuple of int
        Nodes along an edge that a profile is sampled at: every host is known to take them.
    usual : int
        Nodes along an edge, where nobody asks.
    ending : str
        What the name of a file in a folder has before the suffix.
    also : mapping of str to callable
        Other suffixes, each with its `encode`.
    readers : tuple of (Reader, interpolations)
        The programs that every file is read back through.
    layout : callable or None
        Table to the pixels of a picture; they are compared one by one.
    has_identity : bool
        Written twice: the table, and beside it, NAME_identity, the one that changes nothing.
    sizes_only : bool
        It cannot hold a table of another origin with other nodes.
    """

    suffix: str
    encode: Encoder
    holds: type[Lut3d] | type[Chain] = Lut3d
    sizes: tuple[int, ...] = SIZES
    usual: int = 33
    ending: str = ""
    also: Mapping[str, Encoder] = field(default_factory=dict)
    readers: tuple[tuple[Reader, tuple[str, ...]], ...] = ((OPENCOLORIO, ("tetrahedral",)),)
    layout: Layout | None = None
    has_identity: bool = False
    sizes_only: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What stands there after `deliver`.

    Attributes
    ----------
    files : tuple of Path
        The file; of a lattice, the one to send through the host too.
    proofs : tuple of Proof
        What was compared.
    """

    files: tuple[Path, ...]
    proofs: tuple[Proof, ...]


def label_cube(lut: Lut3d, label: Label, *, for_resolve: bool = False) -> str:
    """Write a table as a .cube whose comments say what goes in and out."""
    return format_cube(
        lut, title=f"ledcal {label.name}", comments=label.comments, for_resolve=for_resolve
    )


def label_clf(chain: Chain, label: Label) -> str:
    """Write a correction in steps as a CLF that says what goes in and out."""
    return format_clf(
        chain,
        name=f"ledcal {label.name}",
        descriptions=label.lines,
        takes=label.takes,
        gives=label.gives,
    )


def _picture(layout: Layout, suffix: str) -> Encoder:
    return lambda lut, label: encode_picture(layout(lut), label, suffix=suffix)


FORMATS: dict[str, Format] = {
    "cube": Format(
        ".cube",
        lambda lut, label: label_cube(lut, label).encode("ascii"),
        readers=((OPENCOLORIO, _BOTH), (FFMPEG_CUBE, _BOTH)),
    ),
    "resolve-cube": Format(
        ".cube",
        lambda lut, label: label_cube(lut, label, for_resolve=True).encode("ascii"),
        ending="_resolve",
        # ffmpeg does not know the range line.
        readers=((OPENCOLORIO, _BOTH),),
    ),
    "clf": Format(".clf", lambda chain, label: label_clf(chain, label).encode(), Chain),
    "spi3d": Format(
        ".spi3d",
        lambda lut, _: format_spi3d(lut).encode("ascii"),
        readers=((OPENCOLORIO, _BOTH),),
    ),
    "hald": Format(
        ".png",
        _picture(hald_pixels, ".png"),
        sizes=HALD_SIZES,
        usual=64,
        ending="_hald",
        readers=((FFMPEG_HALD, _BOTH),),
        layout=hald_pixels,
        sizes_only=True,
    ),
    "lattice": Format(
        ".exr",
        _picture(lattice_pixels, ".exr"),
        ending="_lattice",
        also={".png": _picture(lattice_pixels, ".png")},
        readers=(),
        layout=lattice_pixels,
        has_identity=True,
    ),
}


def write_table(
    label: Label,
    table: Table,
    evaluate: Evaluation,
    *,
    format_name: str,
    path: Path,
    overwrite: bool = False,
) -> Path:
    """Write a correction for a host; keep the file only if it reads back right.

    As `deliver`, for those who need only the path.
    """
    return deliver(
        label, table, evaluate, format_name=format_name, path=path, overwrite=overwrite
    ).files[0]


def deliver(
    label: Label,
    table: Table,
    evaluate: Evaluation,
    *,
    format_name: str,
    path: Path,
    overwrite: bool = False,
) -> Delivery:
    """Write a correction for a host; keep the file only if it reads back right.

    The file is read by other programs (the format's `readers`) on a dense set of colours and
    compared with `evaluate` of the table.

    Parameters
    ----------
    label : Label
        What the file says of itself.
    table : Lut3d or Chain
        The correction, as the format holds it, with 2..129 nodes along an edge; of a Hald, with
        one of its sizes.
    evaluate : callable
        Table and code (n, 3) to code (n, 3), tetrahedral; of a `Lut3d` trilinear too, with
        ``interpolation="trilinear"`` (`lut.interpolate.apply_lut`).
    format_name : str
        A key of `FORMATS`.
    path : Path
        The file, with the format's suffix; a folder gets ``NAME_SIZE.cube`` in it.
    overwrite : bool
        Replace what stands there.

    Returns
    -------
    Delivery
        What was written, and how well it reads back.

    Raises
    ------
    InputError
        For an unknown format, size or suffix, or a path that exists.
    ExportError
        If it does not read back as it should; nothing is left behind.
    SystemFault
        If the operating system refuses.
    """
    chosen = require_format(format_name)
    files = plan_files(label, table.size, format_name=format_name, path=path, overwrite=overwrite)
    encode = chosen.also.get(files[0].suffix.lower(), chosen.encode)
    made: list[tuple[Path, Table, Label]] = [(files[0], table, label)]
    if chosen.has_identity and isinstance(table, Lut3d):
        same = replace(label, name=f"{label.name} identity", gives="the code that goes in")
        made.append((files[1], identity_of(table), same))
    proofs: list[Proof] = []
    with ExitStack() as stack:
        for file, content, words in made:
            part = stack.enter_context(atomic_file(file, overwrite=overwrite))
            part.write_bytes(encode(content, words))
            proofs += _prove(part, content, evaluate, chosen, name=file)
    return Delivery(files, tuple(proofs))


def plan_files(
    label: Label, size: int, *, format_name: str, path: Path, overwrite: bool = False
) -> tuple[Path, ...]:
    """Which files `deliver` would write; refuse now what it would refuse after the work.

    Parameters
    ----------
    label : Label
        Names the file in a folder.
    size : int
        Nodes along an edge.
    format_name, path, overwrite
        As `deliver` takes them.

    Returns
    -------
    tuple of Path
        The file; of a lattice, the one to send through the host too.

    Raises
    ------
    InputError
        For an unknown format, size or suffix, or a path that exists.
    """
    chosen = require_format(format_name)
    if chosen.sizes_only or not MIN_SIZE <= size <= MAX_SIZE:
        require_size(format_name, size)
    files = [_named(Path(path), label, size, chosen, format_name)]
    if chosen.has_identity:
        files.append(files[0].with_name(f"{files[0].stem}_identity{files[0].suffix}"))
    for file in files:
        require_free_file(file, overwrite=overwrite)
    return tuple(files)


def checked_file(
    label: Label, table: Lut3d, evaluate: Evaluation, format_name: str = "cube"
) -> bytes:
    """Make the file of a table, read back by other programs beforehand.

    For `fit`, which puts it into the profile folder.

    Raises
    ------
    ExportError
        If it does not read back as it should.
    SystemFault
        If the operating system refuses.
    """
    chosen = require_format(format_name)
    data = chosen.encode(table, label)
    name = Path(f"correction{chosen.suffix}")
    try:
        with tempfile.TemporaryDirectory(prefix="ledcal-") as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            _prove(path, table, evaluate, chosen, name=name)
    except OSError as error:
        raise system_fault(error, Path(tempfile.gettempdir())) from error
    return data


def usual_name(label: Label, size: int, *, format_name: str) -> str:
    """What a file is called in a folder: each format otherwise."""
    chosen = require_format(format_name)
    return f"{safe_stem(label.name)}_{size}{chosen.ending}{chosen.suffix}"


def require_format(name: str) -> Format:
    """The format of a name.

    Raises
    ------
    InputError
        If there is none; it names those that there are.
    """
    if name not in FORMATS:
        raise InputError(f"--format {name}: choose one of {', '.join(FORMATS)}")
    return FORMATS[name]


def require_size(name: str, size: int) -> None:
    """Refuse a number of nodes along an edge that a format does not take.

    Raises
    ------
    InputError
        It names those that it takes.
    """
    sizes = require_format(name).sizes
    if size not in sizes:
        wanted = ", ".join(map(str, sizes))
        raise InputError(f"--size {size}: a {name} file takes one of {wanted}")


def _named(path: Path, label: Label, size: int, chosen: Format, format_name: str) -> Path:
    """The file that is meant: in a folder, one with a name that tells the formats apart."""
    if path.is_dir():
        return path / usual_name(label, size, format_name=format_name)
    suffixes = (chosen.suffix, *chosen.also)
    if path.suffix.lower() not in suffixes:
        raise InputError(
            f"{path}: a {format_name} file must end in {' or '.join(suffixes)}, hosts go by it; "
            f"try -o {other_suffix(path, chosen.suffix)}"
        )
    return path


def _prove(
    path: Path, table: Table, evaluate: Evaluation, chosen: Format, *, name: Path
) -> list[Proof]:
    proofs = []
    if chosen.layout is not None and isinstance(table, Lut3d):
        rounding = HALF_STEP_16_BIT if path.suffix.lower() == ".png" else 0.0
        proofs.append(require_nodes(path, chosen.layout(table), name=name, rounding=rounding))
    for reader, interpolations in chosen.readers:
        proofs += [
            require_same(
                path, table, evaluate, name=name, reader=reader, interpolation=interpolation
            )
            for interpolation in interpolations
        ]
    return proofs
