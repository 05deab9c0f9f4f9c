"""Whatever a config looks like: theirs stays byte by byte, ours is in it, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledcal.colorimetry.target import target_code
from ledcal.export.formats import label_cube
from ledcal.export.ocio.account import part
from ledcal.export.ocio.compare import require_kept
from ledcal.export.ocio.compose import Composed, compose_config
from ledcal.export.ocio.document import read_document
from ledcal.export.ocio.ground import find_ground
from ledcal.export.ocio.sections import Sections, sections_of
from ledcal.export.ocio.theirs import open_theirs, place_tables, quietly
from ledcal.lut.interpolate import apply_lut
from tests.export.ocio.walls import fake_wall
from tests.export.ocio_into.configs import (
    CONTENTS,
    FORMS,
    SEARCH_PATHS,
    Form,
    write_config,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledcal.export.ocio.proof import Opened
    from ledcal.export.ocio.theirs import Place

WALL = fake_wall("Bühne: '3'")
LINEAR = np.array([[0.18, 0.18, 0.18], [3.0, 1.0, 0.5], [0.01, 0.02, 0.005], [40.0, 40.0, 40.0]])


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    with quietly():
        yield


@pytest.fixture(scope="module")
def place_of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the table lies wherever a config may look for it."""
    folder = tmp_path_factory.mktemp("into")
    text = label_cube(WALL.tables[17], WALL.label)
    for place in ("ledcal", "luts/ledcal", "more"):
        (folder / place).mkdir(parents=True)
        (folder / place / "north-2031_17.cube").write_text(text)
    return folder


def add(data: bytes, config: Path, sections: Sections) -> tuple[Composed, Opened, Place]:
    parted = part(read_document(data, name="theirs"))
    theirs = open_theirs(parted.theirs.text.encode("utf-8", "surrogateescape"), config)
    place = place_tables(theirs, config)
    return (
        compose_config(parted, theirs, sections, find_ground(theirs), place),
        theirs,
        place,
    )


@settings(
    max_examples=70,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    sections=CONTENTS,
    form=FORMS,
    search_path=SEARCH_PATHS,
    lists=st.sampled_from([(), ("active_displays",), ("active_views", "active_displays")]),
    version=st.sampled_from(["2", "2.1", "2.4"]),
)
def test_theirs_stays_and_ours_does_what_it_should(
    place_of_all: Path,
    sections: dict[str, str],
    form: Form,
    search_path: str,
    lists: tuple[str, ...],
    version: str,
) -> None:
    config = place_of_all / "config.ocio"
    data = write_config(sections, form, search_path=search_path, lists=lists, version=version)
    ours = sections_of([WALL])
    made, theirs, _ = add(data, config, ours)
    new = made.text.encode()
    # Taking ours out gives back every byte of theirs; adding again changes nothing.
    assert part(read_document(new, name="new")).theirs.text.encode() == data
    assert add(new, config, ours)[0].text == made.text
    assert (b"\r\n" in new) == (form.newline == "\r\n")
    assert new.count(b"\r\n") in {0, new.count(b"\n")}
    # As OpenColorIO sees it.
    after = open_theirs(new, config)
    assert require_kept(theirs, after, made.account.added(), start="ACES2065-1") > 4
    names = ours.walls[0].names
    shown = list(after.config.getDisplays())
    assert {names.calibrated, names.uncalibrated} <= set(shown)
    assert next(iter(after.config.getViews(names.calibrated))) == "Un-tone-mapped"
    assert after.config.getDefaultDisplay() == theirs.config.getDefaultDisplay()
    code = target_code(WALL.target, LINEAR)
    plain = after.displayed("ACES2065-1", names.uncalibrated, "Un-tone-mapped")
    np.testing.assert_allclose(after.apply(plain, LINEAR), code, rtol=0, atol=2e-6)
    whole = after.displayed("ACES2065-1", names.calibrated, "Un-tone-mapped")
    wanted = apply_lut(WALL.tables[17], code)
    np.testing.assert_allclose(after.apply(whole, LINEAR), wanted, rtol=0, atol=5e-6)
