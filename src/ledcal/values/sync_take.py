"""What a take of the sync pattern shows: what each capture says, and what follows from all."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledcal.values.arrays import FloatArray, readonly


@dataclass(frozen=True, slots=True, eq=False)
class SyncReading:
    """One capture.

    Attributes
    ----------
    name : str
        Of the file, or of the frame of a clip.
    source : str
        File that it is of: the captures of one clip follow each other without a gap.
    position : ndarray, shape (n_counters,)
        Number that each counter says, plus the share of the exposure that saw the next one;
        NaN where it cannot be read.
    row : ndarray, shape (n_counters,)
        Row of the picture where the counter's middle lies.
    misfit : ndarray, shape (n_counters,)
        Root mean square of what the number does not explain, in shares of black to white.
    bars : ndarray, shape (n_columns, n_places, 3)
        Along each column's bars from the top of the wall down: light of the bar that is lit in
        even frames, of the one lit in odd frames, and of dark wall. NaN outside of the picture.
    bar_rows : ndarray, shape (n_columns, n_places)
        Rows of the picture where they lie.
    is_clipped : bool
        Whether lit cells reach the end of the sensor's range: shares are not to be trusted.
    height_px : int
        Rows of the picture.
    """

    name: str
    source: str
    position: FloatArray
    row: FloatArray
    misfit: FloatArray
    bars: FloatArray
    bar_rows: FloatArray
    is_clipped: bool
    height_px: int

    def __post_init__(self) -> None:
        shapes: dict[str, tuple[int | None, ...]] = {
            **dict.fromkeys(("position", "row", "misfit"), (None,)),
            "bars": (None, None, 3),
            "bar_rows": (None, None),
        }
        for name, shape in shapes.items():
            array = readonly(getattr(self, name), shape=shape, name=name, finite=False)
            object.__setattr__(self, name, array)


@dataclass(frozen=True, slots=True)
class Timing:
    """When the rows of a picture are exposed; None where it is not known.

    Attributes
    ----------
    frame_s : float or None
        From capture to capture.
    exposure_s : float or None
        Of a row.
    row_s : float or None
        From one row of the picture to the next.
    """

    frame_s: float | None = None
    exposure_s: float | None = None
    row_s: float | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """What the numbers say from capture to capture.

    Attributes
    ----------
    is_continuous : bool
        Whether the captures follow each other at a steady rate: otherwise nothing is said of
        drops and doubles.
    rate : float or None
        Frames of the wall for each capture.
    locked : (int, int) or None
        So many frames of the wall in so many captures, exactly; None where the rates differ.
    dropped, doubled : tuple of int
        Numbers that were left out (or stood for a part of their time), and that stood longer
        than they should, as often as it happened.
    out_of_order : tuple of str
        Captures that show an older frame than the one before, or one far off.
    never : tuple of int
        Numbers within what was played that no capture shows.
    """

    is_continuous: bool
    rate: float | None = None
    locked: tuple[int, int] | None = None
    dropped: tuple[int, ...] = ()
    doubled: tuple[int, ...] = ()
    out_of_order: tuple[str, ...] = ()
    never: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PanelSync:
    """One counter against the others.

    Attributes
    ----------
    name : str
        ``2-top``: column from the left, height.
    n_read : int
        Captures in which it was read.
    skew_frames : float or None
        How far it is behind (negative) or ahead of most counters at its height; None where it
        was never read.
    off_share : float
        Share of the captures in which it shows another frame than they do.
    off : tuple of str
        Those captures.
    state : str
        ``in step``, ``late``, ``early``, ``at times``, ``unread``; ``reference`` where it is driven
        directly and not judged.
    """

    name: str
    n_read: int
    skew_frames: float | None
    off_share: float
    off: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Tearing:
    """Different frames above each other.

    Attributes
    ----------
    torn : tuple of str
        Captures whose heights show frames that a rolling shutter does not explain.
    is_constant : bool
        Whether it is so in nearly all of them.
    step_frames : float
        How many frames later rows are ahead of earlier ones, median over the take, between the
        heights where it is most.
    allowed_frames : float
        What the rolling shutter explains.
    """

    torn: tuple[str, ...]
    is_constant: bool
    step_frames: float
    allowed_frames: float


@dataclass(frozen=True, slots=True)
class Genlock:
    """Where in the camera's frame the wall changes its own.

    Attributes
    ----------
    state : str
        ``known``, ``clean`` (no row that was seen sees two frames, so where the change lies
        cannot be known), ``drifting``, ``unknown``.
    reason : str
        Why the phase is not known; empty where it is.
    phase_ms : float or None
        When the wall changes after the first row's exposure begins, 0 to the length of a frame.
    sigma_us : float or None
        Standard error of it.
    window_ms : float or None
        Room for the change between the end of the last row's exposure and the beginning of the
        first: what is left of a frame after exposure and readout. Negative where there is none.
    shift_ms, shift_deg, shift_lines : float or None
        By how much later the camera should begin so that the change lies in the middle of that
        room; in degrees of a frame, and in lines of the sensor.
    mixed_share : float or None
        Share of the picture's rows that see two frames.
    margin_ms : float or None
        How far the change is from the nearest exposure of a row of the picture; where the phase
        is not known, at least so far, of the rows that were seen.
    rows : (int, int) or None
        First and last row of the picture that were seen.
    column_ms : tuple of float or None
        Phase of each column against that of the wall.
    drift_us : float or None
        How far the change moves from capture to capture.
    """

    state: str
    reason: str = ""
    phase_ms: float | None = None
    sigma_us: float | None = None
    window_ms: float | None = None
    shift_ms: float | None = None
    shift_deg: float | None = None
    shift_lines: float | None = None
    mixed_share: float | None = None
    margin_ms: float | None = None
    rows: tuple[int, int] | None = None
    column_ms: tuple[float | None, ...] = ()
    drift_us: float | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """How long after it was sent a frame is seen.

    Attributes
    ----------
    frames : float or None
        Median over the take; None where there is nothing to compare with.
    least, most : float or None
        Over the take.
    meaning : str
        From where to where it is; or why it is not known.
    """

    frames: float | None
    meaning: str
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class SyncResult:
    """Everything that a take of the sync pattern says.

    Attributes
    ----------
    n_frames : int
        Frames of the loop.
    n_columns : int
        Counters side by side.
    captures : tuple of str
        Names of those that were read.
    unread : tuple of str
        Those in which the pattern was not found.
    first, last : float or None
        Position that most counters say in the first and the last capture.
    sequence, panels, tearing, genlock, latency
        What was found.
    blend : float
        Median share of the exposures that saw a second frame.
    notes : tuple of str
        What limits the answer.
    """

    n_frames: int
    n_columns: int
    captures: tuple[str, ...]
    unread: tuple[str, ...]
    first: float | None
    last: float | None
    sequence: Sequence
    panels: tuple[PanelSync, ...]
    tearing: Tearing | None
    genlock: Genlock
    latency: Latency
    blend: float
    notes: tuple[str, ...] = field(default=())
