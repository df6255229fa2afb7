"""Who listens to which fact. Filled by `flow.py` when Django starts; no tables here."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from tornvakt.pure.facts import Fact

F = TypeVar("F", bound=Fact)
Step = Callable[[F], None]
Together = Callable[[Sequence[F]], None]

_at_once: dict[type[Fact], list[Together[Any]]] = {}
_later: dict[str, tuple[type[Fact], Step[Any]]] = {}


def at_once(kind: type[F]) -> Callable[[Step[F]], Step[F]]:
    """Mark a step that runs in the transaction that announced the fact."""

    def mark(step: Step[F]) -> Step[F]:
        def each(facts: Sequence[F]) -> None:
            for fact in facts:
                step(fact)

        _at_once.setdefault(kind, []).append(each)
        return step

    return mark


def at_once_together(kind: type[F]) -> Callable[[Together[F]], Together[F]]:
    """As :func:`at_once`, for a step that takes all facts of one announcement in one go.

    The forwarder announces up to two hundred alarms in one transaction; opening their incidents
    one by one would cost five queries each.
    """

    def mark(step: Together[F]) -> Together[F]:
        _at_once.setdefault(kind, []).append(step)
        return step

    return mark


def later(kind: type[F]) -> Callable[[Step[F]], Step[F]]:
    """Mark a step that runs from the outbox, after the commit.

    It may run twice; write it so that twice equals once.
    """

    def mark(step: Step[F]) -> Step[F]:
        _later[_name_of_step(step)] = (kind, step)
        return step

    return mark


def steps_at_once(kind: type[Fact]) -> Sequence[Together[Any]]:
    """Return the steps that belong in the announcing transaction."""
    return _at_once.get(kind, ())


def names_later(kind: type[Fact]) -> Iterator[str]:
    """Return the names of the steps that are to follow a fact of this kind."""
    return (name for name, (listened_to, _) in _later.items() if listened_to is kind)


def step_later(name: str) -> tuple[type[Fact], Step[Any]] | None:
    """Return the kind of fact and the step behind a stored name; None when it is gone."""
    return _later.get(name)


def name_of(kind: type[Fact]) -> str:
    """Return the name a kind of fact is stored under: its room and its class."""
    return f"{kind.__module__.split('.')[-2]}.{kind.__name__}"


def _name_of_step(step: Callable[..., None]) -> str:
    return f"{step.__module__.rsplit('.', 1)[-1]}.{step.__qualname__}"
