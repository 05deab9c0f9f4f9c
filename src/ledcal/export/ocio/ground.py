"""What walls stand on in another's config: where its light starts, and what must be added first.

Nothing is taken on trust: a space is ACES2065-1, and a reference is XYZ under D65, because the
config says so by its roles, or because names and numbers agree.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.colorimetry.space import matrix_aces_to_xyz
from ledcal.errors import AmbiguousInputError, InputError
from ledcal.export._ocio import faults
from ledcal.export.ocio.names import VIEW
from ledcal.export.ocio.sections import DISPLAY_REFERENCE, Entry
from ledcal.export.ocio.spaces import SPACES
from ledcal.export.ocio.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledcal.export.ocio.proof import Opened
    from ledcal.values.arrays import FloatArray

# Another's name for XYZ under D65, and a display's name with what its standard says, to see it by.
_XYZ_NAMES = (
    "CIE-XYZ-D65",
    "CIE XYZ-D65 - Display-referred",
    "cie_xyz_d65_display",
    "lin_ciexyzd65_display",
)
_DISPLAYS = (
    (("sRGB - Display", "srgb_display"), "DISPLAY - CIE-XYZ-D65_to_sRGB"),
    (
        ("Rec.1886 Rec.709 - Display", "rec1886_rec709_display"),
        "DISPLAY - CIE-XYZ-D65_to_REC.1886-REC.709",
    ),
    (("P3-D65 - Display", "p3d65_display"), "DISPLAY - CIE-XYZ-D65_to_G2.6-P3-D65"),
    (("Rec.2100-PQ - Display", "rec2100_pq_display"), "DISPLAY - CIE-XYZ-D65_to_REC.2100-PQ"),
)
_NEAR = 1e-5
_SCENE, _DISPLAY = "ledcal probe scene", "ledcal probe display"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a config offers to walls, and what it lacks.

    Attributes
    ----------
    aces : str
        Its ACES2065-1.
    view_transform : str
        From its scene to its displays, no tone curve.
    raw : str
        A space of no colour; empty where it has none.
    bridge : str
        What a display space starts with, where the displays' reference is not XYZ under D65.
    entries : dict of str to list of Entry
        What must be added, by section.
    notes : tuple of str
        What people should know.
    """

    aces: str
    view_transform: str
    raw: str
    bridge: str
    entries: dict[str, list[Entry]]
    notes: tuple[str, ...]


def find_ground(opened: Opened) -> Ground:
    """See what a config holds already of what walls need.

    Raises
    ------
    AmbiguousInputError
        If it is not known what its scene, or its displays, start from; it says what to add.
    """
    return _Finder(opened).find()


class _Finder:
    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        ocio, self._theirs = opened.ocio, opened.config
        self._scene_kind = ocio.REFERENCE_SPACE_SCENE
        self._display_kind = ocio.REFERENCE_SPACE_DISPLAY
        # With spaces that are the references themselves, to measure from.
        self._config = copy.deepcopy(self._theirs)
        for name, kind in ((_SCENE, self._scene_kind), (_DISPLAY, self._display_kind)):
            self._config.addColorSpace(ocio.ColorSpace(kind, name))
        self._spaces = [
            self._theirs.getColorSpace(name)
            for name in self._theirs.getColorSpaceNames(
                ocio.SEARCH_REFERENCE_SPACE_ALL, ocio.COLORSPACE_ALL
            )
        ]
        self._entries: dict[str, list[Entry]] = {}
        self._notes: list[str] = []
        self._taken = {name.casefold() for name in names_of(self._theirs, ocio)}

    def find(self) -> Ground:
        aces = self._find_aces()
        to_aces = [] if self._is_same(_SCENE, aces) else [self._go(self._identity("scene"), aces)]
        xyz = self._find_xyz()
        bridge, from_xyz = "", []
        if xyz is not None and not self._is_same(_DISPLAY, xyz):
            reference = self._identity("display")
            bridge, from_xyz = self._go(reference, xyz), [self._go(xyz, reference)]
        transform = self._find_view_transform(aces, xyz, to_aces, from_xyz)
        return Ground(aces, transform, self._find_raw(), bridge, self._entries, tuple(self._notes))

    def _find_aces(self) -> str:
        """The name of ACES2065-1."""
        role = self._theirs.getColorSpace("aces_interchange")
        if role is not None:
            if role.getReferenceSpaceType() != self._scene_kind or role.isData():
                raise self._unknown(
                    f"its role aces_interchange is {role.getName()!r}, which is no space of the "
                    "scene; let it name the config's ACES2065-1"
                )
            return str(role.getName())
        named = [space for space in self._of(self._scene_kind) if _is_called(space, _names(0))]
        for space in named:
            if self._is_aces(space.getName()):
                name = str(space.getName())
                self._add_role("aces_interchange", name)
                return name
        wanted = f"ACES2065-1, such as {named[0].getName()!r}" if named else "ACES2065-1"
        raise self._unknown(
            "it has no role aces_interchange, so what its scene-linear numbers mean is not known; "
            f"add under roles:  aces_interchange: NAME, the name of its space for {wanted}"
        )

    def _is_aces(self, name: str) -> bool:
        """Whether another space with a known name is where it should be, seen from this one."""
        value = _probe()
        for space in SPACES[1:]:
            for other in self._of(self._scene_kind):
                if _is_called(other, (space.name, *space.aliases)):
                    got = self._apply(other.getName(), name, value)
                    if _is_near(got, space.light(value) @ space.matrix().T):
                        return True
        return False

    def _find_xyz(self) -> str | None:
        """The name of XYZ under D65 among display spaces; None where we say what displays are."""
        ours = self._theirs.getColorSpace("cie_xyz_d65_interchange")
        displays = self._of(self._display_kind)
        if ours is not None and ours.getReferenceSpaceType() == self._display_kind:
            return str(ours.getName())
        if ours is not None and displays:
            raise self._unknown(
                f"its role cie_xyz_d65_interchange is {ours.getName()!r}, which is no display "
                "space, though it has some; let it name their XYZ under D65"
            )
        named = [space for space in displays if _is_called(space, _XYZ_NAMES)]
        for space in named:
            if self._is_xyz(space.getName()):
                self._add_role("cie_xyz_d65_interchange", space.getName())
                return str(space.getName())
        if displays or list(self._theirs.getViewTransforms()):
            wanted = f", such as {named[0].getName()!r}" if named else ""
            raise self._unknown(
                "it has no role cie_xyz_d65_interchange, so what its displays start from is not "
                "known; add under roles:  cie_xyz_d65_interchange: NAME, the name of its display "
                f"space for XYZ under D65{wanted}"
            )
        name = self._free(DISPLAY_REFERENCE)
        text = (
            f'  - !<ColorSpace>\n    name: {quoted(name)}\n    family: ""\n    equalitygroup: ""\n'
            "    bitdepth: 32f\n    description: What LED walls start from; Y = 1.0 is 100 nits\n"
            "    isdata: false\n    allocation: uniform\n"
        )
        self._add("display_colorspaces", Entry(name, text))
        if ours is None:
            self._add_role("cie_xyz_d65_interchange", name)
        return None

    def _add_role(self, role: str, name: str) -> None:
        self._add("roles", Entry(role, f"  {role}: {quoted(name)}\n"))

    def _is_xyz(self, name: str) -> bool:
        """Whether a display with a known name is where it should be, seen from this one."""
        ocio, value = self._opened.ocio, np.abs(_probe())
        for names, style in _DISPLAYS:
            for other in self._of(self._display_kind):
                if _is_called(other, names):
                    wanted = self._opened.apply(
                        self._config.getProcessor(ocio.BuiltinTransform(style)), value
                    )
                    if _is_near(self._apply(name, other.getName(), value), wanted):
                        return True
        return False

    def _find_view_transform(
        self, aces: str, xyz: str | None, to_aces: list[str], from_xyz: list[str]
    ) -> str:
        """The name of one that shows the scene as it is; theirs, if it does, else ours."""
        names = [str(name) for name in self._theirs.getViewTransformNames()]
        theirs = next((name for name in names if name.casefold() == VIEW.casefold()), None)
        if theirs is not None and self._shows_the_scene(theirs, aces, xyz or _DISPLAY):
            return theirs
        name = VIEW
        if theirs is not None:
            name = next(
                free
                for free in (f"{VIEW} (ledcal)", *(f"{VIEW} (ledcal {n})" for n in range(2, 99)))
                if free.casefold() not in {other.casefold() for other in names}
            )
            self._notes.append(
                f"its view transform {theirs!r} is another one: the walls' views are called "
                f"{VIEW}, and use {name!r}"
            )
        steps = [*to_aces, "!<BuiltinTransform> {style: UTILITY - ACES-AP0_to_CIE-XYZ-D65_BFD}"]
        steps += from_xyz
        if len(steps) == 1:
            body = f"    from_scene_reference: {steps[0]}\n"
        else:
            body = "    from_scene_reference: !<GroupTransform>\n      children:\n"
            body += "".join(f"        - {step}\n" for step in steps)
        text = (
            f"  - !<ViewTransform>\n    name: {quoted(name)}\n    description: The light of the "
            f"scene as it is, 1.0 = 100 nits; no tone curve\n{body}"
        )
        self._add("view_transforms", Entry(name, text))
        return name

    def _shows_the_scene(self, transform: str, aces: str, xyz: str) -> bool:
        ocio, config = self._opened.ocio, copy.deepcopy(self._config)
        value = _probe()
        try:
            config.addDisplayView(_DISPLAY, _SCENE, transform, xyz, "", "", "")
            processor = config.getProcessor(aces, _DISPLAY, _SCENE, ocio.TRANSFORM_DIR_FORWARD)
        except faults(ocio):
            return False
        return _is_near(self._opened.apply(processor, value), value @ matrix_aces_to_xyz().T)

    def _find_raw(self) -> str:
        named = [self._theirs.getColorSpace(name) for name in ("Raw", "data")]
        fit = [space for space in named if space is not None and space.isData()]
        return str(fit[0].getName()) if fit else ""

    def _identity(self, kind: str) -> str:
        """A space that is the reference itself; one of ours, if they have none."""
        is_scene = kind == "scene"
        for space in self._of(self._scene_kind if is_scene else self._display_kind):
            if not space.isData() and not any(map(space.getTransform, self._directions())):
                return str(space.getName())
        name = self._free(f"{kind} reference")
        text = (
            f'  - !<ColorSpace>\n    name: {quoted(name)}\n    family: ""\n'
            f"    description: What the {kind} is in this config; LED walls start from it\n"
            "    isdata: false\n"
        )
        self._add("colorspaces" if is_scene else "display_colorspaces", Entry(name, text))
        return name

    def _directions(self) -> tuple[Any, Any]:
        ocio = self._opened.ocio
        return ocio.COLORSPACE_DIR_TO_REFERENCE, ocio.COLORSPACE_DIR_FROM_REFERENCE

    def _free(self, name: str) -> str:
        """A name that they do not use."""
        taken = name.casefold() in self._taken
        return f"{name} (ledcal)" if taken else name

    def _go(self, start: str, end: str) -> str:
        return f"!<ColorSpaceTransform> {{src: {quoted(start)}, dst: {quoted(end)}}}"

    def _of(self, kind: Any) -> list[Any]:
        return [space for space in self._spaces if space.getReferenceSpaceType() == kind]

    def _is_same(self, start: str, end: str) -> bool:
        """Whether two spaces are one, exactly."""
        value = _probe()
        return bool(np.array_equal(self._apply(start, end, value), value))

    def _apply(self, start: str, end: str, value: FloatArray) -> FloatArray:
        opened, ocio = self._opened, self._opened.ocio
        try:
            processor = self._config.getProcessor(start, end)
        except faults(ocio) as error:
            words = " ".join(str(error).split())
            raise InputError(
                f"{self._opened.name}: OpenColorIO cannot go to {end!r} in it ({words})"
            ) from error
        return opened.apply(processor, value)

    def _add(self, section: str, entry: Entry) -> None:
        self._entries.setdefault(section, []).append(entry)

    def _unknown(self, reason: str) -> AmbiguousInputError:
        return AmbiguousInputError(f"{self._opened.name}: {reason}")


def names_of(config: Any, ocio: Any) -> list[str]:
    """Every name of a config that no second thing may have: spaces, transforms, aliases, roles."""
    names = [str(name) for name in config.getRoleNames()]
    spaces = config.getColorSpaceNames(ocio.SEARCH_REFERENCE_SPACE_ALL, ocio.COLORSPACE_ALL)
    transforms = config.getNamedTransformNames(ocio.NAMEDTRANSFORM_ALL)
    for item in (*map(config.getColorSpace, spaces), *map(config.getNamedTransform, transforms)):
        names += [str(item.getName()), *map(str, item.getAliases())]
    return names


def _names(index: int) -> tuple[str, ...]:
    return (SPACES[index].name, *SPACES[index].aliases)


def _is_called(space: Any, names: Iterable[str]) -> bool:
    wanted = {name.casefold() for name in names}
    return any(str(name).casefold() in wanted for name in (space.getName(), *space.getAliases()))


def _is_near(got: FloatArray, wanted: FloatArray) -> bool:
    return bool((np.abs(got - wanted) <= _NEAR * np.maximum(np.abs(wanted), 1.0)).all())


def _probe() -> FloatArray:
    """Numbers from black to far beyond white, some of them negative, as float32 holds them."""
    values = np.random.default_rng(65).uniform(-0.25, 1.0, (200, 3))
    scale = np.geomspace(1e-4, 100.0, 200)[:, None]
    corners = np.array(list(np.ndindex(2, 2, 2)), np.float64)
    return np.concatenate([corners, values * scale]).astype(np.float32).astype(np.float64)
