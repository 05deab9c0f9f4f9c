"""Profile folders: written whole or not at all, read back with every digest checked."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ledcal.errors import InputError, LedcalError, ProfileError
from ledcal.files.atomic import atomic_folder, system_fault
from ledcal.files.digest import sha256_bytes, sha256_file
from ledcal.files.document import format_document, read_json
from ledcal.files.measurements import format_measurements, read_measurements
from ledcal.profile.codec import (
    FORMAT,
    profile_from_document,
    profile_to_document,
    require_known_schema,
)
from ledcal.profile.fields import Field
from ledcal.values.lut import Lut3d
from ledcal.values.profile import Profile, ProfileSummary

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCUMENT = "profile.json"
TABLE = "correction.npy"
MEASUREMENTS = "measurements.csv"
CHECKS = "checks"

# Rendered from the rest, so a changed one spoils nothing; it is not held to its digest.
_RENDERED = ("report.html",)


def write_profile(
    folder: Path,
    profile: Profile,
    *,
    files: Mapping[str, str | bytes],
    overwrite: bool = False,
) -> Path:
    """Write a profile folder.

    Holds profile.json, correction.npy (float64), measurements.csv, an empty ``checks/``, and
    `files`. It appears when all of it is written. Replacing a profile keeps its ``checks/``
    and whatever else people have put there.

    Parameters
    ----------
    folder : Path
        The profile's own folder: ``calibration_profiles/NAME``.
    profile : Profile
        What to store.
    files : mapping of str to str or bytes
        More files by plain name: ``correction.cube``, ``report.html``.
    overwrite : bool
        Replace the profile that stands there. Only a ledcal profile is ever replaced.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If something stands there and `overwrite` is false, or it is not a ledcal profile.
    SystemFault
        If the operating system refuses (disk full, no permission); nothing is left behind.
    ValueError
        If a name in `files` is not a plain file name, or is one of our own.
    """
    folder = Path(folder)
    folder = folder.resolve() if folder.is_symlink() else folder
    contents = _contents(profile, files)
    try:
        kept = _kept(folder, set(contents)) if overwrite else []
    except OSError as error:
        raise system_fault(error, folder) from error
    with atomic_folder(folder, overwrite=overwrite) as part:
        for name, data in contents.items():
            (part / name).write_bytes(data)
        for entry in kept:
            _copy(entry, part / entry.name)
        (part / CHECKS).mkdir(exist_ok=True)
    return folder


def read_profile(folder: Path) -> Profile:
    """Read a profile folder (or the profile.json in it).

    Parameters
    ----------
    folder : Path
        Where it stands.

    Returns
    -------
    Profile
        Exactly as it was stored.

    Raises
    ------
    ProfileError
        If there is none, it is damaged or was edited by hand, or its schema is newer than this
        program.
    """
    folder = Path(folder)
    if folder.name == DOCUMENT:
        folder = folder.parent
    try:
        return _read(folder)
    except OSError as error:
        raise ProfileError(
            f"{folder}: cannot be read ({error.strerror or error}); check its permissions"
        ) from error


def _read(folder: Path) -> Profile:
    document_path = folder / DOCUMENT
    if not document_path.is_file():
        hint = "give the folder of a profile; `ledcal profiles` lists them"
        if not folder.exists():
            raise ProfileError(f"{folder}: no such profile; {hint}")
        raise ProfileError(f"{folder}: holds no {DOCUMENT}, so it is not a profile; {hint}")
    try:
        document = read_json(document_path)
    except InputError as error:
        raise ProfileError(str(error)) from error
    require_known_schema(document, str(document_path))
    _require_digests(folder, document)
    try:
        measurements = read_measurements(folder / MEASUREMENTS)
    except InputError as error:
        raise ProfileError(str(error)) from error
    return profile_from_document(
        document,
        correction=_read_table(folder / TABLE),
        measurements=measurements,
        name=str(document_path),
    )


def list_profiles(root: Path) -> list[ProfileSummary]:
    """List the profiles in a folder, by name. Damaged ones are listed with what is wrong.

    Parameters
    ----------
    root : Path
        Such as ``calibration_profiles``. One that does not exist holds no profiles.

    Returns
    -------
    list of ProfileSummary
        Folders that do not look like profiles are left out.

    Raises
    ------
    ProfileError
        If the folder itself cannot be read.
    """
    root = Path(root)
    if not root.is_dir():
        return []
    try:
        entries = sorted(root.iterdir())
    except OSError as error:
        raise ProfileError(
            f"{root}: cannot be read ({error.strerror}); check its permissions"
        ) from error
    return [
        _summary(entry)
        for entry in entries
        if not entry.name.startswith(".") and _looks_like_profile(entry)
    ]


def _summary(folder: Path) -> ProfileSummary:
    try:
        profile = read_profile(folder)
    except LedcalError as error:
        return ProfileSummary(folder, folder.name, problem=str(error))
    return ProfileSummary(
        folder=folder,
        name=profile.name,
        wall=profile.stage.wall.name,
        camera=profile.stage.camera.model,
        eotf=profile.stage.wall.eotf,
        pattern=profile.pattern,
        created=profile.provenance.created,
        peak_nits=profile.stage.wall.peak_nits,
        n_patches=profile.measurements.n_patches,
        before=profile.quality.before,
        after=profile.quality.after,
        cross_validated=profile.quality.cross_validated,
        derived_from="" if profile.derived is None else profile.derived.profile,
    )


def _contents(profile: Profile, files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    """All files of the folder; profile.json last, with the digests of the others."""
    buffer = io.BytesIO()
    np.save(buffer, profile.correction.table, allow_pickle=False)
    contents = {
        TABLE: buffer.getvalue(),
        MEASUREMENTS: _encode(format_measurements(profile.measurements)),
    }
    for name, data in files.items():
        if Path(name).name != name or name in {DOCUMENT, TABLE, MEASUREMENTS, CHECKS, ".", ".."}:
            message = f"files: {name!r} is not a free plain file name"
            raise ValueError(message)
        contents[name] = _encode(data) if isinstance(data, str) else data
    digests = {name: sha256_bytes(data) for name, data in contents.items()}
    document = profile_to_document(profile, digests)
    contents[DOCUMENT] = format_document(document).encode("utf-8")
    return contents


def _encode(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")


def _kept(folder: Path, replaced: set[str]) -> list[Path]:
    """What stands in the folder to be replaced and is not the profile's own."""
    if not folder.is_dir():
        if folder.exists():
            raise InputError(f"{folder} is a file, not a profile; choose another with -o")
        return []
    if not any(folder.iterdir()):
        return []
    try:
        document = read_json(folder / DOCUMENT)
    except InputError:
        document = {}
    if document.get("format") != FORMAT:
        raise InputError(
            f"{folder} is not a ledcal profile (no readable {DOCUMENT} of ours in it), so it is "
            f"not replaced, also with --overwrite; choose another folder with -o"
        )
    own = replaced | set(Field(document).at("files").entries()) - {CHECKS}
    return [entry for entry in sorted(folder.iterdir()) if entry.name not in own]


def _copy(source: Path, target: Path) -> None:
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


def _require_digests(folder: Path, document: dict[str, object]) -> None:
    root = Field(document)
    entries = root.at("files").entries()
    for name in (TABLE, MEASUREMENTS):
        if name not in entries:
            root.problems.append(f"files.{name}: missing")
    stated = {name: entry.text() for name, entry in entries.items()}
    root.require_sound(str(folder / DOCUMENT))
    problems = []
    for name, digest in stated.items():
        path = folder / Path(name).name
        if name in _RENDERED:
            continue
        if not path.is_file():
            problems.append(f"{name} is missing")
            continue
        if sha256_file(path) != digest:
            problems.append(f"{name} was changed after the fit")
    if problems:
        raise ProfileError(
            f"{folder}: {'; '.join(problems)}. Restore the profile from a copy, or fit it again"
        )


def _read_table(path: Path) -> Lut3d:
    try:
        return Lut3d(np.load(io.BytesIO(path.read_bytes()), allow_pickle=False))
    except (ValueError, EOFError) as error:
        raise ProfileError(
            f"{path}: not a correction table ({error}); restore the profile from a copy"
        ) from error


def _looks_like_profile(folder: Path) -> bool:
    try:
        return any((folder / name).exists() for name in (DOCUMENT, TABLE, "correction.cube"))
    except OSError:  # a closed folder: reading it will say so
        return folder.is_dir()
