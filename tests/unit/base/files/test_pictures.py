"""Redrawing pictures: how many at a time."""

import io
import threading
import time

import pytest
from PIL import Image

from tornvakt.base.files import pictures
from tornvakt.base.files.refusals import PicturesWaiting


def test_pictures_are_drawn_one_at_a_time_and_few_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four large ones at once took the memory of a whole storm; those in line took the lanes."""
    at_once, most = 0, 0
    counting = threading.Lock()

    def slowly(_picture: Image.Image) -> tuple[bytes, str]:
        nonlocal at_once, most
        with counting:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.1)
        with counting:
            at_once -= 1
        return b"", "image/png"

    monkeypatch.setattr(pictures, "_drawn", slowly)
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    told = []

    def send() -> None:
        try:
            told.append(pictures.redrawn(out.getvalue())[1])
        except PicturesWaiting as refusal:
            told.append(type(refusal).__name__)

    begins = threading.Barrier(5)
    threads = [threading.Thread(target=lambda: (begins.wait(), send())) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert sorted(told) == ["PicturesWaiting"] * 2 + ["image/png"] * 3
    assert pictures.redrawn(out.getvalue())[1] == "image/png"  # the line is empty again
