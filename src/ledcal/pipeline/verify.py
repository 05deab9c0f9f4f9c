"""A re-shoot to a verdict: what was shown, what the camera saw of it, and why it is not right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from ledcal import __version__
from ledcal.capture.folder import find_beside, scan
from ledcal.capture.sniff import RAW_SUFFIXES
from ledcal.diagnose.case import Case
from ledcal.diagnose.registry import diagnose
from ledcal.errors import CaptureError, InputError, SystemFault
from ledcal.files.digest import sha256_file
from ledcal.files.idt import read_idt
from ledcal.files.plan import read_plan
from ledcal.measure import combine, require_usable
from ledcal.pipeline.camera_path import (
    WALL,
    require_encoding,
    require_one_path,
    transform_of_frames,
)
from ledcal.pipeline.context import Context
from ledcal.pipeline.corrected import corrected_of_id
from ledcal.pipeline.profiles import read_others, read_stored
from ledcal.pipeline.sampling import known_pattern, sample_captures
from ledcal.pipeline.verify_verdict import judge_rows
from ledcal.profile.checks import write_check
from ledcal.values.drift import CheckRecord
from ledcal.values.finding import Finding
from ledcal.values.marks import (
    PatternSet,
    describe_pattern_id,
    is_corrected_id,
    split_pattern_id,
)
from ledcal.values.verify import ALL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.measure import FrameSamples
    from ledcal.measure.combine import Combined
    from ledcal.pipeline.sampling import Sampled
    from ledcal.values.camera import CameraTransform
    from ledcal.values.pattern import Pattern
    from ledcal.values.profile import Profile
    from ledcal.values.verify import Verification

# Of everything that can be wrong with a take, what does not depend on how its colours look.
OF_THE_TAKE = frozenset(
    {
        "unreadable-frames", "files-still-growing", "mixed-file-types", "other-pattern",
        "blended-frames", "torn-frames", "missing-frames", "no-black-frame", "no-flat-frames",
        "wall-partly-outside", "rotated", "mirrored", "off-axis", "scan-lines", "moire",
        "defocus-too-strong", "auto-exposure", "auto-iris", "auto-white-balance",
        "exposure-changed", "exposure-low", "warm-up-drift", "light-flickers", "noisy-patches",
    }
)  # fmt: skip
# Of these the figures of a take say nothing.
_SPOILT = frozenset({"blended-frames", "torn-frames", "auto-exposure", "auto-iris", "scan-lines"})


@dataclass(frozen=True, slots=True, eq=False)
class Verified:
    """A re-shoot that was judged.

    Attributes
    ----------
    result : Verification
        The verdict and everything behind it.
    folder : Path
        Of the profile.
    inputs : dict of str to str
        Name and SHA-256 of every file that was looked at.
    """

    result: Verification
    folder: Path
    inputs: dict[str, str]


def verify_captures(
    captures: Sequence[Path],
    *,
    profile_name: Path,
    root: Path,
    plan_path: Path | None = None,
    idt_path: Path | None = None,
    camera_space: str | None = None,
    encoding: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> Verified:
    """Judge a re-shoot of a corrected wall.

    Parameters
    ----------
    captures : sequence of Path
        Folders or files: of the profile's corrected pattern, or of a plain one that was played
        through the host that applies the correction.
    profile_name : Path
        A stored profile, by name or folder.
    root : Path
        Where profiles are.
    plan_path : Path or None
        Of a plain pattern that is not built in.
    idt_path, camera_space : Path or None, str or None
        As `measure_captures` takes them; both None: the profile's own way to ACES2065-1.
    encoding : str or None
        How the numbers of pictures and clips encode light.
    progress : callable
        Called with (frames read, frames in all).

    Returns
    -------
    Verified
        Nothing is written.

    Raises
    ------
    InputError
        If what was typed or written is wrong, or the frames hold the correction of no profile
        that is known here.
    CaptureError
        If the take cannot be used.
    AmbiguousInputError
        If a choice is needed.
    """
    camera_space = require_one_path(idt_path, camera_space)
    if camera_space == WALL:
        raise InputError(
            "--camera-space wall does not go with verify, because it would put right what is to "
            "be judged; leave it out: the profile knows its own way to ACES2065-1"
        )
    profile, folder = read_stored(profile_name, root=root)
    found = scan(captures)
    files = list(found.paths)
    require_encoding(encoding, files, camera_space)
    beside = plan_path or find_beside(files, "plan.json")
    plan = read_plan(beside) if beside else None
    context = Context(
        stage=profile.stage,
        pattern=plan,
        idt=read_idt(idt_path) if idt_path else None,
        camera_space=camera_space,
        findings=(),
        assumptions=(),
        encoding=encoding,
    )
    shown = _Shown(profile, folder, root, context)
    sampled = sample_captures(files, context, pattern_for=shown.pattern, progress=progress)
    transform, notes = _transform(profile, sampled, context)
    measured = _combine(shown, sampled, transform)
    drawn_by = shown.drawn_by(measured.pattern.pattern_id)
    wrong = _of_the_take(
        Case(
            stage=profile.stage,
            measurements=measured.measurements,
            transform=transform,
            take=measured.evidence,
            folder=found.facts,
        )
    )
    result = judge_rows(
        profile,
        measured.measurements,
        drawn_by=drawn_by,
        transform=transform,
        others=shown.others,
        findings=(*wrong, *_camera_findings(profile, sampled.samples)),
    )
    return Verified(
        result=replace(
            result,
            pattern=f"{measured.pattern.name} {measured.pattern.layout}",
            n_frames=measured.evidence.sorting.n_used,
            assumptions=(*found.notes, *sampled.assumptions, *notes),
        ),
        folder=folder,
        inputs=sampled.inputs,
    )


def keep_result(verified: Verified, *, note: str = "") -> tuple[str, str]:
    """Add a result to the history of its profile.

    Parameters
    ----------
    verified : Verified
        From `verify_captures`.
    note : str
        What people want to remember of it.

    Returns
    -------
    kept, refused : str
        Where it stands; or why it could not be written. The other is empty.
    """
    result = verified.result
    whole = result.regions[ALL].achieved
    record = CheckRecord(
        kind="verify",
        when=datetime.now().astimezone().isoformat(timespec="seconds"),
        verdict=result.verdict,
        sentence=result.sentence,
        delta_e_itp=whole.median,
        delta_e_itp_p95=whole.p95,
        components=result.components,
        note=note,
        profile_sha256=sha256_file(verified.folder / "profile.json"),
        inputs=tuple(verified.inputs.items()),
        ledcal_version=__version__,
    )
    try:
        return str(write_check(verified.folder, record)), ""
    except SystemFault as error:
        return "", f"the result was not kept in the history of the profile: {error}"


class _Shown:
    """What the frames may show: a profile's corrected pattern, or a plain one."""

    def __init__(self, profile: Profile, folder: Path, root: Path, context: Context) -> None:
        self._profile, self._folder, self._root = profile, folder, root
        self._context = context
        self._others: dict[str, Profile] | None = None
        self.pattern = cache(self._pattern)

    def _pattern(self, pattern_id: int) -> Pattern | None:
        """The pattern of an id, keyed by content code."""
        if split_pattern_id(pattern_id)[0] is PatternSet.DRIFT:
            raise InputError(
                "these captures show the drift pattern, whose ten patches are too few to judge a "
                "correction by; type 'ledcal drift check' in place of this command"
            )
        if not is_corrected_id(pattern_id):
            plan = self._context.pattern
            if plan is not None and plan.pattern_id == pattern_id:
                return plan
            return known_pattern(replace(self._context, pattern=None), pattern_id)
        by = self.drawn_by(pattern_id)
        made = None if by is None else corrected_of_id(by, pattern_id)
        return None if made is None else made.content

    def drawn_by(self, pattern_id: int) -> Profile | None:
        """The profile whose correction the frames hold; None where they hold none."""
        if not is_corrected_id(pattern_id):
            return None
        if corrected_of_id(self._profile, pattern_id) is not None:
            return self._profile
        return next(
            (one for one in self.others().values() if corrected_of_id(one, pattern_id)), None
        )

    def others(self) -> dict[str, Profile]:
        """The other profiles of the root, the newest first; read when they are needed."""
        if self._others is None:
            self._others = read_others(self._root, apart_from=self._folder)
        return self._others


def _combine(shown: _Shown, sampled: Sampled, transform: CameraTransform | None) -> Combined:
    """All frames to one table.

    Raises
    ------
    InputError
        If the frames hold the correction of a profile that is not known.
    CaptureError
        If too little is left.
    """
    ids = {one.identity.pattern_id for one in sampled.samples if one.identity is not None}
    if ids and all(shown.pattern(number) is None for number in ids):
        names = ", ".join(describe_pattern_id(number) for number in sorted(ids)[:3])
        if any(is_corrected_id(number) for number in ids):
            raise InputError(
                f"the frames show {names}, which was drawn with the correction of neither this "
                "profile nor any other beside it; verify with the profile that drew it, or write "
                "the pattern anew with 'ledcal patterns OUT --corrected PROFILE' and shoot again"
            )
        raise InputError(
            f"the frames show {names}, which was not made for the wall of this profile; give the "
            "plan.json that was written with it (--plan)"
        )
    measured = combine(sampled.samples, shown.pattern, transform, unread=sampled.unread)
    seen = sorted({int(number) for number in measured.evidence.frames.numbers})
    require_usable(measured.pattern, measured.measurements, seen)
    return measured


def _transform(
    profile: Profile, sampled: Sampled, context: Context
) -> tuple[CameraTransform | None, tuple[str, ...]]:
    """The way to ACES2065-1: what was typed, else the profile's own; and what that assumes."""
    samples = [one for one in sampled.samples if one.identity is not None] or sampled.samples
    is_raw = all(sample.space == "camera" for sample in samples)
    suffixes = {name.rpartition(".")[2].lower() for name in profile.provenance.inputs}
    was_raw = not suffixes or bool(suffixes & {"csv", *(s.lstrip(".") for s in RAW_SUFFIXES)})
    is_typed = context.idt is not None or context.camera_space is not None
    if is_raw and was_raw and profile.transform is not None and not is_typed:
        return profile.transform, ()
    own = transform_of_frames(samples, context)
    if is_typed and is_raw and was_raw:
        return own, ("camera to ACES2065-1 as it was typed, not the profile's own way",)
    if is_raw != was_raw or (is_raw and profile.transform is None):
        note = (
            "the profile came to ACES2065-1 another way than this take (raw, pictures, a table): "
            "what differs between the two counts as the wall's"
        )
        return own, (note,)
    return own, ()


def _of_the_take(case: Case) -> tuple[Finding, ...]:
    """What is wrong with the take itself.

    Raises
    ------
    CaptureError
        If its figures say nothing.
    """
    found = tuple(one for one in diagnose(case) if one.id in OF_THE_TAKE)
    for one in found:
        if one.severity == "fail" and one.id in _SPOILT:
            raise CaptureError(f"{one.seen}, so nothing can be said of the correction; {one.fix}")
    return found


def _camera_findings(profile: Profile, samples: Sequence[FrameSamples]) -> tuple[Finding, ...]:
    """Another camera than the profile's."""
    models = {sample.camera_model for sample in samples if sample.camera_model}
    before = profile.stage.camera.model
    now = min(models, default="")
    # What people call their camera and what its files say need not be the same text.
    if not before or not now or before.casefold() in now.casefold() or now in before:
        return ()
    return (
        Finding(
            id="profile-of-another-camera",
            severity="note",
            seen=f"{profile.name} was made with {before}, the files of this take say {now}",
            cause="another camera body",
            confidence=0.7,
            fix="if these are two cameras, verify with the one of the profile, or calibrate for "
            "this one: every model sees LEDs in its own way",
            reshoot=False,
        ),
    )
