"""Redrawing pictures: how many at a time."""

import io
import threading
import time

import pytest
from PIL import Image

from tornvakt.base.files import pictures


def test_pictures_are_drawn_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four large ones at once took the memory of a whole storm."""
    at_once, most = 0, 0
    counting = threading.Lock()

    def slowly(_picture: Image.Image) -> tuple[bytes, str]:
        nonlocal at_once, most
        with counting:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.05)
        with counting:
            at_once -= 1
        return b"", "image/png"

    monkeypatch.setattr(pictures, "_drawn", slowly)
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    threads = [threading.Thread(target=pictures.redrawn, args=(out.getvalue(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
