"""What happens in this room."""

from dataclasses import dataclass

from tornvakt.pure.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChanged(Fact):
    """Something in the register of a place is another than before.

    ``part`` says what: ``site``, ``transmitter``, ``zone``, ``keyholder``, ``key``, ``warning``,
    ``schedule``, ``instruction``, ``setting`` or ``plan``.
    """

    site_id: int
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterImported(Fact):
    """A file changed anything at any number of places; the log names each of them."""

    import_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultInstructionChanged(Fact):
    """The default instruction of a kind has a new version."""

    instruction_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TestModeStarted(Fact):
    """A place, or a part of it, is on test."""

    __test__ = False

    test_id: int
    site_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TestModeEnded(Fact):
    """A test mode is over. ``by_clock``: nobody ended it, its time was out."""

    __test__ = False

    test_id: int
    site_id: int
    by_clock: bool
