"""Reads a page as strictly as the standard library can: tags balance, ids are unique, fragments resolve."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

_VOID = {"meta", "input", "br", "hr", "img", "link"}


class Page(HTMLParser):
    """One page taken apart."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.source = data.decode("utf-8")
        self.open: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(self.source)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """What a reader sees, white space made one."""
        return re.sub(r"\s+", " ", "".join(self.words))

    def values(self, attribute: str) -> list[str]:
        """All values of one attribute."""
        return [value for _, name, value in self.attributes if name == attribute]


def check(data: bytes) -> Page:
    """Hold a page to everything that any page of ours must keep."""
    assert data.endswith(b"</html>\n")
    assert b"\r" not in data
    page = Page(data)
    assert len(page.ids) == len(set(page.ids)), "an id stands twice"
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", one) for one in page.ids)
    links = page.values("href")
    assert all(link.startswith("#") for link in links), links
    assert {link[1:] for link in links} <= set(page.ids)
    named = [
        one for name in ("aria-labelledby", "for") for value in page.values(name) for one in value.split()
    ]
    assert set(named) <= set(page.ids)
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert not page.values("style")
    assert not page.values("src")
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    style = re.findall(r"<style>(.*?)</style>", page.source, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; font-src data:"
    assert len(style) == 1
    assert policy in page.values("content")
    assert "@import" not in style[0]
    assert "url(" not in style[0]
    return page
