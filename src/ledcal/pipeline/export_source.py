"""What `ledcal export` starts from: a stored profile, or a table that came from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ledcal.errors import AmbiguousInputError, InputError, ProfileError
from ledcal.export.foreign import FOREIGN, refuse_other_tables
from ledcal.export.label import label_of
from ledcal.export.own_words import (
    is_inverse,
    require_correction,
    require_rows,
    require_same_meaning,
)
from ledcal.files.digest import sha256_file
from ledcal.files.stage import read_stage
from ledcal.model.exposure import exposure_scale
from ledcal.pipeline.chain import chain_of
from ledcal.pipeline.correction import table_of
from ledcal.pipeline.foreign_table import label_of_file, open_foreign
from ledcal.pipeline.profiles import read_stored
from ledcal.values.export import Identity, Label, WallCorrection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ledcal.pipeline.foreign_table import ForeignTable
    from ledcal.values.chain import Chain
    from ledcal.values.lut import Lut3d
    from ledcal.values.profile import Profile
    from ledcal.values.quality import Quality
    from ledcal.values.stage import Stage

_Sampled = TypeVar("_Sampled")


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One correction that can be written at any size.

    Attributes
    ----------
    identity : Identity
        Whose it is.
    label : Label
        What files of it say.
    path : Path
        Folder of the profile, or the file.
    stage : Stage or None
        Wall, camera and target; None for a file without ``--stage``.
    quality : Quality or None
        Figures of the fit.
    profile : Profile or None
        None for a file.
    foreign : ForeignTable or None
        The table of a file; its ``size`` is the one to keep where nobody asks for another.
    """

    identity: Identity
    label: Label
    path: Path
    stage: Stage | None
    quality: Quality | None = None
    profile: Profile | None = None
    foreign: ForeignTable | None = None

    @property
    def is_inverse(self) -> bool:
        """Whether it is a file that leads from wall code back to content code."""
        return self.foreign is not None and is_inverse(self.foreign.file)

    def table(self, size: int) -> Lut3d:
        """The correction with `size` nodes along an edge; a stored table as it was judged."""
        if self.foreign is not None:
            return self.foreign.table(size)
        profile = self.require_profile("another size")
        if size == profile.correction.size:
            return profile.correction
        return self._sampled(profile, table_of, size)

    def chain(self, size: int) -> Chain:
        """The correction as curves, a cube of `size` nodes along an edge, and curves."""
        if self.foreign is not None:
            return self.foreign.chain(size)
        return self._sampled(self.require_profile("a correction in steps"), chain_of, size)

    def _sampled(self, profile: Profile, make: Callable[..., _Sampled], size: int) -> _Sampled:
        """What `make` makes of the profile's model."""
        target = profile.stage.target
        try:
            k = exposure_scale(profile.model, target)
            return make(profile.model, target, k, size, peak=profile.peak)
        except (KeyError, ValueError) as error:
            raise self.useless(error) from error

    def for_hosts(self, sizes: Sequence[int]) -> WallCorrection:
        """The correction at some sizes, with wall, camera and target.

        Raises
        ------
        AmbiguousInputError
            If it is a file, and nothing says what its codes mean, or its rows seem to run blue
            first.
        InputError
            If it is a file that says that it is an inverse.
        """
        if self.foreign is not None:
            require_correction(self.foreign.file)
        if self.stage is None:
            raise AmbiguousInputError(
                f"{self.path}: a table does not say what its codes mean; add --stage stage.toml, "
                "whose [wall] and [target] say gamut, EOTF and peak"
            )
        if self.foreign is not None:
            require_rows(self.foreign.file)
        return WallCorrection(
            identity=self.identity,
            label=self.label,
            wall=self.stage.wall,
            camera=self.stage.camera,
            target=self.stage.target,
            tables={size: self.table(size) for size in sizes},
            quality=self.quality,
        )

    def require_profile(self, wanted: str) -> Profile:
        """The profile, for what a table alone cannot give.

        Raises
        ------
        InputError
            If it is a file.
        """
        if self.profile is None:
            raise InputError(
                f"{self.path}: {wanted} needs a profile: it follows from the model of the wall, "
                "and a table holds none"
            )
        return self.profile

    def useless(self, error: Exception) -> ProfileError:
        """What to raise where the model of the profile does not compute."""
        return ProfileError(f"{self.path}: its model cannot be used ({error})")


def open_source(name: Path, *, root: Path, stage: Path | None = None) -> Source:
    """Open what is to be exported.

    Parameters
    ----------
    name : Path
        Profile folder, its name under `root`, or a .cube or .clf file of any origin.
    root : Path
        Where profiles are kept.
    stage : Path or None
        For a file: the stage.toml that says what its codes mean; a profile knows its own.

    Raises
    ------
    InputError
        If there is no such thing, or it is damaged.
    """
    if name.suffix.lower() in FOREIGN and not any(
        (folder / "profile.json").is_file() for folder in (name, root / name)
    ):
        return _open_file(name, stage)
    if name.is_file():
        refuse_other_tables(name)
    profile, folder = read_stored(name, root=root)
    made = profile.provenance
    return Source(
        identity=Identity(
            "profile",
            profile.name,
            sha256_file(folder / "profile.json"),
            made.created,
            made.ledcal_version,
        ),
        label=label_of(profile),
        path=folder,
        stage=profile.stage,
        quality=profile.quality,
        profile=profile,
    )


def _open_file(path: Path, stage_path: Path | None) -> Source:
    """A table of any origin; what its codes mean is in the stage, if one is given."""
    foreign = open_foreign(path)
    stage = None if stage_path is None else read_stage(stage_path)
    if stage is not None:
        # A stage says of a table what a correction takes and gives.
        require_correction(foreign.file)
        require_same_meaning(foreign.file, stage)
    return Source(
        identity=Identity("file", path.name, foreign.file.sha256),
        label=label_of_file(foreign.file, stage),
        path=path,
        stage=stage,
        foreign=foreign,
    )
