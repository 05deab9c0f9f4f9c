"""Which profile another was moved from, as far as both are stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledcal.errors import LedcalError
from ledcal.files.digest import sha256_file
from ledcal.pipeline.profiles import read_stored
from ledcal.profile.store import DOCUMENT, read_profile

if TYPE_CHECKING:
    from ledcal.values.profile import Derived, Profile

_MOST_STEPS = 50


@dataclass(frozen=True, slots=True)
class Lineage:
    """A stored profile, and what it was moved from.

    Attributes
    ----------
    name, created, wall : str
        As the profile says.
    folder : Path
        Where it stands.
    sha256 : str
        Of its profile.json.
    places : tuple of Path
        Where its relatives may stand.
    older : tuple of Derived
        What it was moved from, and that from, the nearest first.
    """

    name: str
    created: str
    wall: str
    folder: Path
    sha256: str
    places: tuple[Path, ...]
    older: tuple[Derived, ...]

    def of(self, name: str, sha256: str) -> tuple[Derived, ...]:
        """What another profile was moved from; empty where it is not stored as it was."""
        other = _stored(name, sha256, self.places)
        return () if other is None else _older(other, self.places)


def lineage_of(name: Path, *, root: Path) -> Lineage:
    """Read a profile by folder or name, and follow what it was moved from.

    Raises
    ------
    ProfileError
        If it is not there, or damaged.
    """
    profile, folder = read_stored(name, root=root)
    places = tuple(dict.fromkeys((folder.resolve().parent, root.resolve())))
    return Lineage(
        name=profile.name,
        created=profile.provenance.created,
        wall=profile.stage.wall.name,
        folder=folder,
        sha256=sha256_file(folder / DOCUMENT),
        places=places,
        older=_older(profile, places),
    )


def _older(profile: Profile, places: tuple[Path, ...]) -> tuple[Derived, ...]:
    found: list[Derived] = []
    here: Profile | None = profile
    while here is not None and here.derived is not None and len(found) < _MOST_STEPS:
        found.append(here.derived)
        here = _stored(here.derived.profile, here.derived.sha256, places)
    return tuple(found)


def _stored(name: str, sha256: str, places: tuple[Path, ...]) -> Profile | None:
    """A profile that is stored, and still the one that was meant."""
    for place in places:
        folder = place / Path(name).name
        try:
            if sha256_file(folder / DOCUMENT) == sha256:
                return read_profile(folder)
        except (OSError, LedcalError):
            continue
    return None
