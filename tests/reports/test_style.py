from __future__ import annotations

import re
from importlib.resources import files

import pytest

STYLE = (files("reports") / "templates" / "style.css").read_text(encoding="utf-8")
TEXT = ("ink", "muted", "accent", "good", "weak", "bad", "open", "error", "info", "none")


def _luminance(colour: str) -> float:
    digits = "".join(2 * digit for digit in colour) if len(colour) == 3 else colour
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _palettes() -> list[dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    found = [dict(re.findall(r"--([a-z]+): #([0-9a-f]{3,6});", block)) for block in blocks]
    return [palette for palette in found if palette]


def test_both_palettes_are_there():
    light, dark = _palettes()

    assert light.keys() == dark.keys()


@pytest.mark.parametrize("palette", _palettes(), ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["sheet", "soft"])
def test_text_stands_out_from_its_ground(palette, ground):
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    assert {
        name: _contrast(palette[name], palette[ground])
        for name in TEXT
        if _contrast(palette[name], palette[ground]) < 4.5
    } == {}


@pytest.mark.parametrize("palette", _palettes(), ids=["light", "dark"])
def test_bar_and_marks_stand_out(palette):
    """WCAG 2.2, 1.4.11 for the bar, 1.4.3 for marked text."""
    assert _contrast(palette["faint"], palette["sheet"]) >= 3
    assert _contrast(palette["ink"], palette["guilt"]) >= 4.5


def test_print_has_both_languages_and_light_colours():
    screen = re.findall(r"@media screen \{(.*?)\n\}", STYLE, re.DOTALL)

    assert "body:has(#show-ko:checked) .en" in "".join(screen)
    assert STYLE.count("show-ko") == 1
    assert "@media screen and (prefers-color-scheme: dark)" in STYLE
