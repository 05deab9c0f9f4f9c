"""Walls into another's config: what is theirs stays as it is, byte by byte, and is proven to."""

from __future__ import annotations

import contextlib
import shutil
import stat
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ledcal.errors import ExportError, InputError
from ledcal.export._ocio import opencolorio_name
from ledcal.export.formats import label_cube, write_table
from ledcal.export.ocio.account import merged, part
from ledcal.export.ocio.compare import require_kept
from ledcal.export.ocio.compose import compose_config
from ledcal.export.ocio.document import read_document
from ledcal.export.ocio.ground import find_ground
from ledcal.export.ocio.ociocheck import check_by_tool
from ledcal.export.ocio.proof import open_config, prove_walls
from ledcal.export.ocio.sections import sections_of
from ledcal.export.ocio.spaces import SPACES
from ledcal.export.ocio.theirs import (
    open_theirs,
    place_tables,
    quietly,
    require_version,
    taken_files,
)
from ledcal.files.atomic import atomic_file, numbered_path, require_free_file, system_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.export.ocio.account import Names
    from ledcal.export.ocio.compose import Composed
    from ledcal.export.ocio.ground import Ground
    from ledcal.export.ocio.names import DisplayNames
    from ledcal.export.ocio.proof import WallProof
    from ledcal.export.ocio.sections import PlannedWall, Sections
    from ledcal.export.ocio.theirs import Place
    from ledcal.values.export import WallCorrection

KEPT = "before-ledcal"


@dataclass(frozen=True, slots=True)
class IntoProof:
    """What was tried of a config before it was kept.

    Attributes
    ----------
    reader : str
        The program that read it, with its version.
    checker : str
        ``ociocheck`` with its version; or why its word does not count.
    n_processors : int
        Of theirs, before and after: bit for bit the same.
    walls : WallProof
        Displays and tables against ledcal's own chain.
    """

    reader: str
    checker: str
    n_processors: int
    walls: WallProof


@dataclass(frozen=True, slots=True)
class Added:
    """A config with walls in it.

    Attributes
    ----------
    config : Path
        What was written.
    tables : tuple of Path
        Its tables, of these walls.
    displays : tuple of DisplayNames
        One a correction, in order.
    kept : Path or None
        What stood there before; None where nothing did, or nothing changed.
    is_changed : bool
        Whether the config is another one than before.
    added, replaced : Names
        What is new in it, and what of ours went, by section.
    notes : tuple of str
        What people should know.
    proof : IntoProof
        What was tried.
    """

    config: Path
    tables: tuple[Path, ...]
    displays: tuple[DisplayNames, ...]
    kept: Path | None
    is_changed: bool
    added: Names
    replaced: Names
    notes: tuple[str, ...]
    proof: IntoProof


def add_walls(
    config: Path,
    walls: Sequence[WallCorrection],
    evaluate: Evaluate,
    *,
    size: int | None = None,
    out: Path | None = None,
    overwrite: bool = False,
) -> Added:
    """Add walls to a config; exporting them again replaces what was added, and only that.

    Parameters
    ----------
    config : Path
        Somebody's, version 2 or newer.
    walls : sequence of WallCorrection
        The corrections.
    evaluate : callable
        Our own evaluation of a table.
    size : int or None
        Which of their tables; None: the largest of each.
    out : Path or None
        The new config, in the same folder; None: the config itself.
    overwrite : bool
        Replace what stands at `out`, which is kept under another name.

    Returns
    -------
    Added
        What was written, and how it was proven.

    Raises
    ------
    InputError
        If the config cannot be added to; it says why, and what to do.
    AmbiguousInputError
        If it does not say what its light means.
    ExportError
        If something would no longer be as it was, or walls do not get what they should; nothing
        is changed then.
    SystemFault
        If the operating system refuses.
    """
    out = require_places(config, out, overwrite=overwrite)
    with quietly():
        return _add(config, out, walls, evaluate, size)


def _add(
    config: Path, out: Path, walls: Sequence[WallCorrection], evaluate: Evaluate, size: int | None
) -> Added:
    data = _read(config)
    document = read_document(data, name=str(config))
    require_version(document)
    parted = part(document)
    theirs = open_theirs(_bytes(parted.theirs.text), config)
    ground, place = find_ground(theirs), place_tables(theirs, config)
    sections = _plan(walls, size, config.parent / place.folder)
    composed = compose_config(parted, theirs, sections, ground, place)
    text = _bytes(composed.text)
    with ExitStack() as undo:
        tables = _write_tables(sections, place, config, evaluate, undo)
        wanted = _Wanted(composed, sections, ground, evaluate)
        before = _read(out) if out.exists() else None
        kept = None
        if before == text:
            proof = _prove(config, data, out, out, wanted)
        else:
            kept = numbered_path(out.with_name(f"{out.name}.{KEPT}")) if before else None
            proof = _write_config(config, data, out, text, wanted, kept, undo)
        undo.pop_all()
    return Added(
        config=out,
        tables=tables,
        displays=tuple(one.names for one in sections.walls),
        kept=kept,
        is_changed=before != text,
        added=_new(composed, parted.account.added()) if before != text else {},
        replaced=composed.replaced if before != text else {},
        notes=(*ground.notes, *composed.notes, *_lost(before, composed, config, out)),
        proof=proof,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """What a written config is held against."""

    composed: Composed
    sections: Sections
    ground: Ground
    evaluate: Evaluate


def require_places(config: Path, out: Path | None, *, overwrite: bool) -> Path:
    """The config that is to be written, if it may be.

    Raises
    ------
    InputError
        If there is no config to add to, or the new one cannot stand there.
    """
    if config.suffix.lower() == ".ocioz":
        raise InputError(
            f"{config}: an archive; unpack it (ocioarchive --extract {config.name}) and add to the "
            "config.ocio in it"
        )
    if not config.is_file():
        if config.parts[:1] == ("ocio:",):
            raise InputError(
                f"{config.name} is inside OpenColorIO; save it first: ociocheck --iconfig "
                f"ocio://{config.name} --oconfig config.ocio"
            )
        raise InputError(f"{config}: no such file")
    if out is None:
        if not overwrite:
            raise InputError(
                f"{config} would be changed: add --overwrite (it is kept as "
                f"{config.name}.{KEPT}), or name a new one beside it: "
                f"-o {config.with_name(f'{config.stem}_led{config.suffix}')}"
            )
        out = config
    if out.is_dir() or out.suffix.lower() != ".ocio":
        raise InputError(f"{out}: with --into, -o names the new config, NAME.ocio")
    if out.parent.resolve() != config.parent.resolve():
        raise InputError(
            f"{out}: the new config must stand in the folder of {config}, from where its paths "
            f"lead to its files: -o {config.with_name(out.name)}"
        )
    if out.is_symlink():
        raise InputError(f"{out} is a link; name the file that it leads to")
    require_free_file(out, overwrite=overwrite)
    return out


def _read(config: Path) -> bytes:
    try:
        return config.read_bytes()
    except OSError as error:
        raise system_fault(error, config) from error


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _plan(walls: Sequence[WallCorrection], size: int | None, folder: Path) -> Sections:
    planned = sections_of(walls, size=size)
    contents = [_content(one) for one in planned.walls]
    return sections_of(walls, size=size, taken_files=taken_files(folder, contents))


def _content(one: PlannedWall) -> bytes:
    return label_cube(one.table, one.wall.label).encode("ascii")


def _write_tables(
    sections: Sections, place: Place, config: Path, evaluate: Evaluate, undo: ExitStack
) -> tuple[Path, ...]:
    """Write those that are not there yet; older ones stay, for the configs that name them."""
    folder = config.parent / place.folder
    if not folder.exists():
        try:
            folder.mkdir()
        except OSError as error:
            raise system_fault(error, folder) from error
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
    tables = []
    for one in sections.walls:
        path = folder / one.file
        if not path.exists():
            write_table(one.wall.label, one.table, evaluate, format_name="cube", path=path)
            undo.callback(path.unlink, missing_ok=True)
        tables.append(path)
    return tuple(tables)


def _write_config(
    config: Path,
    data: bytes,
    out: Path,
    text: bytes,
    wanted: _Wanted,
    kept: Path | None,
    undo: ExitStack,
) -> IntoProof:
    """Write the config last, proven, and keep what stood there."""
    with atomic_file(out, overwrite=True) as part_file:
        part_file.write_bytes(text)
        proof = _prove(config, data, part_file, out, wanted)
        if kept is not None:
            undo.callback(kept.unlink, missing_ok=True)
            shutil.copy2(out, kept)
        if _read(config) != data:
            raise InputError(f"{config} changed while walls were added; run it again")
    with contextlib.suppress(OSError):
        out.chmod(stat.S_IMODE((kept or config).stat().st_mode))
    return proof


def _prove(config: Path, data: bytes, written: Path, out: Path, wanted: _Wanted) -> IntoProof:
    """Hold what was written against what was there, and against our own chain."""
    composed, ground, sections = wanted.composed, wanted.ground, wanted.sections
    before = open_theirs(data, config)
    base = part(read_document(data, name=str(config))).account.base
    ours = merged([base, composed.account.base, composed.replaced, _names_of(sections)])
    with _named(written, out):
        after = open_config(written)
        n_processors = require_kept(before, after, ours, start=ground.aces)
        walls = prove_walls(
            after,
            sections.walls,
            wanted.evaluate,
            spaces=[replace(SPACES[0], name=ground.aces)],
        )
        checker = _check(config, written)
    return IntoProof(opencolorio_name(), checker, n_processors, walls)


@contextlib.contextmanager
def _named(written: Path, out: Path) -> Iterator[None]:
    """Let messages call a file what it is going to be called."""
    try:
        yield
    except ExportError as error:
        raise ExportError(str(error).replace(written.name, str(out), 1)) from error


def _check(config: Path, written: Path) -> str:
    """What ociocheck says; a config that it refuses without walls is the user's own affair."""
    try:
        return check_by_tool(written) or "ociocheck was not found"
    except ExportError:
        try:
            check_by_tool(config)
        except ExportError as error:
            reason = str(error).removesuffix("; it was not kept; please report it")
            return f"ociocheck refuses the config as it was, too: {reason}"
        raise


def _names_of(sections: Sections) -> Names:
    displays = [entry.name for entry in sections.displays if not entry.is_base]
    return {
        "displays": displays,
        "display_colorspaces": displays,
        "named_transforms": [one.names.correction for one in sections.walls],
    }


def _lost(before: bytes | None, composed: Composed, config: Path, out: Path) -> tuple[str, ...]:
    """That a config which is replaced had walls that the one added to has not."""
    if before is None:
        return ()
    try:
        units = part(read_document(before, name=str(out))).account.units
    except InputError:
        return ()
    there = {unit.wall for unit in composed.account.units}
    gone = dict.fromkeys(unit.wall for unit in units if unit.wall not in there)
    note = (
        f"{out.name} had wall {', '.join(gone)} in it, which {config.name} has not; to keep what "
        f"is in {out.name}, add to it: --into {out}"
    )
    return (note,) if gone else ()


def _new(composed: Composed, before: Names) -> Names:
    """What was not ours before, by section."""
    return {
        section: new
        for section, names in composed.account.added().items()
        if (new := [name for name in names if name not in before.get(section, [])])
    }
