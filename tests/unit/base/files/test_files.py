"""What is sent in is looked at, redrawn, enciphered; what is refused is refused in plain words."""

import io
import os
import struct
import zlib
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from PIL import Image

from tornvakt.base.audit import log
from tornvakt.base.files import pictures, refusals, selectors, services, serving, sniffing, vault
from tornvakt.base.files.models import StoredFile
from tornvakt.base.inbox.paths import DataDir
from tornvakt.pure.facts import Refusal

AT = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
CANARY = b"Hemlig plats 56.66"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    data = DataDir(tmp_path)
    data.create()
    return data


def drawn(kind: str, size: tuple[int, int] = (60, 40), **how: Any) -> bytes:
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()
    exif[0x0112] = 6  # the camera was held upright
    exif.get_ifd(0x8825)[1] = "N"
    return drawn("JPEG", exif=exif, comment=CANARY) + CANARY


@pytest.mark.django_db
def test_a_photograph_loses_what_the_camera_wrote_and_is_turned(data: DataDir) -> None:
    sent = with_exif()
    assert CANARY in sent
    row = services.store(sent, name="IMG_1.JPG", by=None, now=AT)
    content = selectors.open_stored(row)
    assert (row.name, row.media_type, row.size) == ("IMG_1.jpg", "image/jpeg", len(content))
    assert CANARY not in content
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == (40, 60)
        assert not picture.getexif()
        assert "comment" not in picture.info
        red = picture.getpixel((20, 10))
    assert isinstance(red, tuple)
    assert red[0] > 200 > 60 > red[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "media", "name"),
    [("PNG", "image/png", "plan.png"), ("GIF", "image/png", "plan.png"),
     ("WEBP", "image/jpeg", "plan.jpg"), ("JPEG", "image/jpeg", "plan.jpg")],
)  # fmt: skip
def test_every_picture_is_drawn_anew(data: DataDir, kind: str, media: str, name: str) -> None:
    row = services.store(drawn(kind) + CANARY, name="plan.exe", by=None, now=AT)
    assert (row.media_type, row.name, row.is_picture) == (media, name, True)
    assert CANARY not in selectors.open_stored(row)


def test_nothing_beside_the_pixels_of_a_png_is_kept() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("place", CANARY.decode())
    content, _media = pictures.redrawn(drawn("PNG", pnginfo=info, icc_profile=CANARY))
    assert CANARY not in content
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.info == {}


def test_of_a_moving_picture_the_first_frame_is_kept() -> None:
    frames = [Image.new("P", (20, 20), number) for number in range(30)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    content, _media = pictures.redrawn(out.getvalue())
    with Image.open(io.BytesIO(content)) as picture:
        assert getattr(picture, "n_frames", 1) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "media", "name"),
    [(b"%PDF-1.7\n%%EOF\n", "application/pdf", "ritning.pdf"),
     ("Nycklar: skåp 3\r\n".encode(), "text/plain", "ritning.txt"),
     ("\ufeffmed märke".encode(), "text/plain", "ritning.txt")],
)  # fmt: skip
def test_documents_are_kept_as_they_are(
    data: DataDir, content: bytes, media: str, name: str
) -> None:
    row = services.store(content, name="ritning.docx", by=None, now=AT)
    assert (row.media_type, row.name) == (media, name)
    assert selectors.open_stored(row) == content


def bomb(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that claims to be this large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checked = kind + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )  # fmt: skip


REFUSED: dict[str, tuple[bytes, type[Refusal], str]] = {
    "empty": (b"", refusals.FileEmpty, "Filen är tom"),
    "large": (b"%PDF-" + bytes(25_000_000), refusals.FileTooLarge, "är 26 MB och högst 25 MB"),
    "program": (b"MZ\x90\x00\x03", refusals.FileKindUnknown, "Bara bilder"),
    "zip": (b"PK\x03\x04" + bytes(30), refusals.FileKindUnknown, "Bara bilder"),
    "svg": (b"<svg xmlns='x'><script/></svg>", refusals.FileKindUnknown, "Bara bilder"),
    "html": (b"\n <!DOCTYPE html><script>1</script>", refusals.FileKindUnknown, "Bara bilder"),
    "latin-1": ("å ä ö".encode("latin-1"), refusals.FileKindUnknown, "Bara bilder"),
    "heic": (b"\0\0\0\x18ftypheic" + bytes(20), refusals.FileIsHeic, "telefonens eget format"),
    "cut picture": (drawn("JPEG")[:300], refusals.PictureBroken, "skadad"),
    "fake picture": (b"\xff\xd8\xff\xe0" + b"x" * 99, refusals.PictureBroken, "skadad"),
    "51 million": (bomb(8_500, 6_000), refusals.PictureTooManyPixels, "mer än 50 miljoner"),
    "100 million": (bomb(10_000, 10_000), refusals.PictureTooManyPixels, "mer än 50 miljoner"),
    "4 billion": (bomb(65_000, 65_000), refusals.PictureTooManyPixels, "mer än 50 miljoner"),
    "text bomb": (
        drawn("PNG")[:33] + struct.pack(">I", 60_010) + b"zTXtk\0\0"
        + zlib.compress(bytes(60_000_000)).ljust(60_007, b"\0") + bytes(4),
        refusals.PictureBroken,
        "skadad",
    ),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_taken_in_is_said_plainly_and_leaves_nothing(data: DataDir, what: str) -> None:
    content, kind, words = REFUSED[what]
    with translation.override("sv"), pytest.raises(kind) as refused:
        services.store(content, name="x.jpg", by=None, now=AT)
    assert words in str(refused.value)
    assert StoredFile.objects.count() == 0
    assert list(data.files.rglob("*")) == []
    assert log.entries() == []


@pytest.mark.django_db
def test_the_content_lies_enciphered_and_only_its_owner_can_read_the_file(data: DataDir) -> None:
    row = services.store(CANARY, name="a.txt", by=None, now=AT)
    path = vault.place(data, row.digest)
    assert CANARY not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert row.digest not in (CANARY.hex(), sha256(CANARY).hexdigest())
    (entry,) = log.entries()
    assert (entry.action, entry.on) == ("file.store", ("file", str(row.pk)))
    assert entry.params == f'{{"size":{len(CANARY)},"type":"text/plain"}}'


@pytest.mark.django_db
def test_the_same_content_twice_lies_there_once(data: DataDir) -> None:
    one = services.store(CANARY, name="a.txt", by=None, now=AT)
    two = services.store(CANARY, name="b.txt", by=None, now=AT)
    assert (one.digest, one.pk == two.pk) == (two.digest, False)
    assert len([path for path in data.files.rglob("*") if path.is_file()]) == 1


@pytest.mark.django_db
def test_a_file_that_was_changed_swapped_or_lost_does_not_open(data: DataDir) -> None:
    one = services.store(CANARY, name="a.txt", by=None, now=AT)
    two = services.store(b"another", name="b.txt", by=None, now=AT)
    path, other = vault.place(data, one.digest), vault.place(data, two.digest)
    whole = path.read_bytes()
    for spoilt in (whole[:-1] + b"\0", whole[:20], b"", other.read_bytes(), None):
        path.unlink() if spoilt is None else path.write_bytes(spoilt)
        with translation.override("sv"), pytest.raises(refusals.FileUnreadable, match="säkerhets"):
            selectors.open_stored(one)
    path.write_bytes(whole)
    assert selectors.open_stored(one) == CANARY


@pytest.mark.django_db
def test_a_disk_that_refuses_leaves_no_row_and_no_half_file(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (data.keys / "files.key").write_bytes(b"k" * 32)
    with pytest.raises(OSError, match="No space"):
        services.store(CANARY, name="a.txt", by=None, now=AT)
    assert StoredFile.objects.count() == 0
    assert [path for path in data.files.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\foto\\Ritning 1.PDF", "Ritning 1.txt"),
        ("", "fil.txt"),
        (".htaccess", "htaccess.txt"),
        ("x\r\nSet-Cookie: a", "x Set-Cookie a.txt"),
        ("gpj.\u202eexe", "gpj.txt"),
        ("å" * 300, "å" * 116 + ".txt"),
        ("...", "fil.txt"),
    ],
)
def test_names_play_no_tricks(name: str, clean: str) -> None:
    assert sniffing.clean_name(name, "text/plain") == clean


@pytest.mark.django_db
def test_the_answer_lets_no_browser_run_it(data: DataDir) -> None:
    text = services.store(b"text", name='å"1.txt', by=None, now=AT)
    answer = serving.response(text)
    assert answer.content == b"text"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%A51.txt"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"
    picture = services.store(drawn("PNG"), name="a.png", by=None, now=AT)
    assert serving.response(picture)["Content-Disposition"].startswith("inline; ")
    assert serving.response(picture, as_download=True)["Content-Disposition"].startswith("attach")


@pytest.mark.django_db
def test_a_content_whose_row_never_came_is_laid_aside_and_found_again(data: DataDir) -> None:
    kept = services.store(b"behalls", name="a.txt", by=None, now=AT)
    digests = [vault.put(data, text.encode()) for text in ("forlorad", "just nu", "igen")]
    old = datetime.now(UTC).timestamp() - 2 * 86_400
    for digest in (kept.digest, digests[0], digests[2]):
        os.utime(vault.place(data, digest), (old, old))
    assert vault.put(data, b"igen") == digests[2]  # kept again: its row is on the way
    draft = vault.place(data, digests[0]).with_name(".draft.0")
    draft.touch()
    now = datetime.now(UTC)
    assert services.forget_unclaimed(now=now) == (1, 0)
    assert services.forget_unclaimed(now=now) == (0, 0)
    assert [vault.place(data, each).exists() for each in digests] == [False, True, True]
    assert vault.get(data, digests[0]) == b"forlorad"  # a newer database knew of it
    assert selectors.open_stored(kept) == b"behalls"
    os.utime(vault.place(data, digests[0]), (old, old))
    assert services.forget_unclaimed(now=now) == (1, 0)
    month = now + services.KEPT_ASIDE + timedelta(minutes=1)
    StoredFile.objects.bulk_create(
        StoredFile(digest=each, name="b", media_type="text/plain", size=1, stored_at=AT)
        for each in digests[1:]
    )
    assert services.forget_unclaimed(now=month) == (0, 2)  # the draft of a killed process too
    assert vault.get(data, digests[0]) is None and vault.get(data, digests[1]) == b"just nu"
