"""What can go wrong while a case talks to a device, by whose fault it is.

Trouble
├── Unanswered     a judged request got no usable answer: the requirement is broken
├── Undecided      set-up, control or read-back failed: the case cannot judge
│   └── Gone       the device cannot be reached, or does not answer the control exchange
├── NotTestable    the bed lacks what the case takes, such as a program: nothing is said of the device
└── Unsafe         the case would touch what the declaration does not allow: our own fault
"""

from __future__ import annotations

from testbed.model.base import Text


class Trouble(Exception):  # noqa: N818 - not an error of this program
    """Something that ends a case early."""

    def __init__(self, said: Text) -> None:
        super().__init__(said.en)
        self.said = said


class Unanswered(Trouble):
    """A judged request was met with silence or a close, or an independent client could not use the answer."""


class Undecided(Trouble):
    """Set-up, a control exchange or a read-back failed."""


class Gone(Undecided):
    """The device cannot be reached, or does not answer the control exchange.

    Args:
        said: how that showed.
        is_heard: whether anything of it was heard at all, were it a refusal: then the way to it is not cut.
    """

    def __init__(self, said: Text, *, is_heard: bool = True) -> None:
        super().__init__(said)
        self.is_heard = is_heard


class NotTestable(Trouble):
    """What the case takes is not at hand in this bed."""


class Unsafe(Trouble):
    """A case tried to send what the declaration does not allow; the suite or the bed is wrong."""
