"""What a panel writes into its messages: DC-03 blocks and contact ID lines, from one event."""

CID_RESTORES = frozenset(
    ["AR", "BH", "BJ", "CL", "DR", "FH", "HH", "KH", "PH", "TR", "IR", "WH", "YQ", "YR", "ZH"]
)  # these DC-03 codes are qualifier 3 in contact ID


def sia(account: str, code: str, zone: int, text: str, *, area: int = 1) -> bytes:
    """Return a DC-03 data block: one new event, its address when it has one, its text."""
    address = f"{zone:02d}" if zone else ""
    words = f"^{text}^" if text else ""
    return f"#{account}|Nri{area}/{code}{address}{words}".encode()


def contact_id(account: str, cid: str, zone: int, *, is_restore: bool, area: int = 1) -> bytes:
    """Return a DC-05 data block. Q is 3 for a restore and for closing, else 1."""
    return f"#{account}|{3 if is_restore else 1}{cid} {area:02d} {zone:03d}".encode()
