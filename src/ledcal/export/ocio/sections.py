"""The parts of a config that walls need, as text: for a config of ours, or into another's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledcal.colorimetry.transfer import canonical_eotf
from ledcal.export.names import safe_stem
from ledcal.export.ocio.encoding import code_steps, encoding_of
from ledcal.export.ocio.names import VIEW, DisplayNames, encoding_words, name_walls
from ledcal.export.ocio.spaces import SPACES, others_text, space_text
from ledcal.export.ocio.text import block, quoted, quoted_list

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ledcal.values.export import WallCorrection
    from ledcal.values.lut import Lut3d

REFERENCE = "ACES2065-1"
DISPLAY_REFERENCE = "CIE-XYZ-D65"
MONITOR = "sRGB Monitor"
TABLES = "luts"
_ROLES = {
    "aces_interchange": REFERENCE,
    "cie_xyz_d65_interchange": DISPLAY_REFERENCE,
    "color_picking": "sRGB - Texture",
    "color_timing": "ACEScct",
    "compositing_log": "ACEScct",
    "data": "Raw",
    "default": "Raw",
    "matte_paint": "sRGB - Texture",
    "reference": REFERENCE,
    "rendering": "ACEScg",
    "scene_linear": "ACEScg",
    "texture_paint": "sRGB - Texture",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section of a config.

    Attributes
    ----------
    name : str
        What the config calls it.
    text : str
        Its YAML as it stands under its section, indented by two spaces, with a line end.
    is_base : bool
        What walls stand on, or what a config of ours has beside them: another's config may have
        its own. False for what belongs to a wall.
    """

    name: str
    text: str
    is_base: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PlannedWall:
    """A correction, and what it is called in a config.

    Attributes
    ----------
    wall : WallCorrection
        Whose it is.
    names : DisplayNames
        Its displays, its view, its code-to-code transform.
    table : Lut3d
        The table that the config applies.
    file : str
        Name of its file in the folder of the tables.
    """

    wall: WallCorrection
    names: DisplayNames
    table: Lut3d
    file: str


@dataclass(frozen=True, slots=True)
class Sections:
    """What is in a config for some walls, or is to be added to one.

    Attributes
    ----------
    search_path : str
        Folder of the tables, relative to the config.
    roles, shared_views, displays, view_transforms, display_colorspaces, colorspaces,
    named_transforms : tuple of Entry
        By section, in order. Those of walls, and what they stand on (`Entry.is_base`).
    walls : tuple of PlannedWall
        What they were made from; their files are to be written.
    """

    search_path: str
    roles: tuple[Entry, ...] = ()
    shared_views: tuple[Entry, ...] = ()
    displays: tuple[Entry, ...] = ()
    view_transforms: tuple[Entry, ...] = ()
    display_colorspaces: tuple[Entry, ...] = ()
    colorspaces: tuple[Entry, ...] = ()
    named_transforms: tuple[Entry, ...] = ()
    walls: tuple[PlannedWall, ...] = ()


def sections_of(
    walls: Sequence[WallCorrection],
    *,
    size: int | None = None,
    view: str = VIEW,
    search_path: str = TABLES,
    taken_names: Collection[str] = (),
    taken_files: Collection[str] = (),
) -> Sections:
    """Everything that a config holds for some walls.

    Parameters
    ----------
    walls : sequence of WallCorrection
        The corrections, in the order of menus.
    size : int or None
        Which of their tables, nodes along an edge; None: the largest of each.
    view : str
        What view and view transform are called.
    search_path : str
        Folder of the tables, relative to the config.
    taken_names, taken_files : collection of str
        Names of displays, spaces and transforms, and of table files, that mean something else.

    Returns
    -------
    Sections
        Entries as text, and the walls with their names and tables.

    Raises
    ------
    ValueError
        If a wall has no table of `size`.
    """
    reserved = {MONITOR, DISPLAY_REFERENCE, "Raw", *_ROLES, *others_text()}
    reserved |= {name for space in SPACES for name in (space.name, *space.aliases)}
    names = name_walls(walls, view=view, taken={*reserved, *taken_names})
    planned = _plan(walls, names, size, taken_files)
    # The uncalibrated display of several corrections is there once.
    uncalibrated = {one.names.uncalibrated: one.wall for one in planned}
    displays = [*(one.names.calibrated for one in planned), *uncalibrated]
    return Sections(
        search_path=search_path,
        roles=tuple(Entry(role, f"  {role}: {space}\n", True) for role, space in _ROLES.items()),
        shared_views=_shared_views(view),
        displays=(
            *(Entry(name, _display(name, view)) for name in displays),
            Entry(MONITOR, _display(MONITOR, view), True),
        ),
        view_transforms=(_view_transform(view),),
        display_colorspaces=(
            Entry(DISPLAY_REFERENCE, _DISPLAY_REFERENCE, True),
            *(_calibrated(one) for one in planned),
            *(_uncalibrated(name, wall) for name, wall in uncalibrated.items()),
            Entry(MONITOR, _MONITOR, True),
        ),
        colorspaces=(
            *(Entry(space.name, space_text(space), True) for space in SPACES),
            *(Entry(name, text, True) for name, text in others_text().items()),
        ),
        named_transforms=tuple(_correction(one) for one in planned),
        walls=planned,
    )


def _plan(
    walls: Sequence[WallCorrection],
    names: Sequence[DisplayNames],
    size: int | None,
    taken_files: Collection[str],
) -> tuple[PlannedWall, ...]:
    taken = {name.casefold() for name in taken_files}
    planned = []
    for wall, of_wall in zip(walls, names, strict=True):
        nodes = max(wall.tables) if size is None else size
        if nodes not in wall.tables:
            message = f"{wall.label.name}: no table of {nodes} nodes, only {sorted(wall.tables)}"
            raise ValueError(message)
        stem, number = safe_stem(wall.label.name), 1
        file = f"{stem}_{nodes}.cube"
        while file.casefold() in taken:
            number += 1
            file = f"{stem}-{number}_{nodes}.cube"
        taken.add(file.casefold())
        planned.append(PlannedWall(wall, of_wall, wall.tables[nodes], file))
    return tuple(planned)


def _shared_views(view: str) -> tuple[Entry, ...]:
    shown = (
        f"  - !<View> {{name: {quoted(view)}, view_transform: {quoted(view)}, "
        "display_colorspace: <USE_DISPLAY_NAME>}\n"
    )
    raw = "  - !<View> {name: Raw, colorspace: Raw}\n"
    return Entry(view, shown, True), Entry("Raw", raw, True)


def _display(name: str, view: str) -> str:
    return f"  {quoted(name)}:\n    - !<Views> {quoted_list([view, 'Raw'])}\n"


def _view_transform(view: str) -> Entry:
    text = f"""  - !<ViewTransform>
    name: {quoted(view)}
    description: The light of the scene as it is, 1.0 = 100 nits; no tone curve
    from_scene_reference: !<BuiltinTransform> {{style: UTILITY - ACES-AP0_to_CIE-XYZ-D65_BFD}}
"""
    return Entry(view, text, True)


def _calibrated(one: PlannedWall) -> Entry:
    says = [
        f"{_held(one.wall)}",
        (
            f"Then the correction: {one.wall.label.name}, camera "
            f"{one.wall.camera.model or 'not stated'}, {one.table.size} nodes, tetrahedral."
        ),
        "Goes to the LED wall, full range. Correct once: nowhere else as well.",
    ]
    steps = [*code_steps(one.wall.target), "# The correction, code to code", f"- {_apply(one)}"]
    return _wall_space(one.names.calibrated, one.wall, says, steps)


def _uncalibrated(name: str, wall: WallCorrection) -> Entry:
    says = [f"{_held(wall)}", "No correction: the wall as it is, full range."]
    return _wall_space(name, wall, says, code_steps(wall.target))


def _held(wall: WallCorrection) -> str:
    words = encoding_words(wall.target)
    return f"Scene-linear 1.0 = 100 nits. Content code {words}, light above it held there."


def _wall_space(name: str, wall: WallCorrection, says: list[str], steps: list[str]) -> Entry:
    lines = [
        "- !<ColorSpace>",
        f"  name: {quoted(name)}",
        "  family: LED",
        '  equalitygroup: ""',
        "  bitdepth: 32f",
        f"  description: {block(says, 6)}",
        "  isdata: false",
        "  categories: [file-io]",
        f"  encoding: {encoding_of(wall.target)}",
        "  allocation: uniform",
        "  from_display_reference: !<GroupTransform>",
        "    children:",
        *(f"      {step}" for step in steps),
    ]
    return Entry(name, "".join(f"  {line}\n" for line in lines))


def _correction(one: PlannedWall) -> Entry:
    target, wall = one.wall.target, one.wall.wall
    says = [
        (
            f"Content code ({encoding_words(target)}) to wall code ({canonical_eotf(wall.eotf)}), "
            "0..1, full range, nothing else."
        ),
        "For what is content code already; where the calibrated display is used it is in there.",
    ]
    text = f"""  - !<NamedTransform>
    name: {quoted(one.names.correction)}
    description: {block(says, 6)}
    family: LED
    encoding: {encoding_of(target)}
    transform: {_apply(one)}
"""
    return Entry(one.names.correction, text)


def _apply(one: PlannedWall) -> str:
    return f"!<FileTransform> {{src: {quoted(one.file)}, interpolation: tetrahedral}}"


_DISPLAY_REFERENCE = """  - !<ColorSpace>
    name: CIE-XYZ-D65
    family: ""
    equalitygroup: ""
    bitdepth: 32f
    description: What all displays start from; Y = 1.0 is 100 nits
    isdata: false
    categories: [file-io]
    encoding: display-linear
    allocation: uniform
"""
_MONITOR = """  - !<ColorSpace>
    name: sRGB Monitor
    family: Display
    equalitygroup: ""
    bitdepth: 32f
    description: To look at on a desk, 1.0 = 100 nits = its white. Not for a wall
    isdata: false
    categories: [file-io]
    encoding: sdr-video
    allocation: uniform
    from_display_reference: !<GroupTransform>
      children:
        - !<BuiltinTransform> {style: DISPLAY - CIE-XYZ-D65_to_sRGB}
        - !<RangeTransform> {min_in_value: 0, min_out_value: 0, max_in_value: 1, max_out_value: 1}
"""
