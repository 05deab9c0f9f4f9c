"""What the displays of some walls are called, so that each can be told in a menu.

OpenColorIO does not tell upper from lower case, and keeps ``$`` and ``%`` for variables.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.export.ocio.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import TypeAlias

    from ledcal.values.export import WallCorrection
    from ledcal.values.stage import Target

    Encoding: TypeAlias = tuple[tuple[float, ...], str, float]

VIEW = "Un-tone-mapped"


@dataclass(frozen=True, slots=True)
class DisplayNames:
    """What one correction is called in a config.

    Attributes
    ----------
    calibrated, uncalibrated : str
        Displays, and display colour spaces of the same names. Corrections of one wall with the
        same target have the uncalibrated one in common.
    view : str
        The view of both that shows what the scene holds.
    correction : str
        The named transform from content code to wall code.
    """

    calibrated: str
    uncalibrated: str
    view: str
    correction: str


def clean_name(text: str, *, empty: str) -> str:
    r"""A name as OpenColorIO takes it: one line, composed letters, no ``$`` and no ``%``.

    Examples
    --------
    >>> clean_name(" north\n wall 100% ", empty="wall"), clean_name("\t", empty="wall")
    ('north wall 100_', 'wall')
    """
    return one_line(text).replace("$", "_").replace("%", "_") or empty


def name_walls(
    walls: Sequence[WallCorrection], *, view: str = VIEW, taken: Collection[str] = ()
) -> tuple[DisplayNames, ...]:
    """Name the displays and the code-to-code transform of each correction.

    ``LED <wall> calibrated``; where one wall has several corrections, ``for <camera>`` behind it,
    and where one camera has several too, the profile in brackets. ``LED <wall> uncalibrated`` is
    there once, unless the targets differ: then each says its encoding.

    Parameters
    ----------
    walls : sequence of WallCorrection
        The corrections.
    view : str
        What the view is called.
    taken : collection of str
        Names that mean something else already.

    Returns
    -------
    tuple of DisplayNames
        One a correction, in order.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for index, wall in enumerate(walls):
        groups[_wall_name(wall).casefold()].append(index)
    free = _Free(taken)
    named: dict[int, DisplayNames] = {}
    for members in groups.values():
        group = [walls[index] for index in members]
        # One spelling for one wall.
        wall_name = _wall_name(group[0])
        uncalibrated = _name_uncalibrated(wall_name, group, free)
        for index, tail in zip(members, _tails(group), strict=True):
            named[index] = DisplayNames(
                free.name(f"LED {wall_name} calibrated{tail}"),
                uncalibrated[_encoding(walls[index].target)],
                view,
                free.name(f"LED {wall_name} correction{tail}"),
            )
    return tuple(named[index] for index in range(len(walls)))


def encoding_words(target: Target) -> str:
    """What content is encoded in, in one breath.

    Examples
    --------
    >>> from ledcal.colorimetry.space import P3_D65
    >>> from ledcal.values.stage import Target
    >>> encoding_words(Target(P3_D65, "ST 2084", 1500.0))
    'P3-D65 ST 2084 1500 nits'
    """
    return f"{target.gamut.name} {canonical_eotf(target.eotf)} {target.peak_nits:g} nits"


class _Free:
    """Names that are still free; a second one of the same name is numbered."""

    def __init__(self, taken: Collection[str]) -> None:
        self._taken = {name.casefold() for name in taken}

    def name(self, wanted: str) -> str:
        number, name = 1, wanted
        while name.casefold() in self._taken:
            number += 1
            name = f"{wanted} ({number})"
        self._taken.add(name.casefold())
        return name


def _wall_name(wall: WallCorrection) -> str:
    return clean_name(wall.wall.name, empty="wall")


def _tails(group: Sequence[WallCorrection]) -> Iterator[str]:
    """What stands behind ``calibrated``, for each correction of one wall."""
    cameras = [clean_name(wall.camera.model, empty="camera") for wall in group]
    for wall, camera in zip(group, cameras, strict=True):
        if len(group) == 1:
            yield ""
        elif [name.casefold() for name in cameras].count(camera.casefold()) == 1:
            yield f" for {camera}"
        else:
            yield f" for {camera} ({clean_name(wall.label.name, empty='profile')})"


def _name_uncalibrated(
    wall_name: str, group: Sequence[WallCorrection], free: _Free
) -> dict[Encoding, str]:
    targets = {_encoding(wall.target): wall.target for wall in group}
    name = f"LED {wall_name} uncalibrated"
    return {
        key: free.name(name if len(targets) == 1 else f"{name} ({encoding_words(target)})")
        for key, target in targets.items()
    }


def _encoding(target: Target) -> Encoding:
    """What makes two targets the same, whatever their gamuts are called."""
    gamut = target.gamut
    numbers = (*gamut.primaries_xy.ravel().tolist(), *gamut.whitepoint_xy.tolist())
    return numbers, canonical_eotf(target.eotf), target.peak_nits
