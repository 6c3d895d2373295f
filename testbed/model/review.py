"""The static conformance review: a declaration held against its profile and suites (ISO/IEC 9646-1, 9646-7).

It looks at what is declared and at nothing else, so it is done at a desk, before anybody sends a byte. It
answers three questions: does the declaration fit the profile, what will be judged, what stands in the way?
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from testbed.model.base import Frozen, Text
from testbed.model.declaration import Declaration
from testbed.model.needs import PERMISSIONS, lacks, missing, names, split
from testbed.model.opcua.claims import claimed_units
from testbed.model.profile import Choice, Item, Profile
from testbed.model.standard import Catalogue, Requirement
from testbed.model.verdict import Basis, Level, Verdict

_ONE_OF = Text(en="one of a group", ko="그룹 중 선택")
_STATUS: Mapping[str, Text] = {
    "m": Text(en="mandatory", ko="필수"),
    "o": Text(en="optional", ko="선택"),
    "x": Text(en="prohibited", ko="금지"),
    "n/a": Text(en="no matter", ko="해당 없음"),
}


class Answer(Frozen):
    """One item of the proforma with what the declaration says to it."""

    item: Item
    status: str
    """Its status on this device: the condition is decided, `c.1` has become `m`, `o`, `o.1`, `x` or `n/a`."""
    declared: int
    """The amount declared: 0 when it is not claimed, 1 for a claim, a size otherwise."""
    supported: bool
    fault: Text | None = None
    """Why declaration and profile do not fit here; None where they do."""

    @property
    def means(self) -> Text:
        """The status in a word."""
        return _ONE_OF if self.status.startswith("o.") else _STATUS[self.status]


class Lack(Frozen):
    """Lines that the declaration does not have, and the requirements that wait for just these."""

    paste: tuple[str, ...]
    requirements: tuple[str, ...]
    demands: int
    """How many of them are a SHALL: while they wait, the outcome can be no better than INCOMPLETE."""


class Reach(Frozen):
    """How far a suite reaches on a device: the static conformance summary."""

    suite: str
    judged: int
    not_applicable: int
    not_permitted: int
    untestable: int


class Review(Frozen):
    """What the static review found."""

    answers: tuple[Answer, ...]
    faults: tuple[Text, ...]
    unnamed: tuple[str, ...]
    """What of the device still has to be filled in: a draft leaves `"?"` where no read told."""
    reaches: tuple[Reach, ...]
    lacks: tuple[Lack, ...]
    unjudged: tuple[str, ...] = ()
    """Conformance units that are claimed, and of which no requirement speaks."""

    @property
    def holds(self) -> bool:
        """Whether the declaration fits its profile: the gate before anything is sent."""
        return not self.faults

    @property
    def can_conform(self) -> bool:
        """Whether a run can end CONFORMANT at all: it fits, and no SHALL waits for a permission."""
        return self.holds and not any(lack.demands for lack in self.lacks)


def review(declaration: Declaration, profile: Profile, catalogues: Sequence[Catalogue]) -> Review:
    """Hold a declaration against its profile and the suites that will judge it.

    Args:
        declaration: what the vendor claims and allows.
        profile: the class of device that it names.
        catalogues: of the profile's suites.
    """
    facts = declaration.facts
    answers = tuple(_answer(item, profile, facts) for item in profile.items)
    faults = [answer.fault for answer in answers if answer.fault is not None]
    faults += _groups(answers, profile)
    return Review(
        answers=answers,
        faults=tuple(faults),
        unnamed=declaration.device.unnamed,
        reaches=tuple(_reach(catalogue, facts) for catalogue in catalogues),
        lacks=_lacks(catalogues, facts),
        unjudged=_unjudged(declaration, catalogues),
    )


def _answer(item: Item, profile: Profile, facts: Mapping[str, int]) -> Answer:
    name, least = split(item.item)
    declared = facts.get(name, 0)
    supported, status, because, fault = declared >= least, item.status, None, None
    if (condition := profile.conditions.get(item.status)) is not None:
        status = condition.then if missing(condition.when, facts) is None else condition.otherwise
        because = condition.text
    if status == "m" and not supported:
        fault = Text(
            en=f"`{item.item}` ({item.text.en}) is mandatory and not declared",
            ko=f"`{item.item}`({item.text.ko})은(는) 필수이나 선언되지 않음",
        )
    elif status == "x" and supported:
        fault = Text(
            en=f"`{item.item}` ({item.text.en}) is declared and must not be",
            ko=f"`{item.item}`({item.text.ko})은(는) 선언할 수 없으나 선언됨",
        )
    if fault is not None and because is not None:
        fault = Text(en=f"{fault.en}: {because.en}", ko=f"{fault.ko}: {because.ko}")
    return Answer(item=item, status=status, declared=declared, supported=supported, fault=fault)


def _unjudged(declaration: Declaration, catalogues: Sequence[Catalogue]) -> tuple[str, ...]:
    """Return the claimed conformance units about which a run will say nothing."""
    if declaration.protocol != "opcua":
        return ()
    spoken = {name for catalogue in catalogues for one in catalogue.requirements for name in names(one.needs)}
    return tuple(sorted(claimed_units(declaration) - spoken))


def _groups(answers: Sequence[Answer], profile: Profile) -> Iterator[Text]:
    """Yield the groups `o.n` of which too few or too many items are claimed."""
    groups: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.status.startswith("o."):
            groups.setdefault(answer.status, []).append(answer)
    for name, members in groups.items():
        choice = profile.choices.get(name, Choice())
        claimed = sum(answer.supported for answer in members)
        items = ", ".join(answer.item.item for answer in members)
        if claimed < choice.least:
            yield Text(
                en=f"at least {choice.least} of {items} must be declared ({name}); {claimed} are",
                ko=f"{items} 중 {choice.least}개 이상을 선언하여야 함({name}); 현재 {claimed}개",
            )
        if choice.most is not None and claimed > choice.most:
            yield Text(
                en=f"at most {choice.most} of {items} may be declared ({name}); {claimed} are",
                ko=f"{items} 중 {choice.most}개까지만 선언할 수 있음({name}); 현재 {claimed}개",
            )


def _reach(catalogue: Catalogue, facts: Mapping[str, int]) -> Reach:
    counted = {"judged": 0, "not_applicable": 0, "not_permitted": 0, "untestable": 0}
    for requirement in catalogue.requirements:
        lack = missing(requirement.needs, facts)
        if requirement.untestable is not None:
            counted["untestable"] += 1
        elif lack is None:
            counted["judged"] += 1
        elif lack.verdict is Verdict.NOT_APPLICABLE:
            counted["not_applicable"] += 1
        else:
            counted["not_permitted"] += 1
    return Reach(suite=catalogue.id, **counted)


def _lacks(catalogues: Sequence[Catalogue], facts: Mapping[str, int]) -> tuple[Lack, ...]:
    """Gather requirements that wait for the same permissions; a size is the largest that any wants."""
    waiting: dict[tuple[str, ...], list[Requirement]] = {}
    sizes: dict[tuple[str, ...], dict[str, int]] = {}
    for requirement in (one for catalogue in catalogues for one in catalogue.requirements):
        lacking = lacks(requirement.needs, facts)
        if requirement.untestable is None and lacking and lacking[0].verdict is Verdict.INCONCLUSIVE:
            wanted = dict(split(lack.need) for lack in lacking)
            key = tuple(sorted(wanted))
            waiting.setdefault(key, []).append(requirement)
            largest = sizes.setdefault(key, wanted)
            sizes[key] = {name: max(largest[name], wanted[name]) for name in key}
    return tuple(
        Lack(
            paste=tuple(PERMISSIONS[name].format(least=sizes[key][name]) for name in key),
            requirements=tuple(one.id for one in found),
            demands=sum(one.level is Level.SHALL and one.basis is not Basis.MEMORY for one in found),
        )
        for key, found in sorted(waiting.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    )
