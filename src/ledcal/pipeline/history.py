"""The history of a stored profile: read it, add an event, draw it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ledcal import __version__
from ledcal.drift.trend import find_restarts, find_trends
from ledcal.errors import InputError, LedcalError
from ledcal.files.atomic import atomic_file, require_free_picture
from ledcal.files.document import read_json
from ledcal.pipeline.profiles import find_profile
from ledcal.profile.checks import read_checks, write_check
from ledcal.values.drift import CheckRecord
from ledcal.values.history import History, moment

if TYPE_CHECKING:
    from pathlib import Path

# Clocks of machines differ, and so do the days of time zones.
_AHEAD = timedelta(days=1)


def read_history(name: Path, *, root: Path, since: datetime | None = None) -> History:
    """Read the history of a profile.

    Parameters
    ----------
    name : Path
        Folder of the profile, or its name under `root`.
    root : Path
        Where the profiles are.
    since : datetime or None
        With its offset: what is older is left out, of the trends too.

    Returns
    -------
    History
        Files that are spoilt, or dated in the future, are among its problems.

    Raises
    ------
    ProfileError
        If there is no such profile.
    """
    folder = find_profile(name, root=root)
    checks = read_checks(folder)
    ahead = datetime.now(UTC) + _AHEAD
    early = [
        f"{file}: is dated {record.when}, after today: was the clock of the machine right? It "
        "bends the trends; mend its date, or delete it"
        for record, file in zip(checks.records, checks.files, strict=True)
        if moment(record) > ahead
    ]
    checks = replace(checks, problems=(*checks.problems, *early))
    restarts = find_restarts(checks, baseline=_baseline_moment(folder))
    if since is not None:
        kept = [
            (record, file)
            for record, file in zip(checks.records, checks.files, strict=True)
            if moment(record) >= since
        ]
        checks = replace(
            checks,
            records=tuple(record for record, _ in kept),
            files=tuple(file for _, file in kept),
        )
        restarts = tuple(restart for restart in restarts if restart.when >= since)
    return History(folder, checks, restarts, find_trends(checks.records, restarts))


def _baseline_moment(folder: Path) -> datetime | None:
    """When the baseline that checks are compared with was taken; None where that is unknown."""
    try:
        created = read_json(folder / "baseline.json").get("created")
        when = datetime.fromisoformat(str(created))
    except (LedcalError, ValueError):
        # None yet, or damaged: `drift check` says so.
        return None
    return when if when.tzinfo is not None else None


def note_event(name: Path, text: str, *, root: Path, when: datetime | None = None) -> Path:
    """Add an event to the history of a profile: from here on all trends begin anew.

    Parameters
    ----------
    name : Path
        Folder of the profile, or its name under `root`.
    text : str
        What happened.
    root : Path
        Where the profiles are.
    when : datetime or None
        With its offset. None is now.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ProfileError
        If there is no such profile.
    InputError
        If nothing is said, or it has not happened yet.
    SystemFault
        If the operating system refuses.
    """
    folder = find_profile(name, root=root)
    said = " ".join(text.split())
    if not said:
        raise InputError("the note is empty: say what happened, such as --note 'new lens'")
    now = datetime.now(UTC).astimezone()
    if when is not None and when > now:
        raise InputError(
            f"{when:%Y-%m-%d %H:%M} has not come yet: an event is noted once it has happened"
        )
    stamp = (when or now).isoformat(timespec="seconds")
    record = CheckRecord("event", stamp, note=said, ledcal_version=__version__)
    return write_check(folder, record)


def require_picture_name(path: Path, *, overwrite: bool) -> None:
    """Refuse a picture that cannot be written.

    Raises
    ------
    InputError
        If the suffix is none of ours, or something stands there already.
    """
    require_free_picture(path, what="a picture", overwrite=overwrite)


def write_picture(history: History, path: Path, *, overwrite: bool = False) -> bool:
    """Draw a history.

    Parameters
    ----------
    history : History
        Of a profile.
    path : Path
        Ends in ``.png`` or ``.svg``.
    overwrite : bool
        Replace what stands there.

    Returns
    -------
    bool
        False where there is nothing to draw, and nothing was written.

    Raises
    ------
    InputError
        If it cannot stand there.
    SystemFault
        If the operating system refuses.
    """
    if not any(record.kind != "event" for record in history.checks.records):
        return False
    from ledcal.report.history_plot import save_history  # noqa: PLC0415 - matplotlib is slow

    require_picture_name(path, overwrite=overwrite)
    with atomic_file(path, overwrite=overwrite) as temporary:
        save_history(history, temporary)
    return True
