"""A table of any origin at the size that is wanted, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.export.foreign import apply_clf, read_table_file
from ledcal.export.label import INVERSE, REPACKAGED, takes_and_gives
from ledcal.export.own_words import is_inverse, stated
from ledcal.export.readback import read_back_colours
from ledcal.lut.build import build_lut
from ledcal.lut.chain import apply_chain
from ledcal.lut.interpolate import apply_tetrahedral
from ledcal.values.chain import Chain, Lut1d
from ledcal.values.export import Label
from ledcal.values.lut import Lut3d

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.export.foreign import TableFile
    from ledcal.values.arrays import FloatArray
    from ledcal.values.stage import Stage

# For what has no table of its own to keep: a CLF, or curves and a table.
_BAKED_SIZE = 65
_NO_DIFFERENCE = 1e-6
# What the new file says itself.
_NOT_PASSED_ON = (INVERSE, "interpolate")
# What in a stage says what codes mean.
_MEANINGS = ("wall.eotf", "wall.peak_nits", "wall.primaries", "target.")


@dataclass(frozen=True, slots=True)
class Baking:
    """What a table of another size lost.

    Attributes
    ----------
    size : int
        Nodes along an edge that it has now.
    worst, p95 : float
        Difference in code to what the file does, over many colours of the whole cube.
    """

    size: int
    worst: float
    p95: float


@dataclass(frozen=True, slots=True, eq=False)
class ForeignTable:
    """A table of any origin.

    Attributes
    ----------
    file : TableFile
        As it was read.
    baked : dict of int to Baking
        Every size that was made of it so far and is not the file's own.
    """

    file: TableFile
    baked: dict[int, Baking] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Nodes along an edge, where nobody asks: its own, or 65 where it is no plain table."""
        content = self.file.content
        return content.size if isinstance(content, Lut3d) else _BAKED_SIZE

    def table(self, size: int) -> Lut3d:
        """As a plain table: as it is where the size is its own, else sampled."""
        content = self.file.content
        if isinstance(content, Lut3d) and content.size == size:
            return content
        table = build_lut(self._exact, size)
        code = read_back_colours()
        away = np.abs(apply_tetrahedral(table, code) - self._exact(code)).max(axis=-1)
        self.baked[size] = Baking(size, float(away.max()), float(np.percentile(away, 95)))
        return table

    def chain(self, size: int) -> Chain:
        """As steps: its own curves where it has some and the size is that of its cube."""
        content = self.file.content
        if isinstance(content, Chain) and size in {content.size, _BAKED_SIZE}:
            return content
        return Chain(Lut1d.straight(1.0), self.table(size), None)

    def _exact(self, code: FloatArray) -> FloatArray:
        """What the file does; held to 0..1 on the way in, as in every host."""
        content = self.file.content
        if isinstance(content, Lut3d):
            return apply_tetrahedral(content, code)
        held = np.clip(code, 0.0, 1.0)
        return apply_clf(self.file.path, held) if content is None else apply_chain(content, held)


def open_foreign(path: Path) -> ForeignTable:
    """Read a .cube or .clf of any origin.

    Raises
    ------
    InputError
        If it is missing or not sound; with the line number.
    """
    return ForeignTable(read_table_file(path))


def label_of_file(file: TableFile, stage: Stage | None) -> Label:
    """Say whose a table is, and what goes in and out: as the stage says, else as it does itself."""
    name = file.path.name
    if stage is None:
        takes, gives = (
            f"as {name} says: {stated(text)}" if text else f"{name} does not say"
            for text in (file.takes, file.gives)
        )
    else:
        takes, gives = takes_and_gives(stage.wall, stage.target)
    title = (f"its title: {file.title}",) if file.title else ()
    back = is_inverse(file)
    stem = file.path.stem
    return Label(
        # A folder's file must not pass for a correction.
        name=f"{stem}-inverse" if back and "inverse" not in stem.lower() else stem,
        takes=takes,
        gives=gives,
        lines=(
            *((f"{INVERSE}: never for the wall",) if back else ()),
            REPACKAGED,
            f"origin: {name}, sha256 {file.sha256}",
            *title,
            *(f"it says: {line}" for line in file.lines if not line.startswith(_NOT_PASSED_ON)),
            "interpolate tetrahedrally"
            if back
            else "interpolate tetrahedrally; last step before the LED processor; apply once",
        ),
    )


def origin_of(foreign: ForeignTable, stage: Stage | None) -> dict[str, Any]:
    """Where a table comes from, what its codes are taken for, what it lost, for ``--json``."""
    file = foreign.file
    return {
        "file": str(file.path),
        "sha256": file.sha256,
        "title": file.title,
        "says": list(file.lines),
        "notes": list(file.notes),
        "assumptions": _assumed(stage),
        "baked": [
            {"size": made.size, "worst": made.worst, "p95": made.p95}
            for made in foreign.baked.values()
        ],
    }


def origin_words(foreign: ForeignTable, stage: Stage | None) -> list[str]:
    """The same for people."""
    file = foreign.file
    title = f", {file.title!r}" if file.title else ""
    lines = [f"  from {file.path.name}{title}, sha256 begins {file.sha256[:16]}"]
    lines += [f"  assumed: {line}" for line in _assumed(stage)]
    return [*lines, *(_baked_words(made, file) for made in foreign.baked.values())]


def note_words(foreign: ForeignTable) -> list[str]:
    """What is odd about it, for people."""
    return [f"  note: {note}" for note in foreign.file.notes]


def _baked_words(made: Baking, file: TableFile) -> str:
    own = file.content
    size = f"a table of {made.size} nodes along an edge"
    if isinstance(own, Lut3d):
        what = f"its {own.size} nodes as {size}"
    else:
        kind = "the CLF" if own is None else "its curves and table"
        what = f"{kind} sampled as {size}"
    if made.worst <= _NO_DIFFERENCE:
        return f"  {what}: no difference (below 1e-6 in code)"
    steps = made.worst * 1023
    ten_bit = "less than half a step" if steps < 0.5 else f"{steps:.1f} steps"
    return (
        f"  {what}: differs by up to {made.worst:.2g} in code ({ten_bit} of 10 bit), "
        f"95 % of colours below {made.p95:.2g}"
    )


def _assumed(stage: Stage | None) -> list[str]:
    """Defaults of the stage that say what codes mean."""
    assumptions = () if stage is None else stage.assumptions
    return [line for line in assumptions if line.startswith(_MEANINGS)]
