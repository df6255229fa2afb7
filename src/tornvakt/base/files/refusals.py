"""Why a file is not taken in, or cannot be shown."""

from django.utils.translation import gettext as _

from tornvakt.pure.facts import Refusal

MEGABYTE = 1_000_000
LARGEST = 25 * MEGABYTE


class FileEmpty(Refusal):
    """Nothing in it."""

    def __init__(self) -> None:
        super().__init__(_("The file is empty. Choose it again."))


class FileTooLarge(Refusal):
    """More than 25 MB."""

    def __init__(self, size: int) -> None:
        super().__init__(
            _(
                "The file is %(size)s MB and at most %(largest)s MB can be kept. "
                "Make the picture smaller or split the document."
            )
            % {"size": -(-size // MEGABYTE), "largest": LARGEST // MEGABYTE}
        )


class FileKindUnknown(Refusal):
    """Not one of the kinds that are kept."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Only pictures (JPEG, PNG, WebP, GIF), PDF and plain text can be kept. "
                "Save the document as PDF and choose that file."
            )
        )


class FileIsHeic(Refusal):
    """The phone's own picture format, which we cannot read."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The picture is in the phone's own format (HEIC), which cannot be shown here. "
                "Send it as JPEG: on an iPhone, Settings, Camera, Formats, Most compatible."
            )
        )


class PictureBroken(Refusal):
    """It begins as a picture and is none."""

    def __init__(self) -> None:
        super().__init__(
            _("The picture is damaged and cannot be read. Take or save it again and choose it.")
        )


class PictureTooManyPixels(Refusal):
    """A small file that would fill the memory when it is drawn."""

    def __init__(self, most: int) -> None:
        super().__init__(
            _(
                "The picture has more than %(most)s million pixels, which is too many to keep. "
                "Save it in a smaller size."
            )
            % {"most": most // 1_000_000}
        )


class PicturesWaiting(Refusal):
    """Drawing pictures anew is heavy, and the alarms come first."""

    def __init__(self) -> None:
        super().__init__(
            _("Several pictures are being taken in right now. Send it again in half a minute.")
        )


class FileUnreadable(Refusal):
    """The stored content is gone or damaged."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _(
                "File %(number)s is missing or damaged on the disk and cannot be shown. "
                "Tell the system administrator; it may be in a backup."
            )
            % {"number": number}
        )
