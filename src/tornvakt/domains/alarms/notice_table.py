"""The table of the notices: priority, words and what ends them, one row a notice.

A table like the code tables of the wire, Swedish and English side by side. `notices.py` reads it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of notice is treated."""

    priority: int
    kind: str
    sv: str
    en: str
    subject: tuple[str, ...] = ()
    """Parameters that make two notices of an account different alarms."""
    restores: tuple[str, ...] = ()


RULES: dict[str, Rule] = {
    "unknown_account": Rule(3, "unknown", "Okänt konto {account}", "Unknown account {account}"),
    "security.downgrade": Rule(
        2,
        "tamper",
        "Klartext från en sändare som ska kryptera. Signalen togs inte emot",
        "Plain text from a transmitter that must encipher. The signal was not accepted",
    ),
    "security.enciphered_without_key": Rule(
        2,
        "tamper",
        "Krypterad signal från ett konto utan nyckel. Den kan inte läsas",
        "Enciphered signal from an account without a key. It cannot be read",
    ),
    "security.replay": Rule(
        2,
        "tamper",
        "En gammal signal spelades upp igen. Den togs inte emot",
        "An old signal was played back. It was not accepted",
    ),
    "security.wrong_key": Rule(
        2,
        "tamper",
        "Signal med fel krypteringsnyckel. Den kan inte läsas",
        "Signal enciphered with the wrong key. It cannot be read",
    ),
    "security.malformed": Rule(
        2,
        "tamper",
        "Krypterad signal med felaktigt innehåll. Den kan vara förfalskad och togs inte emot",
        "Enciphered signal with malformed content. It may be forged and was not accepted",
    ),
    "security.own_account": Rule(
        2,
        "tamper",
        "Någon utifrån utgav sig för att vara larmcentralen. Signalen togs inte emot",
        "Somebody outside posed as the alarm centre. The signal was not accepted",
    ),
    "enrolment.restored": Rule(
        2,
        "technical",
        "Listan över sändare var skadad eller borta och lästes in från sin kopia. Kontrollera den",
        "The list of transmitters was damaged or gone and was read from its copy. Check it",
    ),
    "enrolment.unreadable": Rule(
        3,
        "technical",
        "Listan över sändare kan inte läsas just nu. Mottagaren använder den senast lästa",
        "The list of transmitters cannot be read just now. The receiver uses the last one read",
    ),
    "clock.skew": Rule(3, "technical", "Fel tid: {text_sv}", "Wrong time: {text_en}"),
    "panel.deviation": Rule(
        3,
        "technical",
        "Sändaren följer inte standarden: {text_sv}",
        "The transmitter deviates from the standard: {text_en}",
        subject=("variant",),
    ),
    "panel.broken": Rule(
        3,
        "technical",
        "Oläsbart från {source}: {text_sv}",
        "Unreadable from {source}: {text_en}",
        subject=("source", "diagnosis"),
    ),
    "link.failed": Rule(
        3,
        "link",
        "Förbindelse bruten, {link_path_sv}",
        "Connection lost, {link_path_en}",
        subject=("link_path",),
    ),
    "link.restored": Rule(
        4,
        "link",
        "Förbindelse åter, {link_path_sv}",
        "Connection restored, {link_path_en}",
        subject=("link_path",),
        restores=("link.failed", "link.dark"),
    ),
    "link.dark": Rule(
        2,
        "link",
        "Ingen förbindelse: alla vägar är brutna",
        "No connection: every path is down",
    ),
    "link.mass": Rule(
        2,
        "link",
        "Många förbindelser brutna samtidigt: {count} sändare",
        "Many connections lost at once: {count} transmitters",
        subject=("group",),
    ),
    "link.mass_restored": Rule(
        4,
        "link",
        "Förbindelser åter, {count} kvar att höra",
        "Connections restored, {count} still missing",
        subject=("group",),
        restores=("link.mass",),
    ),
    "test.missing": Rule(
        3,
        "link",
        "Väntat provlarm har inte kommit (ska komma var {hours}:e timme)",
        "An expected test signal has not come (due every {hours} hours)",
    ),
    "test.received": Rule(
        4, "link", "Provlarm åter", "Test signal received again", restores=("test.missing",)
    ),
    "opening.missed": Rule(
        3,
        "openclose",
        "Inte frånkopplat i tid, skulle ha öppnat {due}",
        "Not disarmed in time, should have opened at {due}",
        subject=("area",),
    ),
    "area.opened": Rule(4, "openclose", "Frånkopplat", "Disarmed", restores=("opening.missed",)),
    "closing.missed": Rule(
        3,
        "openclose",
        "Inte tillkopplat i tid, skulle ha stängt {due}",
        "Not armed in time, should have closed at {due}",
        subject=("area",),
    ),
    "area.closed": Rule(4, "openclose", "Tillkopplat", "Armed", restores=("closing.missed",)),
    "test.ends_soon": Rule(
        4,
        "test",
        "Provläget slutar om {minutes} min: {place}",
        "The test mode ends in {minutes} min: {place}",
    ),
    "test.ended": Rule(
        4,
        "test",
        "Provläget är slut: {place}. Larm därifrån gäller igen",
        "The test mode is over: {place}. Alarms from there are real again",
    ),
    "receiver.started": Rule(
        4, "technical", "Larmmottagaren startade", "The alarm receiver started"
    ),
    "receiver.clock_jumped": Rule(
        3,
        "technical",
        "Datorns klocka hoppade {seconds} s",
        "The computer's clock jumped {seconds} s",
    ),
    "receiver.disk_full": Rule(
        2,
        "technical",
        "Disken är full: larm kan inte tas emot",
        "The disk is full: alarms cannot be received",
    ),
    "receiver.disk_ok": Rule(
        4,
        "technical",
        "Disken har plats igen: larm tas emot",
        "The disk has room again: alarms are received",
        restores=("receiver.disk_full",),
    ),
    "receiver.space_low": Rule(3, "technical", "Disken är snart full", "The disk is nearly full"),
    "evidence.suppressed": Rule(
        3,
        "technical",
        "{count} avvisade signaler sparades inte, de var för många",
        "{count} refused signals were not kept, there were too many",
    ),
    "entry.set_aside": Rule(
        2,
        "technical",
        "En mottagen signal kunde inte behandlas. Läs den rå (nr {entry_id})",
        "A received signal could not be processed. Read it raw (no. {entry_id})",
        subject=("entry_id",),
    ),
    "inbox.entries_missing": Rule(
        2,
        "technical",
        "En skadad inkorg lades undan i {folder}. Nr {first}–{last} nådde aldrig larmbordet",
        "A damaged inbox was put aside in {folder}. No. {first}–{last} never reached the desk",
        subject=("folder",),
    ),
    "inbox.replaced": Rule(
        3,
        "technical",
        "En skadad inkorg lades undan i {folder}. Inget saknas vid larmbordet",
        "A damaged inbox was put aside in {folder}. Nothing is missing at the desk",
        subject=("folder",),
    ),
    "journal.damaged": Rule(
        2,
        "technical",
        "Inkorgens kontroll hittade fel. Kör ./tornvakt journal verify",
        "The check of the inbox found faults. Run ./tornvakt journal verify",
    ),
    "journal.verified": Rule(
        4,
        "technical",
        "Inkorgen kontrollerad utan anmärkning",
        "The inbox was checked and is sound",
        restores=("journal.damaged",),
    ),
    "audit.damaged": Rule(
        2,
        "technical",
        "Granskningsloggens kontroll hittade fel. Kör ./tornvakt audit verify",
        "The check of the audit log found faults. Run ./tornvakt audit verify",
    ),
    "audit.verified": Rule(
        4,
        "technical",
        "Granskningsloggen kontrollerad utan anmärkning",
        "The audit log was checked and is sound",
        restores=("audit.damaged",),
    ),
    "audit.stopped": Rule(
        2,
        "technical",
        "Granskningsloggen numreras inte: databasen är äldre än loggens filer. "
        "Kör ./tornvakt audit verify",
        "The audit log is not numbered: the database is older than the log's files. "
        "Run ./tornvakt audit verify",
    ),
    "audit.unsigned": Rule(
        2,
        "technical",
        "Granskningsloggen får inga kontrollpunkter: nyckeln saknas. Kör ./tornvakt doctor",
        "The audit log gets no checkpoints: the key is missing. Run ./tornvakt doctor",
    ),
    "audit.resumed": Rule(
        4,
        "technical",
        "Granskningsloggen numreras igen",
        "The audit log is numbered again",
        restores=("audit.stopped", "audit.unsigned"),
    ),
    "desk.fell_silent": Rule(
        4,
        "technical",
        "Tyst larmbord: {who}, {trouble_sv} sedan {since}",
        "Silent desk: {who}, {trouble_en} since {since}",
        subject=("desk",),
    ),
    "desk.silent": Rule(
        3,
        "technical",
        "Tyst larmbord: {who}, {trouble_sv} sedan {since}. Gå dit eller ring",
        "Silent desk: {who}, {trouble_en} since {since}. Go there or ring",
        subject=("desk",),
    ),
    "desk.back": Rule(
        4,
        "technical",
        "Larmbordet är tillbaka: {who}",
        "The desk is back: {who}",
        subject=("desk",),
        restores=("desk.silent",),
    ),
    "emergency.notes_broken": Rule(
        2,
        "technical",
        "Noteringar från nödläget saknas, är ändrade eller går inte att läsa: {count}. Fråga dem "
        "som noterade, och låt leverantören se på filerna",
        "Notes from the emergency mode are missing, changed or unreadable: {count}. Ask those who "
        "wrote them, and let the supplier look at the files",
    ),
    "paper.failed": Rule(
        3,
        "technical",
        "Läget kan inte skrivas till mappen för utskrifter: {why_sv}. Reservpärmen blir gammal",
        "The live state cannot be printed to its folder: {why_en}. The reserve pack grows old",
    ),
    "paper.works": Rule(
        4,
        "technical",
        "Läget skrivs till mappen för utskrifter igen",
        "The live state is printed to its folder again",
        restores=("paper.failed",),
    ),
    "call_tree.began": Rule(
        4, "technical", "Larmkedjan startade: {why_sv}", "The call tree began: {why_en}"
    ),
    "call_tree.ended": Rule(
        4, "technical", "Larmkedjan är slut: {how_sv}", "The call tree is over: {how_en}"
    ),
    "triage.runaway": Rule(
        3,
        "technical",
        "Sändaren skenar: fler än {signals} signaler på {seconds} s. Låt en tekniker se på den",
        "Runaway transmitter: more than {signals} signals in {seconds} s. Have it looked at",
    ),
    "triage.swinger": Rule(
        3,
        "technical",
        "Zon {zone} larmar gång på gång: fler än {alarms} larm på {minutes} min. "
        "Låt en tekniker se på den",
        "Zone {zone} alarms time and again: more than {alarms} alarms in {minutes} min. "
        "Have it looked at",
        subject=("area", "zone"),
    ),
}
FLOOD = Rule(
    3,
    "technical",
    "Ytterligare {count} visades inte var för sig: {of_sv}",
    "Another {count} were not shown one by one: {of_en}",
    subject=("name",),
)
MANY = {
    "unknown_account": ("okända konton", "unknown accounts"),
    "security.downgrade": ("klartext som skulle vara krypterad", "plain text that must be cipher"),
    "security.enciphered_without_key": ("krypterat utan nyckel", "enciphered without a key"),
    "security.replay": ("uppspelade signaler", "signals played back"),
    "security.wrong_key": ("fel krypteringsnyckel", "wrong keys"),
    "security.malformed": ("felaktigt innehåll", "malformed content"),
    "security.own_account": ("någon som utger sig för att vara Tornvakt", "somebody posing as us"),
    "clock.skew": ("fel tid", "wrong time"),
    "panel.deviation": ("sändare som avviker", "transmitters that deviate"),
    "panel.broken": ("oläsbara meddelanden", "unreadable messages"),
}
"""What a flood is of; the receiver tells no other notices at a pace."""
UNLISTED = Rule(
    3, "technical", "Meddelande från mottagaren: {name}", "Notice from the receiver: {name}"
)
