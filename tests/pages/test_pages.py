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
    page = shown(path, width=1000, scheme=scheme, bypass_csp=True)  # the checker itself is a script
    page.evaluate(OPEN_ALL)
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert len(found["passes"]) > 10
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found["violations"]] == []


@each_page
def test_nothing_is_asked_of_anybody_and_nothing_is_complained_of(shown, path):
    page = shown(path)
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(100)
    assert [url for url in page.asked if not url.startswith("data:")] == [path.as_uri()]
    assert page.complaints == []


@pytest.mark.parametrize("width", [320, 1280])
@each_page
def test_no_overflow(shown, path, width):
    page = shown(path, width=width)
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for region in page.query_selector_all(
        "[tabindex='0']"
    ):  # what is wider scrolls in a region that has the focus
        assert region.evaluate("one => one.getBoundingClientRect().right") <= width


@each_page
def test_the_face_is_one_sheet(shown, program, path, tmp_path):
    page = shown(path)
    last = page.eval_on_selector(".face", "one => one.innerText.trim().split('\\n').at(-1).trim()")
    after = page.evaluate("document.querySelector('.face ~ * :is(h1, h2)')?.innerText ?? ''")
    printed = tmp_path / "page.pdf"
    page.pdf(path=printed, prefer_css_page_size=True)
    info = subprocess.run([program("pdfinfo"), printed], capture_output=True, text=True, check=True).stdout
    assert "A4" in info
    sheets = [
        "".join(sheet.split())
        for sheet in subprocess.run(
            [program("pdftotext"), "-enc", "UTF-8", printed, "-"], capture_output=True, text=True, check=True
        ).stdout.split("\f")
    ]
    assert "".join(last.split()) in sheets[0]
    if not after:  # a confirmation is nothing but its face
        assert [sheet for sheet in sheets if sheet] == [sheets[0]]
    else:
        assert "".join(after.split()) not in sheets[0]


def test_valid_html(valid):
    assert valid(PAGES) == []
