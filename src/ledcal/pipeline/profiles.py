"""Stored profiles: find, list, show."""

from __future__ import annotations

import shlex
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ledcal.errors import LedcalError, ProfileError
from ledcal.export.check_bundle import DOCUMENT as BUNDLE
from ledcal.export.check_bundle import read_document
from ledcal.files.document import nearest
from ledcal.profile.store import DOCUMENT, list_profiles, read_profile
from ledcal.report.document import profiles_json
from ledcal.report.summary import profiles_table

if TYPE_CHECKING:
    from pathlib import Path

    from ledcal.values.profile import Profile


def find_profile(name: Path, *, root: Path) -> Path:
    """The folder of a profile: as it is typed, or under the root.

    Raises
    ------
    ProfileError
        If it stands at neither; names the nearest that does.
    """
    if name.name == DOCUMENT and name.is_file():
        return name.parent
    for folder in (name, root / name):
        if (folder / DOCUMENT).is_file():
            return folder
    if (name / BUNDLE).is_file():
        raise ProfileError(f"{name} is a bundle{_of_bundle(name)}")
    if name.is_dir():
        raise ProfileError(f"{name}: no profile.json in it, so it is not a ledcal profile")
    if not root.is_dir():
        raise ProfileError(
            f"{name}: no such profile here, and no {root.name} in {root.absolute().parent}: go to "
            "the folder that holds it, or name it with --root"
        )
    known = [p.name for p in root.iterdir() if (p / DOCUMENT).is_file()]
    hint = f"; the nearest is {nearest(name.name, known)!r}" if known else ""
    raise ProfileError(
        f"{name}: no such profile, here or in {root}{hint}; 'ledcal profiles' lists them"
    )


def _of_bundle(folder: Path) -> str:
    """Which profile a bundle is of, and what to type; empty where it does not say."""
    try:
        walls = read_document(folder)["walls"]
        names = [str(wall["identity"]["name"]) for wall in walls]
        kind = str(walls[0]["identity"]["kind"])
    except (LookupError, TypeError):
        return ""
    held = " and ".join(names)
    again = f": ledcal export {shlex.join(names)}" if kind == "profile" else ""
    return f", of {kind} {held}{again}"


def read_stored(name: Path, *, root: Path) -> tuple[Profile, Path]:
    """Read a profile by folder or name."""
    folder = find_profile(name, root=root)
    return read_profile(folder), folder


def read_others(root: Path, *, apart_from: Path, most: int = 40) -> dict[str, Profile]:
    """Read the other profiles of a root that can be read, by name, the newest first.

    Parameters
    ----------
    root : Path
        Where profiles are; one that does not exist holds none.
    apart_from : Path
        Folder of the profile that is left out.
    most : int
        No more than these.
    """
    folders = root.iterdir() if root.is_dir() else iter(())
    held = [folder for folder in folders if (folder / "profile.json").is_file()]
    own = apart_from.resolve()
    found: dict[str, Profile] = {}
    for folder in sorted(held, key=lambda one: (-(one / "profile.json").stat().st_mtime, one.name)):
        if len(found) == most:
            break
        if folder.resolve() != own:
            # A damaged one says nothing of this take; 'ledcal profiles' tells of it.
            with suppress(LedcalError):
                found[folder.name] = read_profile(folder)
    return found


def list_stored(root: Path) -> tuple[dict[str, Any], list[str]]:
    """All profiles of a root: as a JSON document and as lines.

    Raises
    ------
    ProfileError
        If the root is not there.
    """
    if not root.is_dir():
        raise ProfileError(
            f"{root}: no such folder; 'ledcal fit' makes it, or name another with --root"
        )
    summaries = list_profiles(root)
    head, rows = profiles_table(summaries)
    if not rows:
        return profiles_json(summaries), [f"no profiles in {root} yet; 'ledcal fit' makes one"]
    # The last column says what is wrong with a profile; that is a sentence, below its row.
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head) - 1)]
    lines = []
    for *cells, problem in [head, *rows]:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        lines.append("  ".join(padded).rstrip())
        lines += [f"    {line}" for line in problem.splitlines()]
    return profiles_json(summaries), lines
