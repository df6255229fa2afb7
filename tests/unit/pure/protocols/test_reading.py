"""Reading: events of SIA-DCS and contact ID, extended fields, times, and nothing lost."""

import json
from datetime import UTC, datetime

import pytest

from tornvakt.pure.protocols.dc09.checksum import seal
from tornvakt.pure.protocols.dc09.content import Key, Message, open_enciphered, read_content
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.protocols.dc09.framing import Frame, check
from tornvakt.pure.protocols.reading import (
    MOST_EVENTS,
    READER_VERSION,
    Event,
    Reading,
    read,
    read_raw,
    reading_as_dict,
)

TIME = 1773065524
AT = datetime(2026, 3, 9, 14, 12, 4, tzinfo=UTC)


def dcs(data: str, *extended: bytes, account: str = "7A31") -> Reading:
    return read("SIA-DCS", account, Message(data.encode(), extended, b"", None, ()))


def cid(data: str) -> Reading:
    return read("ADM-CID", "7A31", Message(data.encode(), (), b"", None, ()))


def only(reading: Reading) -> Event:
    (event,) = reading.events
    return event


def test_the_worked_example() -> None:
    message = read_content(b"[#7A31|Nri3/BA12^Entre norr^]_14:12:04,03-09-2026")
    assert read("SIA-DCS", "7A31", message) == Reading(
        events=(
            Event(
                code_system="sia",
                code="BA",
                qualifier="new",
                kind="burglary",
                priority=2,
                zone="12",
                area="3",
                text="Entre norr",
            ),
        ),
        message_time=AT,
        version=READER_VERSION,
    )


def test_several_events_share_the_modifiers_before_them() -> None:
    reading = dcs("#7A31|Nda03-09-26/ti14:12:03/id7/ri3/pi2/BA12^a^/BA13|Nri4/OP9")
    first, second, third = reading.events
    assert (first.zone, first.area, first.user, first.peripheral) == ("12", "3", "7", "2")
    assert first.wall_clock == second.wall_clock == "03-09-26 14:12:03"
    assert (second.zone, second.text) == ("13", "")
    assert (third.code, third.qualifier, third.user, third.area) == ("OP", "open", "9", "4")
    assert third.wall_clock == ""
    assert reading.flags == ()


def test_old_events() -> None:
    event = only(dcs("#7A31|Oti12:01/FA5"))
    assert (event.is_old, event.code, event.zone, event.priority) == (True, "FA", "5", 2)


def test_text_blocks() -> None:
    assert only(dcs("#7A31|NBA1|AFront door")).text == "Front door"
    assert only(dcs("#7A31|AFront|NBA1")).text == "Front"
    assert only(dcs("#7A31|NBA1^a|b^")).text == "a|b"
    assert [event.text for event in dcs("#7A31|NBA1/FA2|ARum 3").events] == ["", "Rum 3"]


@pytest.mark.parametrize(
    ("data", "code", "zone", "text", "flags"),
    [
        ("#7A31|Nri1HA1", "HA", "1", "", ()),
        ("#7A31|Nri1CL0001^user^", "CL", "", "user", ()),
        ("#7A31|NCQ1", "CQ", "", "", ()),
        ("#7A31|NBA12Entre", "BA", "12", "Entre", ("unread_part",)),
        ("#7A31|NBA12 ENTRE", "BA", "12", "ENTRE", ("unread_part",)),
        ("#7A31|NBAEntre", "BA", "", "Entre", ("unread_part",)),
        ("#7A31|BA12", "BA", "12", "", ("no_block_letter",)),
        ("#7A31|ri2/BA12", "BA", "12", "", ("no_block_letter",)),
        ("#7A31|NT4", "NT", "", "", ("no_block_letter",)),
        ("#7A31|NTA0F", "TA", "F", "", ("odd_address",)),
        ("#7A31|NQZ1", "QZ", "1", "", ("unknown_code",)),
        ("#7A31|NBA012^unclosed", "BA", "12", "unclosed", ()),
        ("#7A31|NKA1*45.5C^Panna^", "KA", "1", "45.5 °C Panna", ()),
        ('#7A31|Nri1BA501*"PASSAGE"NM', "BA", "501", "PASSAGE", ()),
        ("#7A31|NBA0000", "BA", "", "", ()),
    ],
)
def test_what_panels_write(
    data: str, code: str, zone: str, text: str, flags: tuple[str, ...]
) -> None:
    reading = dcs(data)
    event = only(reading)
    assert (event.code, event.zone, event.text, event.flags) == (code, zone, text, flags)
    assert reading.flags == ()


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("#8805|Nri1/RR^|Nri1/PA1", [("RR", "", ""), ("PA", "1", "")]),
        ("#8805|Nri1/RR^|Nri1/PA1^Kassan^", [("RR", "", ""), ("PA", "1", "Kassan")]),
        ("#8805|NRR^|PA1", [("RR", "", ""), ("PA", "1", "")]),
        ("#8805|NBA1^Entre|NPA2^", [("BA", "1", "Entre"), ("PA", "2", "")]),
        ("#8805|NBA1^x/PA2^", [("BA", "1", "x"), ("PA", "2", "")]),
        ("#8805|NBA1^unclosed/PA2", [("BA", "1", "unclosed"), ("PA", "2", "")]),
        ("#8805|NBA1^unclosed/PA", [("BA", "1", "unclosed"), ("PA", "", "")]),
        ("#8805|NBA1^x/id7/PA2^y^", [("BA", "1", "x"), ("PA", "2", "y")]),
        ("#8805|Nri1^Plan 1/BA1^Hall/PA2^Kassan^", [
            ("BA", "1", "Hall"), ("PA", "2", "Kassan"),
        ]),
        ("#8805|NBA1|A5 ^ ok|Nri1/PA2", [("BA", "1", "5 ^ ok^"), ("PA", "2", "")]),
    ],
)  # fmt: skip
def test_a_description_nobody_closed_swallows_no_alarm(
    data: str, found: list[tuple[str, str, str]]
) -> None:
    reading = read("SIA-DCS", "8805", Message(data.encode(), (), b"", None, ()))
    assert [(event.code, event.zone, event.text) for event in reading.events] == found
    assert "unclosed_description" in reading.flags


@pytest.mark.parametrize(
    "words",
    ["a|b", "Plan 1/2", "Sal A/B", "Hall/TA", "Entre/PA knapp", "Butik|AB Svensson", "1/ZZ9"],
)
def test_a_closed_description_may_hold_bars_and_slashes(words: str) -> None:
    data = f"#8805|NBA1^{words}^/BA2".encode()
    reading = read("SIA-DCS", "8805", Message(data, (), b"", None, ()))
    assert [(event.zone, event.text) for event in reading.events] == [("1", words), ("2", "")]
    assert reading.flags == ()


def test_the_account_in_the_data() -> None:
    assert dcs("#9999|NBA1").flags == ("account_differs",)
    assert dcs("7a31|NBA1").flags == ("no_account_mark",)
    assert dcs("NBA1").flags == ("no_account_in_data",)
    assert dcs("#7a31|NBA1").flags == ()


def test_nothing_that_may_be_an_alarm_is_lost() -> None:
    for data in ("", "#7A31", "#7A31|", "#7A31|Lhej", "#7A31|N", "#7A31|Nba1", "#7A31|\x00\x01"):
        event = only(dcs(data))
        assert (event.code, event.kind, event.priority) == ("", "unknown", 3)
        assert event.flags == ("no_event",)
    assert only(dcs("#7A31|Lhej")).text == "Lhej"
    assert dcs("#7A31|Lhej").flags == ("block_L",)
    raw = read("SIA-PUL", "7A31", Message(b"17 3", (), b"", None, ()))
    assert (only(raw).text, only(raw).priority, only(raw).flags) == ("17 3", 3, ("unread_format",))
    assert read("NULL", "7A31", Message(b"", (), b"", None, ())).events == ()
    mixed = dcs("#7A31|NBA1|Lhej")
    assert (only(mixed).text, mixed.flags) == ("Lhej", ("block_L",))


@pytest.mark.parametrize(
    ("data", "code", "qualifier", "zone", "area", "user", "priority", "flags"),
    [
        ("#7A31|1130 03 012", "130", "new", "12", "3", "", 2, ()),
        ("#7A31|3130 03 012", "130", "restore", "12", "3", "", 4, ()),
        ("#7A31|6130 03 012", "130", "status", "12", "3", "", 2, ()),
        ("#7A31|1401 01 057", "401", "open", "", "1", "57", 4, ()),
        ("#7A31|3401 01 057", "401", "close", "", "1", "57", 4, ()),
        ("#7A31|1121 00 003", "121", "new", "", "", "3", 1, ()),
        ("#7A31|113003012", "130", "new", "12", "3", "", 2, ()),
        ("#7A31|1130 3 12", "130", "new", "12", "3", "", 2, ()),
        ("#7A31|1130", "130", "new", "", "", "", 2, ("no_address",)),
        ("#7A31|2130 00 001", "130", "new", "1", "", "", 2, ("odd_qualifier",)),
        ("#7A31|18113001012", "130", "new", "12", "1", "", 2, ()),
        ("#7A31|1119 00 001", "119", "new", "1", "", "", 2, ("unknown_code",)),
        ("#7A31|1700 99 999", "700", "new", "999", "99", "", 3, ("unknown_code",)),
        ("#7A31|3607 00 000", "607", "restore", "", "", "", 4, ()),
    ],
)
def test_contact_id(
    data: str,
    code: str,
    qualifier: str,
    zone: str,
    area: str,
    user: str,
    priority: int,
    flags: tuple[str, ...],
) -> None:
    reading = cid(data)
    event = only(reading)
    assert (event.code_system, event.code, event.qualifier) == ("cid", code, qualifier)
    assert (event.zone, event.area, event.user) == (zone, area, user)
    assert (event.priority, event.flags, reading.flags) == (priority, flags, ())


def test_contact_id_that_deviates() -> None:
    assert cid("1130 03 012").flags == ("no_account_in_data",)
    assert cid("7A31|1130 03 012").flags == ("no_account_mark",)
    assert cid("#9999|1130 03 012").flags == ("account_differs",)
    assert only(cid("#7A31|hej")).text == "hej"
    assert only(cid("#7A31|hej")).flags == ("no_event",)
    assert [event.code for event in cid("#7A31|1130 03 012|1131 03 013").events] == ["130", "131"]
    assert only(cid("#7A31|1130 03 012^Entre^")).text == "Entre"
    assert cid("#7A31|1130 03 012|hej").flags == ("unread_part",)


def test_extended_fields() -> None:
    reading = dcs(
        "#7A31|NBA1",
        b"H14:11:58,03-09-2026",
        "IDörr mot gården".encode(),
        b"X018E04.1234",
        b"Y59N19.5678",
        b"SKalmar slott",
        b"Kabcdef",
        b'J{"a": 1}',
        b"Qokand",
    )
    assert [(field.letter, field.name, field.text) for field in reading.extended] == [
        ("H", "occurred", "14:11:58,03-09-2026"),
        ("I", "alarm_text", "Dörr mot gården"),
        ("X", "longitude", "018E04.1234"),
        ("Y", "latitude", "59N19.5678"),
        ("S", "site", "Kalmar slott"),
        ("K", "key", "***"),
        ("J", "data", '{"a": 1}'),
        ("Q", "unknown", "okand"),
    ]
    assert reading.occurred_at == datetime(2026, 3, 9, 14, 11, 58, tzinfo=UTC)
    assert only(reading).occurred_at == reading.occurred_at
    assert only(reading).text == "Dörr mot gården"
    assert reading.position == pytest.approx((59.32613, 18.06872333))
    assert reading.flags == ("unknown_extended",)


@pytest.mark.parametrize(
    ("longitude", "latitude", "position"),
    [
        (b"X16.3568", b"Y56.6634", (56.6634, 16.3568)),
        (b"X-16.3568", b"Y-56.6634", (-56.6634, -16.3568)),
        (b"X16.3568E", b"Y56.6634S", (-56.6634, 16.3568)),
        (b"X093W23.456", b"Y45N23.456", (45.3909333, -93.3909333)),
        (b"X181E00", b"Y45N23", None),
        (b"X018E61", b"Y45N23", None),
        (b"X018N04", b"Y45N23", None),
        (b"Xhej", b"Y45N23", None),
        (b"X" + b"1" * 4000, b"Y1", None),
    ],
)
def test_positions(longitude: bytes, latitude: bytes, position: tuple[float, float] | None) -> None:
    reading = dcs("#7A31|NBA1", longitude, latitude)
    if position is None:
        assert reading.position is None
        assert reading.flags == ("unreadable_position",)
    else:
        assert reading.position == pytest.approx(position)


def test_text_codings_and_text_that_would_deceive() -> None:
    latin = dcs("#7A31|NBA1", "IDörr".encode("cp1252"))
    assert (only(latin).text, latin.flags) == ("Dörr", ("windows_1252",))
    data = read("SIA-DCS", "7A31", Message(b"#7A31|NBA1^D\xf6rr^", (), b"", None, ()))
    assert (only(data).text, data.flags) == ("Dörr", ("windows_1252",))
    deceiving = dcs("#7A31|NBA1", "Iabc\u202edef\x1b[2J".encode())
    assert only(deceiving).text == "abc·def·[2J"
    nested = dcs("#7A31|NBA1", b"J" + b'{"a":' * 800)
    assert nested.flags == ("bad_json",)
    assert dcs("#7A31|NBA1", b"J10.0.0.1").extended[0].name == "network_address"
    assert dcs("#7A31|NBA1", b"", b"x").flags == ("odd_extended",)
    assert dcs("#7A31|NBA1", b"Hxx").flags == ("unreadable_occurrence",)


def test_as_json() -> None:
    reading = dcs("#7A31|NBA1", b"H14:11:58,03-09-2026", b"X16.3", b"Y56.6")
    written = json.loads(json.dumps(reading_as_dict(reading)))
    assert written["occurred_at"] == "2026-03-09T14:11:58Z"
    assert written["position"] == [56.6, 16.3]
    assert written["message_time"] is None
    assert written["version"] == READER_VERSION
    assert written["events"][0]["code"] == "BA"
    assert written["extended"][1] == {"letter": "X", "name": "longitude", "text": "16.3"}
    assert set(written) == {
        "version", "message_time", "occurred_at", "position", "flags", "events", "extended",
    }  # fmt: skip


def test_a_stored_signal_can_be_read_again() -> None:
    raw = encode(b"SIA-DCS", 1, "7A31", b"#7A31|NBA1", time=TIME)
    frame, reading = read_raw(raw, None)
    assert frame is not None and frame.account == "7A31"
    assert (only(reading).code, reading.message_time) == ("BA", AT)
    assert read_raw(raw + b"\x00", b"")[1] == reading
    assert read_raw(b"\nnoise\r", None) == (None, Reading(flags=("broken",)))


def test_a_stored_enciphered_signal_is_read_from_its_plain_text() -> None:
    key = Key(bytes(16))
    raw = encode(b"SIA-DCS", 1, "7A31", b"#7A31|NBA1", extended=[b"IHej"], time=TIME, key=key)
    frame = check(raw)
    assert isinstance(frame, Frame)
    message, plain = open_enciphered(frame, key)
    assert read_raw(raw, plain)[1] == read("SIA-DCS", "7A31", message)
    assert only(read_raw(raw, plain)[1]).text == "Hej"
    without = read_raw(raw, b"")[1]
    assert (without.flags, only(without).priority) == (("enciphered",), 3)
    link = check(encode(b"NULL", 1, "7A31", b"", time=TIME, key=key))
    assert isinstance(link, Frame)
    assert read_raw(link.raw, open_enciphered(link, key)[1])[1].events == ()


def test_every_token_is_text() -> None:
    assert read_raw(seal(b'"\xff\xfe"0001L0#7A31[x]'), None)[1].events[0].text == "x"


@pytest.mark.parametrize(
    ("year", "is_plausible"), [("1999", False), ("2000", True), ("2099", True), ("9999", False)]
)
def test_a_clock_far_from_now_is_flagged_and_not_believed(year: str, is_plausible: bool) -> None:
    stamp = f"23:59:59,12-31-{year}"
    reading = read("SIA-DCS", "7A31", read_content(f"[#7A31|Nri1/FA1][H{stamp}]_{stamp}".encode()))
    instants = (reading.message_time, reading.occurred_at, reading.events[0].occurred_at)
    if is_plausible:
        assert instants == (datetime(int(year), 12, 31, 23, 59, 59, tzinfo=UTC),) * 3
        assert reading.flags == ()
    else:
        assert instants == (None, None, None)
        assert reading.flags == ("unreadable_time", "unreadable_occurrence")


def test_a_thousand_events_are_fifty_and_the_most_serious_of_the_rest() -> None:
    burglaries = "".join(f"/BA{zone}" for zone in range(1, 401))
    reading = dcs(f"#7A31|N{burglaries}/HA7^Kassan^{burglaries}")
    assert len(reading.events) == MOST_EVENTS + 1
    assert [event.zone for event in reading.events[:-1]] == [str(n) for n in range(1, 51)]
    last = reading.events[-1]
    assert (last.code, last.zone, last.priority) == ("HA", "7", 1)
    assert last.text == "Kassan och 750 händelser till i samma signal"
    assert reading.flags == ("more_events",)
    whole = dcs("#7A31|N" + "/BA1" * (MOST_EVENTS + 1))
    assert (len(whole.events), whole.flags) == (MOST_EVENTS + 1, ())
