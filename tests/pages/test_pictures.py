"""The faces of the golden pages as pictures, held against those that somebody has looked at.

A browser of another version draws letters a little otherwise, so that pictures are compared in coarse cells:
what moves, vanishes, overlaps or changes its colour is found, the edge of a letter is not. Write anew with

    GOLDEN=write .venv/bin/pytest tests/pages/test_pictures.py

They are to be looked at before they are committed.
"""

import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

REPORTS = Path(__file__).parents[2] / "reports" / "golden"
PICTURES = Path(__file__).parent / "pictures"
LOOKS = [
    ("report", 794, "light"),
    ("report", 794, "dark"),
    ("report", 320, "light"),
    ("report-conformant", 794, "light"),
    ("certificate", 794, "light"),
    ("certificate", 320, "dark"),
]
CELL = 32
"""Pixels of a cell in each direction (assumed: a line of text is 24 high)."""
MOST = 40
"""Grey levels of 255 by which the mean of a cell may differ (assumed; a line that moved makes 60)."""


def difference(one, other):
    """The largest difference of a cell's mean, in grey levels; another size differs in all."""
    if one.size != other.size:
        return 255
    cells = (one.width // CELL, one.height // CELL)
    means = [image.convert("L").resize(cells, Image.Resampling.BOX) for image in (one, other)]
    return ImageStat.Stat(ImageChops.difference(*means)).extrema[0][1]


def taken(shown, name, width=794, scheme="light", before=None):
    """Take the picture of a page's first sheet, after a change where one is named."""

    def look(window):
        if before:
            window.page.evaluate(before)
        clip = {"x": 0, "y": 0, "width": width, "height": 1123}
        return window.page.screenshot(clip=clip, animations="disabled")

    data = shown(REPORTS / f"{name}.html", look, width=width, scheme=scheme)
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_page_looks_as_it_did_when_somebody_looked(shown, tmp_path, look):
    now = taken(shown, *look)
    path = PICTURES / "{}-{}-{}.png".format(*look)
    if os.environ.get("GOLDEN") == "write":
        PICTURES.mkdir(exist_ok=True)
        now.quantize(64).save(path, optimize=True)
    then = Image.open(path).convert("RGB")
    now.save(tmp_path / path.name)
    assert difference(then, now) <= MOST, f"look at {tmp_path / path.name} beside {path}"


def test_what_differs_is_found(shown):
    good = Image.open(PICTURES / "report-794-light.png").convert("RGB")
    for other in ("report-794-dark.png", "report-conformant-794-light.png"):
        assert difference(good, Image.open(PICTURES / other).convert("RGB")) > MOST
    moved = good.copy()
    moved.paste(good.crop((0, 0, 794, 700)), (0, 24))
    assert difference(good, moved) > MOST
    without = taken(shown, "report", before="document.querySelector('.outcome').remove()")
    assert difference(good, without) > MOST
