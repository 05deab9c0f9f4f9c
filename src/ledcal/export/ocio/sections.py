"""The parts of a config that walls need, as text: for a config of ours, or into another's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section of a config.

    Attributes
    ----------
    name : str
        What the config calls it.
    text : str
        Its YAML as it stands under its section, indented by two spaces, with a line end.
    """

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Sections:
    """What is in a config for some walls, or is to be added to one.

    Attributes
    ----------
    search_path : str
        Folder of the tables, relative to the config.
    roles, shared_views, displays, view_transforms, display_colorspaces, colorspaces,
    named_transforms : tuple of Entry
        By section, in order. Those of walls, and what they stand on.
    """

    search_path: str
    roles: tuple[Entry, ...] = ()
    shared_views: tuple[Entry, ...] = ()
    displays: tuple[Entry, ...] = ()
    view_transforms: tuple[Entry, ...] = ()
    display_colorspaces: tuple[Entry, ...] = ()
    colorspaces: tuple[Entry, ...] = ()
    named_transforms: tuple[Entry, ...] = ()
