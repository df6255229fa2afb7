"""Pictures are drawn anew: what comes out holds pixels and nothing else.

No EXIF (place, time, the phone's owner), no comment, no colour profile, nothing behind the end of
the picture. The camera's turning is done to the pixels first. Of a moving picture the first frame
is kept.
"""

import io
import logging
import threading
import warnings

from PIL import Image, ImageOps

from tornvakt.base.files.refusals import PictureBroken, PicturesWaiting, PictureTooManyPixels

log = logging.getLogger(__name__)

MOST_PIXELS = 50_000_000
"""A phone's largest pictures; four bytes each while it is drawn."""
QUALITY = 88
_READ = ("JPEG", "PNG", "WEBP", "GIF")
_one_at_a_time = threading.Lock()
"""A picture of 50 million pixels takes some 200 MB a copy while it is drawn: four at once took
the web process to 900 MB. The others wait; each takes a second or two, the largest ten."""
_may_wait = threading.BoundedSemaphore(3)
"""So many are drawn or wait. Whoever waits holds one of the web's lanes, and some must be free."""


def redrawn(content: bytes) -> tuple[bytes, str]:
    """Return the picture anew and its media type: JPEG for photographs, PNG for the rest.

    Raises PictureBroken, and before a single pixel is unpacked PictureTooManyPixels, or
    PicturesWaiting when others are being drawn already.
    """
    try:
        with warnings.catch_warnings():
            # Our own limit is lower than the one at which Pillow warns.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_READ) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise PictureTooManyPixels(MOST_PIXELS)
                if not _may_wait.acquire(blocking=False):
                    raise PicturesWaiting
                try:
                    with _one_at_a_time:
                        return _drawn(picture)
                finally:
                    _may_wait.release()
    except (PictureTooManyPixels, PicturesWaiting):
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise PictureTooManyPixels(MOST_PIXELS) from None
    except MemoryError:
        raise
    except Exception as error:
        # A damaged picture raises whatever its decoder met, and Pillow does not say which; what
        # it was is logged, so that a fault of our own is found.
        log.warning("picture.broken error=%s", type(error).__name__)
        raise PictureBroken from error


def _drawn(picture: Image.Image) -> tuple[bytes, str]:
    is_photograph = picture.format in ("JPEG", "WEBP") and not picture.has_transparency_data
    mode = "RGB" if is_photograph else "RGBA"
    pixels = ImageOps.exif_transpose(picture).convert(mode)
    picture.close()
    bare = Image.new(pixels.mode, pixels.size)
    bare.paste(pixels)
    pixels.close()
    out = io.BytesIO()
    if is_photograph:
        bare.save(out, "JPEG", quality=QUALITY, optimize=True)
        return out.getvalue(), "image/jpeg"
    bare.save(out, "PNG", optimize=False)
    return out.getvalue(), "image/png"
