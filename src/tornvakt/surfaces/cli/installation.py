"""What kind of installation a data directory is."""

from typing import Literal, cast

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.codes import Stop

Mode = Literal["demo", "ovning", "skarp"]
MODES: dict[str, str] = {"demo": "demo", "ovning": "övning", "skarp": "skarp drift"}


def mode_of(data: DataDir) -> Mode | None:
    """Return what the inbox's first row says the installation is for; None before it has one."""
    if not data.inbox.exists():
        return None
    from tornvakt.base.inbox.reader import Reader
    from tornvakt.base.inbox.refusals import InboxMissing

    try:
        reader = Reader(data)
    except InboxMissing:  # a receiver that was killed while it made the file
        return None
    try:
        return cast(Mode, str(reader.genesis()["mode"]))
    except (LookupError, OSError):
        return None
    finally:
        reader.close()


def agreed_mode(data: DataDir, *, wants_demo: bool, otherwise: Mode = "skarp") -> Mode:
    """Return the mode to run in. Raises Stop when the directory is of the other kind.

    `otherwise` is the mode of a new installation that is no demo.
    """
    there = mode_of(data)
    if there is None:
        return "demo" if wants_demo else otherwise
    if wants_demo and there != "demo":
        raise Stop(
            f"{data.root} hör till {MODES.get(there, there)}, inte till demon. "
            "Kör ./tornvakt start --no-demo, eller välj en annan katalog med --data."
        )
    if not wants_demo and there == "demo":
        raise Stop(
            f"{data.root} är en demo. Ta bort --no-demo, eller välj en annan katalog med --data."
        )
    return there
