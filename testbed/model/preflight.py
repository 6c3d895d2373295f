"""What was tried before anything was judged, and what was found wrong with the set-up."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from testbed.model.base import Frozen, Language, Text


class Diagnosis(Frozen):
    """A cause in the set-up, not in the device, and its remedy."""

    id: Annotated[str, Field(pattern=r"^PF-[A-Z0-9-]+$")]
    stops: bool
    """Whether it would falsify every case, so that nothing is judged."""
    said: Text
    remedy: Text
    paste: str = ""
    """Lines that take the place of the same keys of the declaration; empty where no line helps."""

    def sentence(self, language: Language) -> str:
        """Return cause and remedy in one sentence."""
        return f"{self.said.in_language(language)}; {self.remedy.in_language(language)}"


class Check(Frozen):
    """One thing that was tried."""

    said: Text
    found: Diagnosis | None = None
    """What is wrong; None where all is as declared."""
