"""A config with walls in it, from a config without: which entries, and where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ledcal.errors import InputError
from ledcal.export.ocio.account import BEGIN, END, Account, Unit, merged
from ledcal.export.ocio.document import Insertions
from ledcal.export.ocio.ground import names_of
from ledcal.export.ocio.names import VIEW, clean_name
from ledcal.export.ocio.proof import views_of
from ledcal.export.ocio.sections import Entry
from ledcal.export.ocio.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ledcal.export.ocio.account import Names, Parted
    from ledcal.export.ocio.document import Document
    from ledcal.export.ocio.ground import Ground
    from ledcal.export.ocio.proof import Opened
    from ledcal.export.ocio.sections import PlannedWall, Sections
    from ledcal.export.ocio.theirs import Place

# In the order in which a config that OpenColorIO saves has them, and whether entries stand apart.
_SECTIONS = {
    "roles": False,
    "displays": False,
    "view_transforms": True,
    "display_colorspaces": True,
    "colorspaces": True,
    "named_transforms": True,
}


@dataclass(frozen=True, slots=True)
class Composed:
    """The text of a config with walls in it.

    Attributes
    ----------
    text : str
        All of it.
    account : Account
        What of it is ours.
    replaced : Names
        What of ours was in it before and is gone, or is there anew.
    notes : tuple of str
        What people should know.
    """

    text: str
    account: Account
    replaced: Names
    notes: tuple[str, ...]


def compose_config(
    parted: Parted, opened: Opened, sections: Sections, ground: Ground, place: Place
) -> Composed:
    """Put walls into a config, and leave other walls of ours there.

    Parameters
    ----------
    parted : Parted
        The config without anything of ours, and what was taken out of it.
    opened : Opened
        The same in OpenColorIO.
    sections : Sections
        The walls.
    ground : Ground
        What they stand on in this config.
    place : Place
        Where their tables are.

    Raises
    ------
    InputError
        If a name is taken, a correction for another camera would go, or the text cannot be
        changed safely: it says where.
    """
    kept, gone = _part_units(parted, sections.walls)
    raw = ground.raw if _raw_is_last(parted.theirs) else ""
    entries = _walls_entries(sections, replace(ground, raw=raw), place)
    units = [_unit(one, place) for one in sections.walls]
    order = [unit for unit in parted.account.units if unit in kept] + units
    first = next((n for n, unit in enumerate(parted.account.units) if unit in gone), None)
    if first is not None:
        before = [unit for unit in parted.account.units[:first] if unit in kept]
        order = [*before, *units, *(unit for unit in kept if unit not in before)]
    named = merged(unit.names for unit in order)
    whole = {
        section: [
            *ground.entries.get(section, []),
            *(
                entries[section].get(name) or _of_before(parted, section, name)
                for name in named.get(section, [])
            ),
        ]
        for section in _SECTIONS
    }
    _require_free(opened, whole, parted.theirs.name)
    base = {key: [entry.name for entry in added] for key, added in ground.entries.items()}
    base |= _lists_base(parted.theirs, place)
    lists = merged([base, *(_active(parted.theirs, unit) for unit in order)])
    account = Account(base, tuple(_with(unit, _active(parted.theirs, unit)) for unit in order))
    text = _text(parted.theirs, whole, lists, account)
    replaced = merged(unit.names for unit in gone)
    return Composed(text, account, replaced, _notes(opened, base))


def _part_units(parted: Parted, walls: Sequence[PlannedWall]) -> tuple[list[Unit], list[Unit]]:
    """Corrections of ours that stay, and those that the new ones replace."""
    cameras: dict[str, set[str]] = {}
    for one in walls:
        cameras.setdefault(_key(one.wall.wall.name), set()).add(_key(one.wall.camera.model))
    kept = [unit for unit in parted.account.units if _key(unit.wall) not in cameras]
    gone = [unit for unit in parted.account.units if unit not in kept]
    for unit in gone:
        if _key(unit.camera) not in cameras[_key(unit.wall)]:
            raise InputError(
                f"{parted.theirs.name}: wall {unit.wall} is in it for camera "
                f"{unit.camera or 'not stated'} (profile {unit.profile}), which would go; give "
                "both: ledcal export "
                f"{' '.join([unit.profile, *(one.wall.label.name for one in walls)])} --into ..."
            )
    return kept, gone


def _key(name: str) -> str:
    return clean_name(name, empty="").casefold()


def _unit(one: PlannedWall, place: Place) -> Unit:
    displays = [one.names.calibrated, one.names.uncalibrated]
    return Unit(
        wall=one.wall.wall.name,
        camera=one.wall.camera.model,
        profile=one.wall.identity.name,
        sha256=one.wall.identity.sha256,
        names={
            "displays": displays,
            "display_colorspaces": displays,
            "named_transforms": [one.names.correction],
        },
        tables=[f"{place.folder}/{one.file}"],
    )


def _walls_entries(sections: Sections, ground: Ground, place: Place) -> dict[str, dict[str, Entry]]:
    """The walls' own entries by section and name, as this config needs them."""
    files = {
        f"src: {quoted(one.file)}": f"src: {quoted(place.prefix + one.file)}"
        for one in sections.walls
    }

    def fitted(entry: Entry) -> Entry:
        text = entry.text
        for old, new in files.items():
            text = text.replace(f"{old},", f"{new},")
        if ground.bridge:
            text = text.replace("children:\n", f"children:\n        - {ground.bridge}\n", 1)
        return Entry(entry.name, text)

    displays = [entry.name for entry in sections.displays if not entry.is_base]
    return {
        "roles": {},
        "view_transforms": {},
        "colorspaces": {},
        "displays": {name: _display(name, ground) for name in displays},
        "display_colorspaces": {
            entry.name: fitted(entry) for entry in sections.display_colorspaces if not entry.is_base
        },
        "named_transforms": {entry.name: fitted(entry) for entry in sections.named_transforms},
    }


def _display(name: str, ground: Ground) -> Entry:
    view = (
        f"    - !<View> {{name: {VIEW}, view_transform: {quoted(ground.view_transform)}, "
        f"display_colorspace: {quoted(name)}}}\n"
    )
    raw = f"    - !<View> {{name: Raw, colorspace: {quoted(ground.raw)}}}\n" if ground.raw else ""
    return Entry(name, f"  {quoted(name)}:\n{view}{raw}")


def _of_before(parted: Parted, section: str, name: str) -> Entry:
    try:
        return parted.entries[section][name]
    except KeyError:
        raise InputError(
            f"{parted.theirs.name}: {name!r} was written by ledcal and is no longer in {section}; "
            "take back a copy of the config (config.ocio.before-ledcal), or export all its walls "
            "at once"
        ) from None


def _require_free(opened: Opened, whole: Mapping[str, Iterable[Entry]], name: str) -> None:
    """Refuse names that mean something in their config already."""
    config = opened.config
    theirs = {other.casefold() for other in names_of(config, opened.ocio)}
    displays = {str(other).casefold() for other in config.getDisplaysAll()}
    looks = {str(other).casefold() for other in config.getLookNames()}
    clashes = {
        entry.name
        for section, entries in whole.items()
        for entry in entries
        if section not in {"view_transforms", "roles"}
        and entry.name.casefold() in (displays if section == "displays" else theirs | looks)
    }
    if clashes:
        raise InputError(
            f"{name}: {', '.join(map(repr, sorted(clashes)))} "
            f"{'is' if len(clashes) == 1 else 'are'} in it already, and not marked as ledcal's; "
            "rename or delete these. Where another program saved a config that had walls in it, "
            "the marks are lost: start from the one before (config.ocio.before-ledcal)"
        )


def _lists_base(document: Document, place: Place) -> Names:
    """What the walls have in common in lists of theirs."""
    base: Names = {}
    listed = _listed(document, "active_views")
    if listed and VIEW.casefold() not in listed:
        base["active_views"] = [VIEW]
    if place.added:
        base["search_path"] = list(place.added)
    return base


def _notes(opened: Opened, base: Names) -> tuple[str, ...]:
    """That a view which was hidden is not any more."""
    if "active_views" not in base:
        return ()
    shown = [display for display, view in views_of(opened) if view.casefold() == VIEW.casefold()]
    names = ", ".join(shown)
    note = f"{VIEW} is in active_views now, so the view of that name of {names} is shown too"
    return (note,) if shown else ()


def _active(document: Document, unit: Unit) -> Names:
    """What of a wall a list of displays that are shown must have."""
    if not _listed(document, "active_displays"):
        return {}
    return {"active_displays": unit.names["displays"]}


def _raw_is_last(document: Document) -> bool:
    """Whether Raw follows our view; the first of active_views is what hosts start with."""
    listed = _listed(document, "active_views")
    view = VIEW.casefold()
    return not listed or (view in listed and "raw" in listed[listed.index(view) :])


def _listed(document: Document, key: str) -> list[str]:
    """What a list holds; nothing, where it is empty and so hides nothing."""
    node = document.section(key)
    if node is None or node.kind != "sequence":
        return []
    return [item.value.casefold() for item in node.items if item.value]


def _with(unit: Unit, lists: Names) -> Unit:
    names = {key: value for key, value in unit.names.items() if key != "active_displays"}
    return Unit(unit.wall, unit.camera, unit.profile, unit.sha256, names | lists, list(unit.tables))


def _text(
    document: Document, whole: Mapping[str, Sequence[Entry]], lists: Names, account: Account
) -> str:
    insertions = Insertions(document, begin=BEGIN, end=END)
    for section, apart in _SECTIONS.items():
        insertions.add_entries(section, whole[section], apart=apart)
    for key in ("active_displays", "active_views"):
        insertions.add_names(key, lists.get(key, []))
    for folder in lists.get("search_path", []):
        insertions.add_folder(folder)
    insertions.add_lines(account.lines())
    return insertions.text()
