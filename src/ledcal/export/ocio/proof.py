"""A written config, as OpenColorIO reads it: everything builds, and walls get what they should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import ExportError
from ledcal.export._ocio import faults, opencolorio
from ledcal.export.ocio.colours import proof_colours
from ledcal.export.ocio.ours import expected_code
from ledcal.export.ocio.spaces import SPACES
from ledcal.export.readback import READ_BACK_LIMIT, odd_colours, read_back_colours

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ledcal.export.hosts.host import Evaluate
    from ledcal.export.ocio.ours import Bounds
    from ledcal.export.ocio.sections import PlannedWall
    from ledcal.export.ocio.spaces import Space
    from ledcal.values.arrays import FloatArray
    from ledcal.values.lut import Lut3d

# What float32 rounds a place in a table by, in code.
_ROUNDING = 2.0**-24
# What hosts compute quickly instead of exactly (powers) is off by up to 1e-5.
_FAST = 2e-5


@dataclass(frozen=True, slots=True)
class WallProof:
    """How well a config does what a wall should get.

    Attributes
    ----------
    beyond : float
        The uncalibrated display against our own chain: largest difference in code beyond what
        float32 may make of the light.
    table : float
        The calibrated display and the code-to-code transform against our evaluation of the table,
        of the code that goes in: largest difference.
    n_colours : int
        How many colours were compared.
    """

    beyond: float
    table: float
    n_colours: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A config in OpenColorIO.

    Attributes
    ----------
    name : str
        What messages call it.
    ocio : module
        The library.
    config : object
        OpenColorIO's.
    """

    name: str
    ocio: Any
    config: Any

    def processor(self, *what: Any) -> Any:
        """OpenColorIO's processor.

        Raises
        ------
        ExportError
            If there is none; a table that is missing or damaged among the reasons.
        """
        try:
            return self.config.getProcessor(*what)
        except faults(self.ocio) as error:
            words = " to ".join(str(part) for part in what if isinstance(part, str))
            raise self.refusal(f"OpenColorIO cannot go {words}: {error}") from error

    def displayed(self, space: str, display: str, view: str, *, inverse: bool = False) -> Any:
        """The processor from a space to a display, or back."""
        way = "TRANSFORM_DIR_INVERSE" if inverse else "TRANSFORM_DIR_FORWARD"
        return self.processor(space, display, view, getattr(self.ocio, way))

    def apply(self, processor: Any, value: FloatArray, *, fast: bool = False) -> FloatArray:
        """Send numbers (n, 3) through a processor on the CPU; `fast` as hosts usually do."""
        pixels = np.array(value, dtype=np.float32).reshape(-1, 3)
        level = "OPTIMIZATION_DEFAULT" if fast else "OPTIMIZATION_LOSSLESS"
        try:
            cpu = processor.getOptimizedCPUProcessor(getattr(self.ocio, level))
            cpu.applyRGB(pixels)
        except faults(self.ocio) as error:
            raise self.refusal(f"OpenColorIO cannot compute: {error}") from error
        return pixels.astype(np.float64)

    def refusal(self, reason: str) -> ExportError:
        """What to raise: this config is not kept."""
        return ExportError(f"{self.name}: {reason}; it was not kept; please report it")


def open_config(path: Path) -> Opened:
    """Load a config, and let OpenColorIO validate it.

    Raises
    ------
    ExportError
        If it will not.
    """
    ocio = opencolorio()
    ocio.ClearAllCaches()
    try:
        config = ocio.Config.CreateFromFile(str(path))
        config.validate()
    except faults(ocio) as error:
        raise ExportError(
            f"{path.name}: OpenColorIO refuses it ({error}); it was not kept; please report it"
        ) from error
    return Opened(path.name, ocio, config)


def build_all(opened: Opened) -> int:
    """Build every processor that a host may ask for; how many there are.

    Every colour space from and to the reference of its kind, every display and view from and to
    every scene space, every named transform both ways.

    Raises
    ------
    ExportError
        If one cannot be built.
    """
    ocio, config = opened.ocio, opened.config
    built = 0
    kinds = (
        (ocio.SEARCH_REFERENCE_SPACE_SCENE, "aces_interchange"),
        (ocio.SEARCH_REFERENCE_SPACE_DISPLAY, "cie_xyz_d65_interchange"),
    )
    for kind, role in kinds:
        for name in config.getColorSpaceNames(kind, ocio.COLORSPACE_ALL):
            opened.processor(name, role)
            opened.processor(role, name)
            built += 2
    scene = list(config.getColorSpaceNames(kinds[0][0], ocio.COLORSPACE_ALL))
    for display, view in views_of(opened):
        for name in scene:
            opened.displayed(name, display, view)
            opened.displayed(name, display, view, inverse=True)
            built += 2
    for name in config.getNamedTransformNames(ocio.NAMEDTRANSFORM_ALL):
        transform = config.getNamedTransform(name)
        for way in (ocio.TRANSFORM_DIR_FORWARD, ocio.TRANSFORM_DIR_INVERSE):
            opened.processor(transform, way)
            built += 1
    return built


def views_of(opened: Opened) -> Iterator[tuple[str, str]]:
    """Every display with each of its views; also those that OCIO_ACTIVE_VIEWS hides."""
    ocio, config = opened.ocio, opened.config
    for display in config.getDisplaysAll():
        for kind in (ocio.VIEW_SHARED, ocio.VIEW_DISPLAY_DEFINED):
            for view in config.getViews(kind, display):
                yield display, view


def prove_walls(
    opened: Opened,
    walls: Sequence[PlannedWall],
    evaluate: Evaluate,
    *,
    spaces: Sequence[Space] = SPACES,
) -> WallProof:
    """Compare the displays and transforms of walls with our own chain, matrices and tables.

    Parameters
    ----------
    opened : Opened
        The config.
    walls : sequence of PlannedWall
        What it should hold.
    evaluate : callable
        Our own evaluation of a table.
    spaces : sequence of Space
        The scene spaces to start from, by their names in this config.

    Returns
    -------
    WallProof
        The worst of all.

    Raises
    ------
    ExportError
        If one differs by more than `READ_BACK_LIMIT`, or makes something else than a code of what
        is no colour.
    """
    proofs = [_prove_display(opened, one, evaluate, space) for one in walls for space in spaces]
    proofs += [_prove_correction(opened, one, evaluate) for one in walls]
    return WallProof(
        max(proof.beyond for proof in proofs),
        max(proof.table for proof in proofs),
        sum(proof.n_colours for proof in proofs),
    )


def prove_same(opened: Opened, other: Opened, walls: Sequence[PlannedWall]) -> None:
    """Refuse a second form of a config, such as its archive, whose displays differ.

    Raises
    ------
    ExportError
        If they do not give the same codes, bit for bit.
    """
    space = SPACES[1]
    for one in walls:
        value = proof_colours(one.wall.target, space)
        for display in (one.names.calibrated, one.names.uncalibrated):
            ours, theirs = (
                form.apply(form.displayed(space.name, display, one.names.view), value)
                for form in (opened, other)
            )
            if not np.array_equal(ours, theirs):
                raise other.refusal(f"{display!r} is not what it is in {opened.name}")


def _prove_display(opened: Opened, one: PlannedWall, evaluate: Evaluate, space: Space) -> WallProof:
    names, target, table = one.names, one.wall.target, one.table
    value = proof_colours(target, space)
    plain = opened.displayed(space.name, names.uncalibrated, names.view)
    whole = opened.displayed(space.name, names.calibrated, names.view)
    code, wall_code = opened.apply(plain, value), opened.apply(whole, value)
    expected = expected_code(target, space, value)
    words = f"from {space.name} to {names.uncalibrated!r}"
    beyond = _require_within(opened, code, expected, value, words)
    odd, top = odd_colours(), float(expected.high.max())
    for fast in (False, True):
        _require_range(opened, opened.apply(plain, odd, fast=fast), (0.0, top), odd, words)
    # The same code goes into the table: nothing else is between the two displays.
    words = f"from {space.name} to {names.calibrated!r}"
    off = _require_table(opened, wall_code, table, evaluate, code, words)
    for fast in (False, True):
        _require_range(opened, opened.apply(whole, odd, fast=fast), _codes(table), odd, words)
    return WallProof(beyond, off, len(value))


def _prove_correction(opened: Opened, one: PlannedWall, evaluate: Evaluate) -> WallProof:
    transform = opened.config.getNamedTransform(one.names.correction)
    words = f"by {one.names.correction!r}"
    if transform is None:
        raise opened.refusal(f"no transform {one.names.correction!r} is in it")
    processor = opened.processor(transform, opened.ocio.TRANSFORM_DIR_FORWARD)
    code, odd = read_back_colours(), odd_colours()
    got = opened.apply(processor, code)
    off = _require_table(opened, got, one.table, evaluate, code, words)
    for fast in (False, True):
        got = opened.apply(processor, odd, fast=fast)
        _require_range(opened, got, _codes(one.table), odd, words)
    return WallProof(0.0, off, len(code))


def _require_within(
    opened: Opened, got: FloatArray, expected: Bounds, value: FloatArray, words: str
) -> float:
    """The largest difference to what may come out."""
    away = np.maximum(np.maximum(expected.low - got, got - expected.high), 0.0).max(axis=-1)
    # NaN is the worst of all: argmax finds the first one.
    at = int(np.argmax(away))
    if not float(away[at]) <= READ_BACK_LIMIT:
        raise opened.refusal(
            f"{words} {value[at].tolist()} gives code {got[at].tolist()} instead of "
            f"{expected.code[at].tolist()}, off by more than {READ_BACK_LIMIT:g}"
        )
    return float(away[at])


def _require_table(
    opened: Opened, got: FloatArray, table: Lut3d, evaluate: Evaluate, code: FloatArray, words: str
) -> float:
    """The largest difference to what a table makes of codes."""
    wanted = evaluate(table, code)
    away = np.abs(got - wanted).max(axis=-1)
    at = int(np.argmax(away))
    if not float(away[at]) <= _limit(table):
        raise opened.refusal(
            f"{words} code {code[at].tolist()} becomes {got[at].tolist()} instead of "
            f"{wanted[at].tolist()}, off by more than {_limit(table):.2g}"
        )
    return float(away[at])


def _limit(table: Lut3d) -> float:
    """What a table in OpenColorIO may be off by: places between nodes are rounded to float32."""
    steepest = sum(float(np.abs(np.diff(table.table, axis=axis)).max()) for axis in range(3))
    return READ_BACK_LIMIT + _ROUNDING * (table.size - 1) * steepest


def _codes(table: Lut3d) -> tuple[float, float]:
    return float(table.table.min()), float(table.table.max())


def _require_range(
    opened: Opened, got: FloatArray, codes: tuple[float, float], odd: FloatArray, words: str
) -> None:
    """Refuse a config that makes something else than a code of what is no colour."""
    low, high = codes
    fine = ((got >= low - _FAST) & (got <= high + _FAST)).all(axis=-1)
    if not fine.all():
        at = int(np.argmin(fine))
        raise opened.refusal(
            f"{words} {odd[at].tolist()} gives {got[at].tolist()}, which is no code of it"
        )
