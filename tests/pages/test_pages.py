"""The golden pages as a reader has them: in a browser, on paper, on a telephone, with a screen reader."""

import subprocess
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[2] / "reports" / "golden").glob("*.html"))
A4 = {"width": 794, "height": 1123}
"""Of CSS pixels: 210 by 297 mm, 96 to the inch."""

each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
OPEN_ALL = "document.querySelectorAll('details').forEach(one => { one.open = true })"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@each_page
def test_no_barrier_to_anybody(shown, checker, path, scheme):
    axe = checker("axe-core/axe.min.js").read_text(encoding="utf-8")

    def look(window):
        window.page.evaluate(OPEN_ALL)
        window.page.evaluate(axe)
        return window.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")

    found = shown(path, look, width=1000, scheme=scheme, bypass_csp=True)  # the checker itself is a script
    assert len(found["passes"]) > 10
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found["violations"]] == []


@each_page
def test_nothing_is_asked_of_anybody_and_nothing_is_complained_of(shown, path):
    def look(window):
        window.page.evaluate(OPEN_ALL)
        window.page.wait_for_timeout(100)
        return [url for url in window.asked if not url.startswith("data:")], window.complaints

    assert shown(path, look) == ([path.as_uri()], [])


@pytest.mark.parametrize("width", [320, 1280])
@each_page
def test_no_overflow(shown, path, width):
    def look(window):
        window.page.evaluate(OPEN_ALL)
        whole = window.page.evaluate("document.documentElement.scrollWidth")
        regions = window.page.query_selector_all(
            "[tabindex='0']"
        )  # what is wider scrolls in one that has the focus
        return [whole, *(one.evaluate("one => one.getBoundingClientRect().right") for one in regions)]

    assert max(shown(path, look, width=width)) <= width


@each_page
def test_the_face_is_one_sheet(shown, program, path, tmp_path):
    printed = tmp_path / "page.pdf"

    def look(window):
        window.page.pdf(path=printed, prefer_css_page_size=True)
        last = window.page.eval_on_selector(".face", "one => one.innerText.trim().split('\\n').at(-1)")
        return last, window.page.evaluate("document.querySelector('.face ~ * :is(h1, h2)')?.innerText ?? ''")

    last, after = ("".join(text.split()) for text in shown(path, look))
    assert "A4" in subprocess.check_output([program("pdfinfo"), printed], text=True)
    text = subprocess.check_output([program("pdftotext"), "-enc", "UTF-8", printed, "-"], text=True)
    sheets = ["".join(sheet.split()) for sheet in text.split("\f")]
    assert last in sheets[0]
    if after:
        assert after not in sheets[0]
    else:  # a confirmation is nothing but its face
        assert [sheet for sheet in sheets if sheet] == [sheets[0]]


def test_valid_html(valid):
    assert valid(PAGES) == []
