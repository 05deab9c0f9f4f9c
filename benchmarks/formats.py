"""Each file format of the sample profile: read back by other programs, and what it leaves.

``PYTHONPATH=. python benchmarks/formats.py`` prints the tables of docs/formats.md.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ledcal.colorimetry.difference import delta_e_itp
from ledcal.export._ocio import apply_file
from ledcal.export.formats import FORMATS, deliver
from ledcal.files.lut_filter import filter_cube, filter_hald
from ledcal.lut.chain import apply_chain
from ledcal.lut.interpolate import apply_lut
from ledcal.model.exposure import exposure_scale
from ledcal.model.invert import correct
from ledcal.model.matrix import grey_codes
from ledcal.model.predict import black, predict
from ledcal.model.trial import shown_codes
from ledcal.pipeline.export_source import open_source
from ledcal.pipeline.inverse import inverse_of
from ledcal.pipeline.matrix import nearest_of
from ledcal.values.chain import Chain

if TYPE_CHECKING:
    from ledcal.export.formats import Delivery
    from ledcal.pipeline.export_source import Source
    from ledcal.values.export import Proof

SAMPLE = Path(__file__).parents[1] / "calibration_profiles" / "pq-wall-sample"
WAYS = ("tetrahedral", "trilinear")


def worst(proofs: tuple[Proof, ...], reader: str, way: str) -> str:
    """Largest difference that a program found, in code."""
    found = [p.worst for p in proofs if p.reader.startswith(reader) and p.interpolation == way]
    return f"{max(found):.1e}" if found else ""


def read_back(source: Source, folder: Path) -> None:
    """Write every format at every size."""
    names = [f"{reader}, {way}" for reader in ("OpenColorIO", "ffmpeg") for way in WAYS]
    print("| format | nodes | " + " | ".join(names) + " | ffmpeg, nodes | MB | s |")
    print("|" + "---|" * 9)
    for name, kind in FORMATS.items():
        for size in kind.sizes:
            table = source.chain(size) if kind.holds is Chain else source.table(size)
            start = time.perf_counter()
            delivery = deliver(
                source.label,
                table,
                apply_chain if isinstance(table, Chain) else apply_lut,
                format_name=name,
                path=folder,
            )
            took = time.perf_counter() - start
            cells = [
                worst(delivery.proofs, reader, way)
                for reader in ("OpenColorIO", "ffmpeg")
                for way in WAYS
            ]
            print(
                f"| {name} | {size} | {' | '.join(cells)} "
                f"| {worst(delivery.proofs, 'ffmpeg', 'nodes')} "
                f"| {megabytes(delivery):.1f} | {took:.1f} |",
                flush=True,
            )


def megabytes(delivery: Delivery) -> float:
    return sum(path.stat().st_size for path in delivery.files) / 1e6


def left(source: Source, folder: Path) -> None:
    """Delta E ITP between a file, as another program applies it, and the exact correction."""
    profile = source.profile
    assert profile is not None
    model, target = profile.model, profile.stage.target
    k = exposure_scale(model, target)
    sets = [
        shown_codes(model, target, k, peak=profile.peak),
        grey_codes(model, target, k, peak=profile.peak),
    ]

    def seen(code: np.ndarray) -> np.ndarray:
        return np.asarray(k * (predict(model, code) - black(model)))

    exact = [seen(correct(model, target, k, code, peak=profile.peak)[0]) for code in sets]
    print("\n| file, read by | nodes | tetrahedral | greys | trilinear | greys |")
    print("|" + "---|" * 6)
    for name, reader, apply in (
        ("cube", "ffmpeg", filter_cube),
        ("clf", "OpenColorIO", apply_file),
        ("hald", "ffmpeg", filter_hald),
    ):
        kind = FORMATS[name]
        for size in kind.sizes:
            path = folder / f"{profile.name}_{size}{kind.ending}{kind.suffix}"
            cells = []
            for way in WAYS:
                for code, wanted in zip(sets, exact, strict=True):
                    if name == "clf" and way == "trilinear":
                        cells.append("as tetrahedral")
                        continue
                    away = delta_e_itp(seen(apply(path, code, interpolation=way)), wanted)
                    cells.append(f"{np.median(away):.2f} / {np.percentile(away, 95):.2f}")
            print(f"| {name}, {reader} | {size} | {' | '.join(cells)} |", flush=True)


def backwards(source: Source) -> None:
    """What the inverse leaves, back and through the correction again."""
    assert source.profile is not None
    print("\n| inverse, nodes | back and corrected again, median / p95 |\n|---|---|")
    for size in (17, 33, 65):
        trip = inverse_of(source.profile, size).round_trip
        print(f"| {size} | {trip.median:.2f} / {trip.p95:.2f} |", flush=True)


def matrix(source: Source) -> None:
    """What a 3x3 leaves."""
    assert source.profile is not None
    found = nearest_of(source.profile)
    print("\n| | all colours | greys |\n|---|---|---|")
    for name, colours, greys in (
        ("nothing", found.nothing, found.nothing_greys),
        ("matrix", found.leaves, found.leaves_greys),
        (f"stored table of {source.profile.correction.size}", found.whole, found.whole_greys),
    ):
        print(
            f"| {name} | {colours.median:.2f} / {colours.p95:.2f} "
            f"| {greys.median:.2f} / {greys.p95:.2f} |"
        )


if __name__ == "__main__":
    sample = open_source(SAMPLE, root=SAMPLE.parent)
    with tempfile.TemporaryDirectory() as name:
        read_back(sample, Path(name))
        left(sample, Path(name))
    backwards(sample)
    matrix(sample)
