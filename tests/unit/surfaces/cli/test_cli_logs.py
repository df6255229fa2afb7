"""The processes' log files stay bounded, and a full disk stops nobody."""

from pathlib import Path

from tornvakt.surfaces.cli.logs import LogFile


def test_a_full_file_gives_way_to_a_new_one_and_the_oldest_goes(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "web.log", most_bytes=20, kept=2)
    for number in range(10):
        log.write(b"rad nummer %d" % number)
    names = sorted(each.name for each in tmp_path.iterdir())
    assert names == ["web.log", "web.log.1", "web.log.2"]
    assert (tmp_path / "web.log").read_bytes() == b"rad nummer 8\nrad nummer 9\n"
    assert (tmp_path / "web.log.2").read_bytes() == b"rad nummer 4\nrad nummer 5\n"


def test_an_earlier_run_is_continued(tmp_path: Path) -> None:
    LogFile(tmp_path / "web.log").write(b"i g\xc3\xa5r")
    LogFile(tmp_path / "web.log").write(b"i dag")
    assert (tmp_path / "web.log").read_text() == "i går\ni dag\n"


def test_what_cannot_be_written_is_dropped() -> None:
    LogFile(Path("/dev/full")).write(b"ingen plats")
    LogFile(Path("/finns/inte/web.log")).write(b"ingen katalog")
