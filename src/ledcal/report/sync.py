"""A take of the sync pattern as a screen of text, and as a document (docs/json.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledcal.report.summary import Row, count, labelled, plain, verdict_rows
from ledcal.report.verdict import Verdict
from ledcal.values.frame_numbers import format_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledcal.values.sync_take import Genlock, PanelSync, SyncResult, Tearing
    from ledcal.values.sync_take import Sequence as Numbers

SYNC_JSON_VERSION = 1
_MOST_NAMES = 4
_PLAYER = (
    "free the player of other work, play from a fast disk, and check that its output has the "
    "wall's frame rate"
)
_ORDER = (
    "check that the player plays forward, in a loop of the whole pattern, and that the captures "
    "are in the order in which they were shot"
)
_TURN_SYNC = "shift the camera's sync by a quarter of a frame, and shoot again"
# Columns that change at times further apart than this are worth a word, ms.
_APART_MS = 0.1
_OFF = ("late", "early", "at times")


def judge_sync(result: SyncResult) -> Verdict:
    """Judge a take: what is worst is said first.

    Parameters
    ----------
    result : SyncResult
        Of the take.

    Returns
    -------
    Verdict
        ``OUT OF SYNC`` (fail), ``CHECK`` (warn) or ``IN SYNC`` (good).
    """
    wrong = _faults(result)
    if wrong:
        reason = "; ".join(text for text, _ in wrong)
        return Verdict("fail", "OUT OF SYNC", reason, wrong[0][1])
    genlock = result.genlock
    if not result.sequence.is_continuous:
        return Verdict(
            "warn",
            "CHECK",
            "no panel is late and nothing is torn, but the captures do not follow each other, so "
            "drops cannot be judged",
            "shoot a clip of 50 frames or more and give that",
        )
    if genlock.mixed_share:
        share = 100 * genlock.mixed_share
        return Verdict(
            "warn",
            "CHECK",
            f"no frame is lost, no panel is late, but {share:.0f} % of the picture's rows see two "
            "frames of the wall at once",
            _shift_text(genlock) or _TURN_SYNC,
        )
    return Verdict("good", "IN SYNC", _good_text(result), "nothing: keep these settings")


def _good_text(result: SyncResult) -> str:
    locked = result.sequence.locked
    how = "every frame once" if locked == (1, 1) else _rate_text(result.sequence)
    n = sum(panel.state == "in step" for panel in result.panels)
    return (
        f"{how} in {count(len(result.captures), 'capture')}; {n} of {len(result.panels)} counters "
        "show the same frame"
    )


def _faults(result: SyncResult) -> list[tuple[str, str]]:
    """What is out of sync, and what to do, the cause first."""
    found = []
    numbers = result.sequence
    off = [panel for panel in result.panels if panel.state in _OFF]
    if numbers.is_continuous and numbers.locked is None:
        found.append(
            (
                f"wall and camera run at different rates ({_rate_text(numbers)})",
                "set wall, engine and camera to the same frame rate, and all to the same genlock",
            )
        )
    if off:
        found.append((_off_text(off, result), _off_remedy(off)))
    torn = result.tearing
    if torn is not None and torn.torn and not (off and not torn.is_constant and _is_of(off, torn)):
        often = "in every capture" if torn.is_constant else f"in {len(torn.torn)} captures"
        found.append(
            (
                f"the wall is torn {often}: its heights show different frames",
                "switch vertical sync on in the player, and give all its outputs one frame lock",
            )
        )
    if numbers.dropped or numbers.doubled:
        parts = []
        if numbers.dropped:
            parts.append(f"{count(len(numbers.dropped), 'frame')} dropped")
        if numbers.doubled:
            parts.append(f"{len(numbers.doubled)} shown twice")
        found.append(
            (
                " and ".join(parts),
                _PLAYER,
            )
        )
    if numbers.out_of_order:
        found.append(
            (
                f"{count(len(numbers.out_of_order), 'capture')} out of order",
                _ORDER,
            )
        )
    only = set(numbers.never) - set(numbers.dropped)
    if only:
        found.append(
            (
                f"frames {format_numbers(only)} are never shown",
                "look at the ends of the player's loop, and at the files of these frames",
            )
        )
    return found


def _is_of(off: Sequence[PanelSync], torn: Tearing) -> bool:
    """Whether the captures that are torn are those in which counters are off anyway."""
    return set(torn.torn) <= {name for panel in off for name in panel.off}


def _off_text(off: Sequence[PanelSync], result: SyncResult) -> str:
    names = ", ".join(panel.name for panel in off[:_MOST_NAMES])
    more = f" and {len(off) - _MOST_NAMES} more" if len(off) > _MOST_NAMES else ""
    always = [panel for panel in off if panel.state != "at times"]
    if always:
        skews = [panel.skew_frames or 0.0 for panel in always]
        worst = max(skews, key=abs)
        word = "behind" if worst < 0 else "ahead of"
        frames = f"{abs(worst):.2g}"
        plural = "" if frames == "1" else "s"
        return f"{names}{more}: {frames} frame{plural} {word} the rest of the wall"
    share = max(panel.off_share for panel in off)
    n = round(share * len(result.captures))
    return f"{names}{more}: another frame than the rest of the wall in {count(n, 'capture')}"


def _off_remedy(off: Sequence[PanelSync]) -> str:
    if any(panel.state != "at times" for panel in off):
        return (
            "set the processors of these panels to the same latency as the others (low latency, "
            "frame delay, scaling and genlock alike)"
        )
    return "check genlock and cabling of the processors of these panels, and the output they are on"


def _rate_text(numbers: Numbers) -> str:
    if numbers.locked is not None:
        frames, captures = numbers.locked
        shown = f"{count(frames, 'frame')} of the wall"
        return f"{shown} for each capture" if captures == 1 else f"{shown} in {captures} captures"
    return f"{numbers.rate:.5g} frames of the wall for each capture"


def _shift_text(genlock: Genlock) -> str:
    """What to type into the camera or the processor."""
    if genlock.window_ms is not None and genlock.window_ms <= 0:
        return (
            "no sync shift is safe: exposure and readout take longer than a frame by "
            f"{-genlock.window_ms:.2f} ms; close the shutter by as much, or use a faster sensor "
            "mode"
        )
    if genlock.shift_ms is None or genlock.shift_deg is None:
        return ""
    lines = "" if genlock.shift_lines is None else f", {genlock.shift_lines:+.0f} lines"
    return (
        f"set the camera's sync shift {genlock.shift_ms:+.3f} ms from where it is ("
        f"{genlock.shift_deg:+.1f} degrees of a frame{lines}; + is later), or the wall's genlock "
        f"phase by {-genlock.shift_deg:+.1f} degrees; then shoot again"
    )


def sync_rows(result: SyncResult, *, assumptions: Sequence[str] = (), again: str = "") -> list[Row]:
    """Give the screen of `ledcal sync`: verdict first, what to do last.

    Parameters
    ----------
    result : SyncResult
        Of the take.
    assumptions : sequence of str
        What was assumed.
    again : str
        What to type after the next shot.

    Returns
    -------
    list of Row
        Lines of 80 columns.
    """
    verdict = judge_sync(result)
    rows = verdict_rows(verdict.word, plain(verdict.reason), verdict.level)
    rows.append(Row(""))
    unread = f"; {len(result.unread)} could not be read" if result.unread else ""
    rows += labelled(
        "read",
        f"{count(len(result.captures), 'capture')}, {count(len(result.panels), 'counter')}, a loop "
        f"of {result.n_frames} frames{unread}",
    )
    rows += _number_rows(result)
    rows += _panel_rows(result)
    if result.tearing is not None and result.tearing.torn:
        rows += labelled("torn", _names(result.tearing.torn))
    rows += labelled("genlock", genlock_text(result.genlock))
    rows += labelled("latency", latency_text(result))
    for note in result.notes:
        rows += labelled("note", plain(note) + ".", "dim")
    if assumptions:
        rows += labelled("assumed", "; ".join(plain(text) for text in assumptions), "dim")
    rows.append(Row(""))
    rows += labelled("next", plain(verdict.action))
    if verdict.level != "good" and again:
        rows += labelled("", again)
    return rows


def _number_rows(result: SyncResult) -> list[Row]:
    numbers = result.sequence
    rows: list[Row] = []
    if numbers.rate is not None:
        rows += labelled("rate", _rate_text(numbers))
    if numbers.is_continuous and numbers.locked is not None:
        for label, found in (("dropped", numbers.dropped), ("doubled", numbers.doubled)):
            text = f"{len(found)}: {format_numbers(found)}" if found else "none"
            rows += labelled(label, text, "fail" if found else "")
    if numbers.out_of_order:
        rows += labelled("order", _names(numbers.out_of_order), "fail")
    if numbers.never:
        rows += labelled("never", format_numbers(numbers.never), "fail")
    return rows


def _panel_rows(result: SyncResult) -> list[Row]:
    """A table of the counters."""
    rows = [
        Row(f"  {'counters':10}{'':12}{'read':>8}{'frames off':>12}{'captures off':>14}", "dim")
    ]
    for panel in result.panels:
        skew = "-" if panel.skew_frames is None else f"{round(panel.skew_frames, 2) + 0.0:+.2f}"
        style = "fail" if panel.state in _OFF else "dim" if panel.state == "unread" else ""
        share = f"{100 * panel.off_share:.0f} %"
        text = f"  {'':10}{panel.name:12}{panel.n_read:>8}{skew:>12}{share:>14}   {panel.state}"
        rows.append(Row(text.rstrip(), style))
    return rows


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"in {', '.join(names[:_MOST_NAMES])}{more}"


def genlock_text(genlock: Genlock) -> str:
    """The genlock's phase in words, or why there is none.

    Examples
    --------
    >>> from ledcal.values.sync_take import Genlock
    >>> genlock_text(Genlock("unknown", "the line time is not known"))
    'phase not known: the line time is not known.'
    """
    if genlock.state == "known" and genlock.phase_ms is not None and genlock.sigma_us is not None:
        where = (
            f"{100 * (genlock.mixed_share or 0.0):.0f} % of the picture's rows see two frames"
            if genlock.mixed_share
            else f"no row sees two frames, margin {genlock.margin_ms:.3f} ms"
        )
        return (
            f"the wall changes {genlock.phase_ms:.3f} ms after the first row opens "
            f"(+-{genlock.sigma_us:.1f} us); {where}; room for it {genlock.window_ms:.2f} ms. "
            f"{_columns_text(genlock)}To do: {plain(_shift_text(genlock))}."
        )
    if genlock.state == "clean":
        return (
            f"clean, margin >= {genlock.margin_ms:.1f} ms: {plain(genlock.reason)}. Rows above and "
            "below were not seen. To know it, open the shutter or shift the sync until rows mix"
        )
    drift = "" if genlock.drift_us is None else f" by {genlock.drift_us:+.1f} us a frame"
    moves = f"; the change moves{drift}" if genlock.state == "drifting" else ""
    return f"phase not known: {plain(genlock.reason)}{moves}. {_columns_text(genlock)}".strip()


def _columns_text(genlock: Genlock) -> str:
    """Columns that do not change with the wall."""
    apart = [
        f"column {place} {late:+.2f} ms"
        for place, late in enumerate(genlock.column_ms, start=1)
        if late is not None and abs(late) > _APART_MS
    ]
    seen = [str(i) for i, late in enumerate(genlock.column_ms, start=1) if late is not None]
    text = f"Columns change at other times: {', '.join(apart)}. " if apart else ""
    if seen and len(seen) < len(genlock.column_ms):
        text += f"Seen in column {', '.join(seen)} only. "
    return text


def latency_text(result: SyncResult) -> str:
    """The latency in words, or why it is not known."""
    latency = result.latency
    if latency.frames is None or latency.least is None or latency.most is None:
        return latency.meaning
    return (
        f"{latency.frames:.2f} frames ({latency.least:.2f} to {latency.most:.2f}), "
        f"{latency.meaning}"
    )


def sync_json(result: SyncResult, *, assumptions: Sequence[str]) -> dict[str, Any]:
    """Make the document of `ledcal sync --json` (docs/json.md).

    Parameters
    ----------
    result : SyncResult
        Of the take.
    assumptions : sequence of str
        What was assumed.

    Returns
    -------
    dict
        JSON-ready.
    """
    verdict = judge_sync(result)
    numbers, torn, genlock = result.sequence, result.tearing, result.genlock
    return {
        "schema_version": SYNC_JSON_VERSION,
        "verdict": {"good": "pass"}.get(verdict.level, verdict.level),
        "reason": verdict.reason,
        "next": verdict.action,
        "frames": len(result.captures),
        "unread": list(result.unread),
        "loop": result.n_frames,
        "columns": result.n_columns,
        "first": result.first,
        "last": result.last,
        "continuous": numbers.is_continuous,
        "rate": numbers.rate,
        "locked": None if numbers.locked is None else list(numbers.locked),
        "dropped": list(numbers.dropped),
        "doubled": list(numbers.doubled),
        "out_of_order": list(numbers.out_of_order),
        "never": list(numbers.never),
        "torn": [] if torn is None else list(torn.torn),
        "torn_always": False if torn is None else torn.is_constant,
        "row_step_frames": None if torn is None else torn.step_frames,
        "blend": result.blend,
        "panels": [
            {
                "name": panel.name,
                "read": panel.n_read,
                "skew_frames": panel.skew_frames,
                "off_share": panel.off_share,
                "off": list(panel.off),
                "state": panel.state,
            }
            for panel in result.panels
        ],
        "latency_frames": result.latency.frames,
        "latency": {
            "frames": result.latency.frames,
            "least": result.latency.least,
            "most": result.latency.most,
            "meaning": result.latency.meaning,
        },
        "genlock": {
            "state": genlock.state,
            "reason": genlock.reason,
            "phase_ms": genlock.phase_ms,
            "sigma_us": genlock.sigma_us,
            "window_ms": genlock.window_ms,
            "shift_ms": genlock.shift_ms,
            "shift_deg": genlock.shift_deg,
            "shift_lines": genlock.shift_lines,
            "mixed_share": genlock.mixed_share,
            "margin_ms": genlock.margin_ms,
            "rows": None if genlock.rows is None else list(genlock.rows),
            "column_ms": list(genlock.column_ms),
            "drift_us": genlock.drift_us,
        },
        "notes": list(result.notes),
        "assumptions": list(assumptions),
    }
