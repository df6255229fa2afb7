"""Enrolment: what is enrolled comes back, keys are sealed, and refusals say what to do."""

import shutil
from pathlib import Path

import apsw
import pytest

from tornvakt.base.inbox.enrolment import (
    AccountExists,
    BadAccount,
    BadKey,
    BadSupervision,
    Enrolled,
    Enrolment,
    LinkRow,
    UnknownAccount,
)
from tornvakt.base.inbox.keys import KeyDamaged
from tornvakt.base.inbox.paths import DataDir

KEY = bytes(range(16))


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data")


def test_what_is_enrolled_comes_back_after_a_restart(data: DataDir) -> None:
    enrolment = Enrolment(data)
    enrolment.add("abc1", KEY, "DP3", (60, 30), "Kiosk")
    enrolment.add("123")
    enrolment.close()
    assert Enrolment(data).all() == [
        Enrolled("123", None, "none", (40, 20), None, ""),
        Enrolled("ABC1", KEY, "DP3", (60, 30), None, "Kiosk"),
    ]


def test_account_is_found_in_either_case_and_an_unknown_one_is_none(data: DataDir) -> None:
    enrolment = Enrolment(data)
    enrolment.add("ABC1")
    assert enrolment.get("abc1") == Enrolled("ABC1")
    assert enrolment.get("ABC2") is None


def test_the_file_holds_no_key_in_clear(data: DataDir) -> None:
    key = b"en hemlig nyckel"
    enrolment = Enrolment(data)
    enrolment.add("1234", key)
    enrolment.close()
    content = data.enrolment.read_bytes()
    assert b"1234" in content
    assert key not in content


def test_a_sealed_key_moved_to_another_account_does_not_open(data: DataDir) -> None:
    enrolment = Enrolment(data)
    enrolment.add("1111", KEY)
    enrolment.add("2222")
    with apsw.Connection(str(data.enrolment)) as connection:
        connection.execute(
            "UPDATE transmitter SET sealed_key = "
            "(SELECT sealed_key FROM transmitter WHERE account = '1111') WHERE account = '2222'"
        )
    assert enrolment.get("1111") == Enrolled("1111", KEY)
    with pytest.raises(KeyDamaged):
        enrolment.get("2222")


def test_another_installations_master_key_opens_nothing(data: DataDir, tmp_path: Path) -> None:
    Enrolment(data).add("1111", KEY)
    other = DataDir(tmp_path / "other")
    Enrolment(other)
    shutil.copy(data.enrolment, other.enrolment)
    with pytest.raises(KeyDamaged, match=r"master\.key"):
        Enrolment(other).all()


@pytest.mark.parametrize("account", ["12", "", "12G4", "0" * 17, "12 34", "١٢٣"])
def test_bad_accounts_are_refused(data: DataDir, account: str) -> None:
    enrolment = Enrolment(data)
    with pytest.raises(BadAccount):
        enrolment.add(account)
    assert enrolment.all() == []


@pytest.mark.parametrize("length", [0, 1, 15, 17, 33])
def test_bad_keys_are_refused(data: DataDir, length: int) -> None:
    with pytest.raises(BadKey, match=f"{length} byte"):
        Enrolment(data).add("1234", bytes(length))


def test_an_unknown_class_is_refused(data: DataDir) -> None:
    with pytest.raises(BadSupervision, match="SP1"):
        Enrolment(data).add("1234", supervision="SP9")


def test_enrolling_twice_needs_replace_which_forgets_the_variant(data: DataDir) -> None:
    enrolment = Enrolment(data)
    enrolment.add("1234", KEY)
    enrolment.remember_variant("1234", "crc_over_cr")
    assert enrolment.get("1234") == Enrolled("1234", KEY, variant="crc_over_cr")
    with pytest.raises(AccountExists, match="1234"):
        enrolment.add("1234")
    assert enrolment.get("1234") == Enrolled("1234", KEY, variant="crc_over_cr")
    enrolment.add("1234", replace=True)
    assert enrolment.get("1234") == Enrolled("1234")


def test_many_are_enrolled_together_or_not_at_all(data: DataDir) -> None:
    enrolment = Enrolment(data)
    enrolment.add("0005")
    with pytest.raises(AccountExists):
        enrolment.add_many([Enrolled(f"{n:04X}") for n in range(10)])
    assert [entry.account for entry in enrolment.all()] == ["0005"]
    enrolment.add_many(Enrolled(f"{n:04X}", KEY) for n in range(0x1000, 0x1000 + 10_000))
    assert len(enrolment.all()) == 10_001


def test_version_grows_with_what_others_do_and_not_with_what_is_learnt(data: DataDir) -> None:
    receiver, command_line = Enrolment(data), Enrolment(data)
    before = receiver.version()
    command_line.add("1234")
    added = receiver.version()
    assert added > before
    receiver.remember_variant("1234", "crc_binary")
    receiver.save_links([LinkRow("1234", "1", 5.0, None)])
    assert receiver.version() == added
    command_line.remove("1234")
    assert receiver.version() > added


def test_links_are_kept_and_go_with_their_transmitter(data: DataDir) -> None:
    enrolment = Enrolment(data)
    enrolment.add("1234")
    enrolment.add("4321")
    enrolment.save_links([LinkRow("1234", "1", 5.5, None), LinkRow("4321", "2", 6.0, 5.0)])
    enrolment.save_links([LinkRow("1234", "1", 7.5, 8.5), LinkRow("9999", "1", 1.0, None)])
    kept = [LinkRow("1234", "1", 7.5, 8.5), LinkRow("4321", "2", 6.0, 5.0)]
    assert enrolment.links() == kept
    enrolment.remove("1234")
    assert enrolment.links() == kept[1:]


def test_an_unknown_transmitter_is_refused(data: DataDir) -> None:
    enrolment = Enrolment(data)
    with pytest.raises(UnknownAccount, match="1234"):
        enrolment.remove("1234")


@pytest.mark.parametrize("fault", ["deleted", "emptied", "rubbish"])
def test_a_lost_or_broken_file_is_made_again_from_its_copy(data: DataDir, fault: str) -> None:
    enrolment = Enrolment(data)
    enrolment.add("1234", KEY, "SP4", note="skolan")
    enrolment.add("4321")
    before = enrolment.all()
    enrolment.close()
    if fault == "deleted":
        data.enrolment.unlink()
    else:
        data.enrolment.write_bytes(b"" if fault == "emptied" else b"x" * 9_000)
    again = Enrolment(data)
    assert again.all() == before
    assert again.restored


def test_one_sees_that_the_file_was_replaced_under_it(data: DataDir) -> None:
    enrolment = Enrolment(data)
    enrolment.add("1234")
    assert not enrolment.is_replaced()
    data.enrolment.unlink()
    assert enrolment.is_replaced()
    other = Enrolment(data)
    other.add("4321")
    assert enrolment.is_replaced()
    assert [e.account for e in other.all()] == ["1234", "4321"]


def test_a_first_file_is_not_called_restored(data: DataDir) -> None:
    assert Enrolment(data).restored == ""
