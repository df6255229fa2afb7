"""Which accounts are known, asked for every signal."""

from pathlib import Path

import pytest

from tornvakt.base.inbox.enrolment import Enrolment
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.worker import known


def test_strangers_do_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "REMEMBERED", 10)
    data = DataDir(tmp_path)
    data.create()
    enrolment = Enrolment(data)
    enrolment.add("ABCD")
    enrolment.close()
    accounts = known.KnownAccounts(data)
    answers = [accounts.is_enrolled(f"{n:04X}") for n in range(100)]
    assert (any(answers), accounts.is_enrolled("ABCD")) == (False, True)
    assert len(accounts._known) <= 10
    accounts.close()
