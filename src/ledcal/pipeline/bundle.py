"""Copies of a host's folder: whole, the same as each other, and of which profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledcal.errors import InputError, SystemFault
from ledcal.export.check_bundle import (
    OWN,
    Found,
    NotABundleError,
    check_folder,
    sentences,
)
from ledcal.pipeline.lineage import Lineage, lineage_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class _Of:
    """Which calibration a bundle holds for one wall, as its document says."""

    wall: str
    kind: str
    name: str
    sha256: str
    created: str

    @property
    def text(self) -> str:
        """In words."""
        fitted = f", fitted {_minute(self.created)}" if self.created else ""
        return f"{self.kind} {self.name}{fitted} (sha256 {self.sha256[:16]})"


def check_bundles(
    folders: Sequence[Path], *, profile: Path | None = None, root: Path
) -> dict[str, Any]:
    """Check copies of a bundle, compare them with each other, and with a profile.

    Parameters
    ----------
    folders : sequence of Path
        The copies.
    profile : Path or None
        The profile that they should be of: its folder, or its name under `root`.
    root : Path
        Where profiles are kept.

    Returns
    -------
    dict
        For ``--json``, as docs/json.md says; lines: what is right, for people; wrong: what is not,
        the first difference first.

    Raises
    ------
    InputError
        If a folder is no bundle or is given twice, or there is no such profile.
    SystemFault
        If a folder cannot be read.
    """
    wanted = None if profile is None else lineage_of(profile, root=root)
    _require_different(folders)
    found = [_check(folder) for folder in folders]
    broken = [one for one in found if one.differences]
    whole = [one for one in found if not one.differences]
    lines = [line for one in whole for line in sentences(one)]
    wrong = [line for one in broken for line in sentences(one)]
    hosts: dict[str, list[Found]] = {}
    for one in whole:
        hosts.setdefault(_host(one), []).append(one)
    differ = []
    for host, copies in hosts.items():
        apart = [text for other in copies[1:] if (text := _compare(copies[0], other))]
        if len(copies) > 1 and not apart:
            said = f"{len(copies)} copies for {host}, and the same for it{_written_apart(copies)}"
            lines.append(said)
        differ += apart
    if len(hosts) > 1:
        lines.append(f"not compared with each other: {', '.join(hosts)} are different hosts")
    strange = []
    if wanted is not None:
        strange = [text for one in whole if (text := _other_profile(one, wanted))]
        if whole and not strange:
            lines.append(f"of profile {wanted.name}, as it is in {wanted.folder}")
    wrong += [*differ, *strange]
    return {
        "verdict": "fail" if wrong else "pass",
        "reason": wrong[0] if wrong else "",
        "copies": [_copy_document(one) for one in found],
        "same": None
        if len(found) == len({_host(one) for one in found})
        else not (broken or differ),
        "profile": None
        if wanted is None
        else {
            "path": str(wanted.folder),
            "name": wanted.name,
            "sha256": wanted.sha256,
            "same": not strange and not broken,
        },
        "lines": lines,
        "wrong": wrong,
    }


def _require_different(folders: Sequence[Path]) -> None:
    """Refuse one place twice: it would pass for two copies."""
    seen: dict[Path, Path] = {}
    for folder in folders:
        place = folder.resolve()
        if place in seen:
            raise InputError(f"{folder}: the same place as {seen[place]}; name each copy once")
        seen[place] = folder


def _check(folder: Path) -> Found:
    try:
        return check_folder(folder)
    except NotABundleError as error:
        if (folder / "profile.json").is_file():
            raise InputError(
                f"{folder} is a profile, not a copy of a bundle; to compare copies with it: "
                f"ledcal bundle check DIR --profile {folder}"
            ) from error
        raise InputError(str(error)) from error
    except OSError as error:
        raise SystemFault(
            f"{folder}: cannot be read ({error.strerror or error}); check its permissions"
        ) from error


def _host(found: Found) -> str:
    host = found.document.get("host")
    return str(host.get("name", "?")) if isinstance(host, dict) else "?"


def _calibrations(found: Found) -> list[_Of]:
    """What ledcal-bundle.json says; empty where it says nothing that we know."""
    try:
        return [
            _Of(one["wall"]["name"], *(str(one["identity"][key]) for key in _IDENTITY))
            for one in found.document["walls"]
        ]
    except (KeyError, TypeError):
        return []


_IDENTITY = ("kind", "name", "sha256", "created")


def _compare(first: Found, other: Found) -> str:
    """How a whole bundle differs from another; empty where they are the same to the host."""
    ours, theirs = _read_by_host(first), _read_by_host(other)
    if ours == theirs:
        return ""
    mine, its = _calibrations(first), _calibrations(other)
    for here, there in zip(mine, its, strict=False):
        if here.sha256 != there.sha256:
            return (
                f"{other.folder}: is of {there.text}, and {first.folder} of {here.text}; copy the "
                "one that is right over the other"
            )
    if len(mine) != len(its):
        return f"{other.folder}: holds {len(its)} walls, and {first.folder} {len(mine)}"
    names = sorted(name for name in ours.keys() | theirs if ours.get(name) != theirs.get(name))
    more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
    return (
        f"{other.folder}: {names[0]}{more} is not as in {first.folder}; both are whole, so they "
        "are two exports: copy one of them to both places"
    )


def _read_by_host(found: Found) -> dict[str, str]:
    """Hashes of the files but for those that say when a bundle was written."""
    return {entry.path: entry.c4 for entry in found.entries if entry.path not in OWN}


def _written_apart(whole: Sequence[Found]) -> str:
    times = sorted({str(one.document.get("made", "")) for one in whole})
    if len(times) == 1:
        return ""
    return f" (exported {len(times)} times, {_minute(times[0])} to {_minute(times[-1])})"


def _other_profile(found: Found, wanted: Lineage) -> str:
    """Why a bundle is not of a profile; empty where it is."""
    held = _calibrations(found)
    again = (
        f"export it again and copy that: ledcal export {wanted.name} --host {_host(found)} -o DIR"
    )
    if any(one.sha256 == wanted.sha256 for one in held):
        return ""
    name = f"{wanted.name}, fitted {_minute(wanted.created)}"
    if not held:
        return f"{found.folder}: does not say which profile it is of; {again}"
    for step in wanted.older:
        if any(one.sha256 == step.sha256 for one in held):
            return (
                f"{found.folder}: is of profile {step.profile}, which {wanted.name} was moved from "
                f"({step.change}); {again}"
            )
    for one in held:
        if any(step.sha256 == wanted.sha256 for step in wanted.of(one.name, one.sha256)):
            return (
                f"{found.folder}: is of profile {one.name}, which was moved from {wanted.name}: "
                f"it is the newer one; give --profile {one.name}, or {again}"
            )
    nearest = min(held, key=lambda one: (one.name != wanted.name, one.wall != wanted.wall))
    if nearest.name != wanted.name:
        return f"{found.folder}: is of {nearest.text}, not of {name}; {again}"
    if nearest.created == wanted.created:
        return (
            f"{found.folder}: is of {nearest.text}, and profile.json was changed since (sha256 "
            f"{wanted.sha256[:16]}); {again}"
        )
    return (
        f"{found.folder}: is of {nearest.text}, and the profile was fitted again "
        f"({_minute(wanted.created)}); {again}"
    )


def _copy_document(found: Found) -> dict[str, Any]:
    document = found.document
    return {
        "path": str(found.folder),
        "verdict": "fail" if found.differences else "pass",
        "host": document.get("host", {}).get("name"),
        "made": document.get("made"),
        "files": len(found.entries),
        "bytes": sum(entry.size for entry in found.entries),
        "profiles": [
            {"kind": one.kind, "name": one.name, "sha256": one.sha256, "created": one.created}
            for one in _calibrations(found)
        ],
        "differences": [one._asdict() for one in found.differences],
        "notes": list(found.notes),
    }


def _minute(when: str) -> str:
    return when[:16].replace("T", " ")
