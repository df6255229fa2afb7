"""Keys are made once, whoever asks first, and open only what they closed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tornvakt.base.inbox.keys import (
    KeyDamaged,
    WrongSealKey,
    master_key,
    new_signing_key,
    seal,
    signing_key,
    unseal,
)
from tornvakt.base.inbox.paths import DataDir


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data")


def test_everybody_gets_the_same_key(data: DataDir) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(lambda _: master_key(data), range(64)))
    assert len(made) == 1
    assert len(made.pop()) == 32
    assert [path.name for path in data.keys.iterdir()] == ["master.key"]
    assert (data.keys / "master.key").stat().st_mode & 0o777 == 0o600


def test_two_installations_have_different_keys(data: DataDir, tmp_path: Path) -> None:
    assert master_key(data) != master_key(DataDir(tmp_path / "other"))


def test_what_is_sealed_opens_with_the_same_key_and_purpose_only() -> None:
    key, other = bytes(32), bytes(31) + b"1"
    sealed = seal(key, b"secret", purpose=b"a")
    assert b"secret" not in sealed
    assert seal(key, b"secret", purpose=b"a") != sealed
    assert unseal(key, sealed, purpose=b"a") == b"secret"
    spoilt = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for attempt in [
        (other, sealed, b"a"),
        (key, sealed, b"b"),
        (key, spoilt, b"a"),
        (key, b"", b"a"),
    ]:
        with pytest.raises(KeyDamaged):
            unseal(attempt[0], attempt[1], purpose=attempt[2])


def test_a_cut_off_key_file_is_named(data: DataDir) -> None:
    master_key(data)
    (data.keys / "master.key").write_bytes(b"short")
    with pytest.raises(KeyDamaged, match=r"master\.key är skadad: 5 byte"):
        master_key(data)


def test_the_signing_key_must_be_the_one_the_inbox_names(data: DataDir) -> None:
    made = new_signing_key(data)
    public = made.public_key().public_bytes_raw().hex()
    assert signing_key(data, public).private_bytes_raw() == made.private_bytes_raw()
    path = data.keys / "seal.key"
    for content, words in ((b"x" * 32, "hör till en annan inkorg"), (b"x", "är skadad")):
        path.write_bytes(content)
        with pytest.raises(WrongSealKey, match=words):
            signing_key(data, public)
    path.unlink()
    with pytest.raises(WrongSealKey, match=r"saknas.*journal set-aside"):
        signing_key(data, public)
    assert not path.exists()


def test_a_new_inbox_keeps_a_whole_key_and_replaces_a_spoilt_one(data: DataDir) -> None:
    made = new_signing_key(data).private_bytes_raw()
    assert new_signing_key(data).private_bytes_raw() == made
    (data.keys / "seal.key").write_bytes(b"spoilt")
    assert new_signing_key(data).private_bytes_raw() not in (made, b"spoilt")
    (kept,) = data.keys.glob("seal.key.skadad-*")
    assert kept.read_bytes() == b"spoilt"
