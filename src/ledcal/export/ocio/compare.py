"""Another's config before and after: all that was in it is there, and does what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ledcal.errors import ExportError
from ledcal.export._ocio import faults
from ledcal.export.ocio.proof import views_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from ledcal.export.ocio.proof import Opened
    from ledcal.values.arrays import FloatArray

    Way: TypeAlias = Callable[[Opened], Any]

# What a config has once.
_SINGLE = (
    "getName",
    "getDescription",
    "getDefaultLumaCoefs",
    "getFamilySeparator",
    "isStrictParsingEnabled",
    "getMajorVersion",
    "getMinorVersion",
    "getInactiveColorSpaces",
    "getEnvironmentMode",
    "getFileRules",
    "getViewingRules",
)


def require_kept(
    before: Opened, after: Opened, ours: Mapping[str, Collection[str]], *, start: str
) -> int:
    """Compare all that a config holds, and every processor of it, with what it was before.

    Parameters
    ----------
    before, after : Opened
        The config as it was, and as it would be.
    ours : mapping of str to collection of str
        Names, by section, that go or come: they are left out.
    start : str
        A scene space of both.

    Returns
    -------
    int
        How many processors were compared: every space from and to `start`, every view, look and
        named transform. They give the same numbers, bit for bit, or cannot be built in both.

    Raises
    ------
    ExportError
        For the first thing that is not as it was.
    """
    was, now = dict(_facts(before, ours)), dict(_facts(after, ours))
    for what in was | now:
        if was.get(what) != now.get(what):
            raise after.refusal(
                f"{what} would be {now.get(what)!r} instead of {was.get(what)!r}"[:400]
            )
    ways = dict(_ways(before, ours, start))
    for what, way in ways.items():
        first, second = _numbers(before, way), _numbers(after, way)
        if not _is_same(first, second):
            raise after.refusal(f"{what} would no longer do what it did")
    return len(ways)


def _facts(opened: Opened, ours: Mapping[str, Collection[str]]) -> Iterator[tuple[str, Any]]:
    """What a config holds, each with what messages call it."""
    ocio, config = opened.ocio, opened.config

    def theirs(section: str, names: Iterable[Any]) -> list[str]:
        gone = {name.casefold() for name in ours.get(section, ())}
        return [str(name) for name in names if str(name).casefold() not in gone]

    for getter in _SINGLE:
        yield getter.removeprefix("get"), str(getattr(config, getter)())
    for name in config.getEnvironmentVarNames():
        yield f"environment {name}", config.getEnvironmentVarDefault(name)
    # A folder of ours is the last one; without any it is the config's own.
    yield "search_path", theirs("search_path", filter(None, config.getSearchPaths()))
    for role in theirs("roles", config.getRoleNames()):
        yield f"role {role}", config.getColorSpace(role) and config.getColorSpace(role).getName()
    for section, kind in (
        ("colorspaces", ocio.SEARCH_REFERENCE_SPACE_SCENE),
        ("display_colorspaces", ocio.SEARCH_REFERENCE_SPACE_DISPLAY),
    ):
        names = theirs(section, config.getColorSpaceNames(kind, ocio.COLORSPACE_ALL))
        yield section, names
        yield from ((f"{section} {name}", str(config.getColorSpace(name))) for name in names)
        active = config.getColorSpaceNames(kind, ocio.COLORSPACE_ACTIVE)
        yield f"active {section}", theirs(section, active)
    transforms = config.getNamedTransformNames(ocio.NAMEDTRANSFORM_ALL)
    for section, all_names, get in (
        ("named_transforms", transforms, config.getNamedTransform),
        ("view_transforms", config.getViewTransformNames(), config.getViewTransform),
        ("looks", config.getLookNames(), config.getLook),
    ):
        names = theirs(section, all_names)
        yield section, names
        yield from ((f"{section} {name}", str(get(name))) for name in names)
    default = config.getDefaultSceneToDisplayViewTransform()
    yield (
        "default_view_transform",
        theirs("view_transforms", [default.getName()] if default else []),
    )
    yield "shared_views", [str(view) for view in config.getViews(ocio.VIEW_SHARED, "")]
    yield from _shown(opened, theirs)


def _shown(
    opened: Opened, theirs: Callable[[str, Iterable[Any]], list[str]]
) -> Iterator[tuple[str, Any]]:
    """Displays and views."""
    config = opened.config
    displays = theirs("displays", config.getDisplaysAll())
    yield "displays", displays
    yield "active_displays", theirs("displays", config.getDisplays())
    if displays:
        yield "default display", theirs("displays", [config.getDefaultDisplay()])
    kept = set(displays)
    for display, view in views_of(opened):
        if display in kept:
            yield (
                f"view {view} of {display}",
                [
                    str(getter(display, view))
                    for getter in (
                        config.getDisplayViewTransformName,
                        config.getDisplayViewColorSpaceName,
                        config.getDisplayViewLooks,
                        config.getDisplayViewRule,
                        config.getDisplayViewDescription,
                    )
                ],
            )
    for display in displays:
        yield f"active views of {display}", theirs("active_views", config.getViews(display))
        yield f"default view of {display}", str(config.getDefaultView(display))


def _ways(
    opened: Opened, ours: Mapping[str, Collection[str]], start: str
) -> Iterator[tuple[str, Way]]:
    """Every processor of what is theirs, with what messages call it."""
    ocio, config = opened.ocio, opened.config
    gone = {name.casefold() for names in ours.values() for name in names}
    forward, inverse = ocio.TRANSFORM_DIR_FORWARD, ocio.TRANSFORM_DIR_INVERSE

    def way(*what: Any) -> Way:
        return lambda one: one.config.getProcessor(*what)

    for name in config.getColorSpaceNames(ocio.SEARCH_REFERENCE_SPACE_ALL, ocio.COLORSPACE_ALL):
        if name.casefold() not in gone:
            yield f"{start} to {name}", way(start, name)
            yield f"{name} to {start}", way(name, start)
    for display, view in views_of(opened):
        if display.casefold() not in gone:
            yield f"{display}, {view}", way(start, display, view, forward)
            yield f"{display}, {view}, back", way(start, display, view, inverse)
    for name in config.getLookNames():
        look = ocio.LookTransform(start, start, name)
        yield f"look {name}", way(look)
    for name in config.getNamedTransformNames(ocio.NAMEDTRANSFORM_ALL):
        if name.casefold() not in gone:
            yield f"transform {name}", way(name, forward)
            yield f"transform {name}, back", way(name, inverse)


def _is_same(first: FloatArray | None, second: FloatArray | None) -> bool:
    """Bit for bit the same, or neither can be built."""
    if first is None or second is None:
        return first is second
    return np.array_equal(first, second, equal_nan=True)


def _numbers(opened: Opened, way: Way) -> FloatArray | None:
    """What comes out; None where it cannot be built."""
    unbuildable: tuple[type[Exception], ...] = (ExportError, *faults(opened.ocio))
    try:
        return opened.apply(way(opened), _probe())
    except unbuildable:
        return None


def _probe() -> FloatArray:
    """Greys, colours, and what is no colour; (n, 3)."""
    grey = np.repeat(np.geomspace(1e-6, 100.0, 40)[:, None], 3, axis=1)
    axis = (-0.25, 0.0, 0.02, 0.18, 1.0, 5.0)
    mixed = np.array(np.meshgrid(axis, axis, axis)).reshape(3, -1).T
    odd = np.array([[np.nan, 0.5, 0.5], [np.inf, 0.0, 1.0], [-np.inf, 1.0, 0.0], [1e30, 1e-30, 0]])
    return np.concatenate([grey, mixed, odd])
