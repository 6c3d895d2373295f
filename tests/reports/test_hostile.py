from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.hostile import LONGEST, lines, pieces, visible
from reports.report import render_report
from testbed.model.base import Text
from testbed.model.lab import Change
from testbed.model.record import Frame
from tests.reports import sample
from tests.reports.reading import Page, check

MARKUP = "</style></title>--><script>alert(1)</script><img src=x onerror=alert(1)>\"'`{{ 7*7 }}"
UNSEEN = "\u202eevil\u2066\u200b\x00\x1b[31m\ufeff\U000e0041\ud800"
EVIL = MARKUP + UNSEEN


def test_a_client_cannot_end_his_own_words_with_the_pages_mark():
    assert visible("A-0193 ◆ 시험기관 확인: 적합") == "A-0193 ⟨U+25C6⟩ 시험기관 확인: 적합"


def hostile(evil: str) -> Page:
    """Let everything that a device, a client or a forged record may say be evil."""
    frame = Frame(number=1, at=0.0, connection=1, sent=False, hex="zz" + evil, note=evil)
    first = sample.CASES[0]
    field = first.frames[0].fields[0].model_copy(update={"name": evil, "value": evil})
    said = Text(en=evil, ko=evil)
    case = first.model_copy(
        update={
            "title": evil,
            "case": evil,
            "reason": said,
            "reproduce": evil,
            "capture": evil,
            "log": (evil,),
            "frames": (first.frames[0].model_copy(update={"fields": (field,)}), frame),
            "findings": (first.findings[0].model_copy(update={"expected": said, "received": said}),),
        }
    )
    device = sample.header().declaration.device.model_copy(
        update={"vendor": evil, "model": evil, "serial": evil}
    )
    header = sample.header(
        run=evil,
        started=evil,
        platform=evil,
        packages={evil: evil},
        declaration=sample.header().declaration.model_copy(
            update={"device": device, "connect": f"sim:{evil}"}
        ),
    )
    return check(
        render_report(
            header,
            (case,),
            None,
            sample.CATALOGUES,
            declaration_text=evil,
            profile=sample.PROFILE,
            signer=sample.SIGNER,
        )
    )


def test_markup_and_unseen_characters_are_shown_not_obeyed():
    page = hostile(EVIL)

    assert "<script>alert(1)</script>" in page.text
    assert "7*7" in page.text
    assert "⟨U+202E⟩evil⟨U+2066⟩" in page.text
    assert not set(UNSEEN) - set("evil[31m") & set(page.source)


def test_endless_name_is_cut_and_says_so():
    page = hostile("가" * 10_000_000)

    assert f"⟨… +{10_000_000 - LONGEST}⟩" in page.text
    assert len(page.source) < 400_000


@given(st.text())
def test_visible_keeps_nothing_unseen(text):
    shown = visible(text)

    assert visible(shown) == shown
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert not [char for char in shown if ord(char) < 32 or char in "\u202e\u2066\u200f\ufeff"]


def test_visible_bounds_stacked_marks():
    assert visible("a" + "\u0301" * 1000) == "a" + "\u0301" * 3 + "⟨…⟩"


def test_korean_passes_unchanged():
    assert visible("예시제어(주) 한글 ㈜ 가나다") == "예시제어(주) 한글 ㈜ 가나다"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a `b` c", [(False, "a "), (True, "b"), (False, " c")]),
        ("a ` b", [(False, "a ` b")]),
        ("`a` b ` c", [(True, "a"), (False, " b ` c")]),
        ("", []),
        ("a" * LONGEST + "bc", [(False, "a" * LONGEST), (False, "⟨… +2⟩")]),
    ],
)
def test_backticks_make_code(text, expected):
    assert pieces(text) == expected


def test_lines_say_how_much_is_left_out():
    assert lines("a\r\nb", 100) == (["a", "b"], 0)
    assert lines("abcd", 2) == (["ab"], 2)


def test_a_laboratory_and_a_reissue_are_no_way_in_either():
    said = Text(en=EVIL, ko=EVIL)
    client = sample.LAB.client.model_copy(update={"name": said, "contact": EVIL, "address": said})
    site = sample.LAB.site.model_copy(update={"at": "remote", "place": said})
    approver = sample.LAB.approver.model_copy(update={"name": EVIL, "role": said})
    opinion = sample.LAB.opinions[0].model_copy(update={"text": said, "basis": said, "by": EVIL})
    lab = sample.LAB.model_copy(
        update={
            "name": said,
            "address": said,
            "contact": EVIL,
            "prefix": EVIL,
            "client": client,
            "site": site,
            "environment": said,
            "people": sample.LAB.people.model_copy(update={"approver": approver}),
            "opinions": (opinion,),
            "providers": (sample.LAB.providers[0].model_copy(update={"name": EVIL, "results": said}),),
        }
    )
    reissue = sample.REISSUE.model_copy(
        update={
            "replaces": sample.REISSUE.replaces.model_copy(update={"report": EVIL}),
            "reason": said,
            "changes": (Change(field=EVIL, was=EVIL, now=EVIL),),
        }
    )
    page = check(
        render_report(
            sample.header(),
            sample.CASES,
            sample.footer(),
            sample.CATALOGUES,
            declaration_text=sample.DECLARATION,
            profile=sample.PROFILE,
            signer=sample.SIGNER,
            lab=lab,
            reissue=reissue,
        )
    )

    assert page.text.count("<script>alert(1)</script>") > 10
    assert not set(UNSEEN) - set("evil[31m") & set(page.source)
