"""Findings of files: damaged, growing, mixed, badly named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledcal.values.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledcal.diagnose.case import Case


def unreadable(case: Case) -> Iterator[Finding]:
    """Files that could not be read."""
    unread = () if case.take is None else case.take.sorting.unread
    if not unread:
        return
    n = len(unread)
    yield Finding(
        id="unreadable-frames",
        severity="warning",
        seen=f"{n} file{'' if n == 1 else 's'} could not be read; the first: {unread[0][1]}",
        cause="damaged or cut files, files that are still being copied, or of another kind",
        confidence=0.8,
        fix="copy them from the card again; put other files elsewhere",
        reshoot=False,
        frames=tuple(name for name, _ in unread),
    )


def growing(case: Case) -> Iterator[Finding]:
    """Files that were not complete."""
    if case.folder is None:
        return
    names = tuple(path.name for path in case.folder.growing)
    if names:
        n = len(names)
        yield Finding(
            id="files-still-growing",
            severity="warning",
            seen=f"{n} file{' is' if n == 1 else 's are'} still being copied: {_few(names)}",
            cause="the card is being offloaded",
            confidence=0.9,
            fix="wait until the copy is done and run this again, or use 'ledcal check --watch'",
            reshoot=False,
            frames=names,
        )


def mixed_types(case: Case) -> Iterator[Finding]:
    """Files of several kinds."""
    if case.folder is None or len(case.folder.kinds) < 2:
        return
    shown = ", ".join(f"{count} {kind}" for kind, count in case.folder.kinds)
    yield Finding(
        id="mixed-file-types",
        severity="warning",
        seen=f"the folder holds {shown}",
        cause="stills and transcodes, or two cameras, in one folder",
        confidence=0.8,
        fix="put one kind of file from one camera into the folder",
        reshoot=False,
        frames=tuple(path.name for path in case.folder.others),
    )


def names(case: Case) -> Iterator[Finding]:
    """Gaps in the numbers of files, and copies."""
    if case.folder is None:
        return
    gone = tuple(
        numbering.name(number)
        for numbering in case.folder.numberings
        for number in numbering.missing
    )
    copies = tuple(path.name for path, _ in case.folder.copies)
    if not gone and not copies:
        return
    said = []
    if gone:
        count = len(gone)
        said.append(f"the count skips {count} file{'' if count == 1 else 's'}: {_few(gone)}")
    if copies:
        count = len(copies)
        said.append(f"{count} hold{'s' if count == 1 else ''} the same as others: {_few(copies)}")
    is_harmless = case.take is not None and not case.take.sorting.missing
    yield Finding(
        id="file-names",
        severity="note" if is_harmless else "warning",
        seen="; ".join(said),
        cause="files that were left on the card, deleted, or copied twice",
        confidence=0.6,
        fix="nothing: every frame of the pattern is there"
        if is_harmless
        else "look for them on the card before shooting anything again",
        reshoot=False,
        frames=copies,
    )


def _few(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more"
