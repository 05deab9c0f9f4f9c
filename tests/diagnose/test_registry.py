"""The list of rules: every finding has one name, causes hide symptoms, notes hide nothing."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import ledcal
from ledcal.diagnose import registry
from ledcal.diagnose.registry import RULES, Rule, diagnose
from ledcal.simulate.fault import FAULTS
from ledcal.values.finding import Finding
from tests.diagnose.cases import make_case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    from ledcal.diagnose.case import Case

SOURCE = Path(ledcal.__file__).parent
_ID = re.compile(r'\bid="([a-z0-9-]+)"')


def ids_in(*names: str) -> set[str]:
    """Findings that a module makes, by its text."""
    return {found for name in names for found in _ID.findall((SOURCE / name).read_text("utf-8"))}


def of_rules() -> set[str]:
    return {name for rule in RULES for name in rule.ids}


def of_the_fit() -> set[str]:
    return ids_in("model/findings.py", "pipeline/correction.py")


def finding(name: str, severity: str = "warning") -> Finding:
    return Finding(name, severity, "seen", "cause", 0.5, "shoot again", reshoot=False)


def says(*made: Finding) -> Callable[[Case], Iterator[Finding]]:
    def examine(case: Case) -> Iterator[Finding]:
        del case
        return iter(made)

    return examine


def test_every_finding_of_a_module_is_in_the_list_and_the_other_way_round() -> None:
    modules = [path.relative_to(SOURCE).as_posix() for path in SOURCE.glob("diagnose/*.py")]
    written = ids_in(*modules)
    # The ids of flagged patches stand in a table, those of two pairs are chosen by a condition.
    written |= {"noisy-patches", "uneven-patches", "small-patches", "greens-differ"}
    written |= {"blended-frames", "torn-frames", "auto-exposure", "exposure-changed"}
    assert of_rules() == written


def test_ids_are_kebab_case_and_belong_to_one_rule() -> None:
    for name in of_rules() | of_the_fit():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name), name
    counts = Counter(name for rule in RULES for name in rule.ids)
    assert {name: n for name, n in counts.items() if n > 1} == {"correction-already-on": 2}
    assert len({rule.about for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.about
        assert not rule.about.endswith(".")


def test_what_is_explained_is_a_finding() -> None:
    unknown = {
        name
        for rule in RULES
        for name in (*rule.explains, *rule.fail_explains)
        if name not in of_rules() | of_the_fit()
    }
    # Left of a finding that is none any more.
    assert unknown <= {"exposure-drift"}


def test_nothing_is_explained_that_nobody_finds() -> None:
    explained = {name for rule in RULES for name in rule.explains}
    assert explained <= of_rules() | of_the_fit()


def test_what_is_explained_comes_after_what_explains_it() -> None:
    """A symptom that was said already cannot be left out; but a whole group may be named."""
    seen: set[str] = set()
    for rule in RULES:
        seen.update(rule.ids)
        late = {*rule.explains, *rule.fail_explains} & seen
        assert late <= set(registry._OF_THE_RESPONSE), rule.about


def test_every_fault_of_the_virtual_stage_is_somebodys_finding() -> None:
    for fault in FAULTS.values():
        assert not fault.finding or fault.finding in of_rules() | of_the_fit(), fault.name


def test_every_rule_about_the_wall_and_the_take_has_a_fault_to_show_it() -> None:
    shown = {fault.finding for fault in FAULTS.values()}
    # What no fault of the virtual stage brings: symptoms, and what a folder or a hand does.
    unshown = {
        "other-pattern", "no-black-frame", "no-flat-frames", "exposure-changed", "light-flickers",
        "white-above-its-parts", "noisy-patches", "uneven-patches", "small-patches",
        "greens-differ",
    }  # fmt: skip
    assert of_rules() - shown == unshown


def test_a_cause_hides_its_symptoms_and_a_note_hides_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = (
        Rule("a", says(finding("cause")), ("cause",), ("symptom", "of-the-fit")),
        Rule("b", says(finding("note", "note")), ("note",), ("other",)),
        Rule("c", says(finding("symptom"), finding("other")), ("symptom", "other")),
    )
    monkeypatch.setattr(registry, "RULES", rules)
    others = (finding("of-the-fit"), finding("figure"), finding("other"))
    found = diagnose(make_case(), others)
    assert [one.id for one in found] == ["cause", "note", "other", "figure"]


def test_only_a_fail_hides_what_only_a_fail_explains(monkeypatch: pytest.MonkeyPatch) -> None:
    for severity, ids in (("warning", ["cause", "symptom"]), ("fail", ["cause"])):
        rules = (
            Rule("a", says(finding("cause", severity)), ("cause",), (), ("symptom",)),
            Rule("b", says(finding("symptom")), ("symptom",)),
        )
        monkeypatch.setattr(registry, "RULES", rules)
        assert [one.id for one in diagnose(make_case())] == ids


def test_a_finding_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = (
        Rule("a", says(finding("one")), ("one",)),
        Rule("b", says(finding("one", "fail")), ("one",), ("two",)),
        Rule("c", says(finding("two")), ("two",)),
    )
    monkeypatch.setattr(registry, "RULES", rules)
    found = diagnose(make_case(), (finding("two"),))
    # The second rule had nothing new to say, and so explains nothing.
    assert [(one.id, one.severity) for one in found] == [("one", "warning"), ("two", "warning")]
