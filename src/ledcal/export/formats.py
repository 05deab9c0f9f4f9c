"""The registry of formats, and the one way a file leaves: written, read back, compared, kept.

A new format is one function from a table, or a chain, to bytes and one row of `FORMATS`.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ledcal.errors import InputError
from ledcal.export._ocio import format_clf
from ledcal.export.cube import format_cube
from ledcal.export.readback import require_same
from ledcal.files.atomic import atomic_file, require_free, system_fault
from ledcal.values.chain import Chain
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledcal.export.readback import Evaluation, Table
    from ledcal.values.export import Label

    Encoder: TypeAlias = Callable[[Any, Label], bytes]

SIZES = (17, 33, 65)


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
    """

    suffix: str
    encode: Encoder
    holds: type[Lut3d] | type[Chain] = Lut3d


def label_cube(lut: Lut3d, label: Label) -> str:
    """Write a table as a .cube whose comments say what goes in and out."""
    return format_cube(lut, title=f"ledcal {label.name}", comments=label.comments)


def label_clf(chain: Chain, label: Label) -> str:
    """Write a correction in steps as a CLF that says what goes in and out."""
    return format_clf(
        chain,
        name=f"ledcal {label.name}",
        descriptions=label.lines,
        takes=label.takes,
        gives=label.gives,
    )


FORMATS: dict[str, Format] = {
    "cube": Format(".cube", lambda lut, label: label_cube(lut, label).encode("ascii")),
    "clf": Format(".clf", lambda chain, label: label_clf(chain, label).encode(), Chain),
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

    The file is read through OpenColorIO on a dense set of colours and compared with `evaluate`
    of the table.

    Parameters
    ----------
    label : Label
        What the file says of itself.
    table : Lut3d or Chain
        The correction, as the format holds it, with 17, 33 or 65 nodes along an edge.
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
        path = path / f"{label.name}_{table.size}{chosen.suffix}"
    if path.suffix.lower() != chosen.suffix:
        raise InputError(
            f"{path}: a {format_name} file must end in {chosen.suffix}, hosts go by it; "
            f"try -o {path.with_name(path.name + chosen.suffix)}"
        )
    require_free(path, overwrite=overwrite)
    data = chosen.encode(table, label)
    with atomic_file(path, overwrite=overwrite) as part:
        part.write_bytes(data)
        require_same(part, table, evaluate, name=path)
    return path


def checked_file(
    label: Label, table: Lut3d, evaluate: Evaluation, format_name: str = "cube"
) -> bytes:
    """Make the file of a table, read back through OpenColorIO beforehand.

    For `fit`, which puts it into the profile folder.

    Raises
    ------
    ExportError
        If it does not read back as it should.
    SystemFault
        If the operating system refuses.
    """
    chosen = _require_format(format_name)
    data = chosen.encode(table, label)
    name = Path(f"correction{chosen.suffix}")
    try:
        with tempfile.TemporaryDirectory(prefix="ledcal-") as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            require_same(path, table, evaluate, name=name)
    except OSError as error:
        raise system_fault(error, Path(tempfile.gettempdir())) from error
    return data


def _require_format(name: str) -> Format:
    if name not in FORMATS:
        raise InputError(f"--format {name}: choose one of {', '.join(FORMATS)}")
    return FORMATS[name]
