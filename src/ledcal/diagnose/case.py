"""What a diagnosis goes by: the take, its measurements, the stage as declared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledcal.diagnose.response import build_response

if TYPE_CHECKING:
    from ledcal.diagnose.response import Response
    from ledcal.values.camera import CameraTransform
    from ledcal.values.evidence import Comparison, TakeEvidence
    from ledcal.values.folder import FolderFacts
    from ledcal.values.measurement import PatchMeasurements
    from ledcal.values.stage import Stage


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One take to be diagnosed.

    Attributes
    ----------
    stage : Stage
        As declared.
    measurements : PatchMeasurements
        In ACES2065-1.
    transform : CameraTransform or None
        How camera RGB became that.
    take : TakeEvidence or None
        How it was shot; None where measurements came as a table.
    folder : FolderFacts or None
        What the folder says of itself.
    comparison : Comparison or None
        With a stored profile, where one was named.
    response : Response
        What the measurements say of the wall; made from them.
    """

    stage: Stage
    measurements: PatchMeasurements
    transform: CameraTransform | None = None
    take: TakeEvidence | None = None
    folder: FolderFacts | None = None
    comparison: Comparison | None = None
    response: Response = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "response", build_response(self.measurements))
