"""Status codes: their numbers from asyncua's table, their names as the standard has them (10000-4, 7.39)."""

from functools import cached_property
from typing import Any

from asyncua.ua import status_codes

_INFO = 0xFFFF
"""Structure, semantics and info bits, which stand below the code itself (10000-4, 7.39.1)."""
_SEVERITIES = ("Good", "Uncertain", "Bad", "Bad")
_NAMES: dict[int, str] = {
    number: name for name, number in vars(status_codes.StatusCodes).items() if isinstance(number, int)
}


class Status(int):
    """A status code of 32 bits; equal to a number where all of them are."""

    @cached_property
    def name(self) -> str:
        """The name in asyncua's table, as "BadNodeIdUnknown"; the code in hexadecimal where it has none."""
        return _NAMES.get(int(self), f"0x{int(self):08X}")

    @cached_property
    def title(self) -> str:
        """The name as the standard writes it, as "Bad_NodeIdUnknown"; info bits are shown behind it."""
        info = int(self) & _INFO
        named = _NAMES.get(int(self)) or _NAMES.get(int(self) & ~_INFO)
        if named is None:
            return self.name
        severity = next(one for one in _SEVERITIES if named.startswith(one))
        rest = named.removeprefix(severity)
        title = f"{severity}_{rest}" if rest else severity
        return title if int(self) in _NAMES else f"{title} with info bits 0x{info:04X}"

    @property
    def is_good(self) -> bool:
        """Whether the severity is Good."""
        return int(self) >> 30 == 0

    @property
    def is_uncertain(self) -> bool:
        """Whether the severity is Uncertain."""
        return int(self) >> 30 == 1

    @property
    def is_bad(self) -> bool:
        """Whether the severity is Bad, or the reserved one, which a client treats as Bad."""
        return int(self) >> 30 > 1

    def __repr__(self) -> str:
        return self.title

    __str__ = __repr__


class Statuses:
    """The status codes that the standard defines, by name: `status.BadNodeIdUnknown`."""

    def __getattr__(self, name: str) -> Status:
        number: Any = vars(status_codes.StatusCodes).get(name)
        if not isinstance(number, int):
            raise AttributeError(  # noqa: TRY004 - the name is wrong, not a type
                f"the standard has no status code `{name}`"
            )
        found = self.__dict__[name] = Status(number)
        return found


status = Statuses()
