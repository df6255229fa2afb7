"""What the simulate commands accept, and what their exit code says."""

import pytest

from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.cli.simulate import alarm, choices


@pytest.mark.parametrize("text", ["7A", "7A3G", "0" * 17, "", "7a31 "])
def test_a_bad_account_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(choices.BadAccount, match="hextal"):
        choices.account(text)


def test_an_account_is_taken_in_either_case() -> None:
    assert choices.account("7a31") == "7A31"


@pytest.mark.parametrize("text", ["", "00", "zz" * 16, "00" * 17])
def test_a_bad_key_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(choices.BadKey, match="32, 48 eller 64"):
        choices.key(text)


def test_an_alarm_code_of_either_table_becomes_its_block() -> None:
    assert alarm.block("7A31", "ba", 7, "Entré") == (
        "SIA-DCS",
        "#7A31|Nri1/BA07^Entré^".encode(),
    )
    assert alarm.block("7A31", "130", 7, "") == ("ADM-CID", b"#7A31|1130 01 007")


def test_text_cannot_break_out_of_its_field() -> None:
    assert alarm.block("7A31", "BA", 1, "a]b|c^d\r")[1] == b"#7A31|Nri1/BA01^a b c d ^"


@pytest.mark.parametrize("code", ["B", "BAA", "1a0", "åä", ""])
def test_a_bad_code_is_refused(code: str) -> None:
    with pytest.raises(Refusal, match="larmkod"):
        alarm.block("7A31", code, 1, "")
