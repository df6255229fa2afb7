"""`./tornvakt transmitter`: who may report, and with which key. A running receiver sees changes."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.codes import Stop

app = options.plain("Larmsändare: vilka konton som finns och vilka nycklar de har.")

Account = Annotated[
    str, typer.Argument(metavar="KONTO", help="3 till 16 hexadecimala tecken, till exempel 7A31.")
]


@app.command(help="Lägg till en larmsändare. En mottagare i drift känner till den inom 2 sekunder.")
def add(
    account: Account,
    data: options.Data = options.DEFAULT_DATA,
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="HEX",
            help="Krypteringsnyckel: 16, 24 eller 32 byte, alltså 32, 48 eller 64 tecken.",
        ),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key-file",
            metavar="FIL",
            help="Läs nyckeln ur en fil; - läser den från standard in. Det du skriver med --key "
            "syns i datorns processlista och i skalets historik.",
        ),
    ] = None,
    supervision: Annotated[
        str,
        typer.Option(
            "--supervision",
            metavar="KLASS",
            help="Hur ofta den måste höras av: none, SP1 till SP6, DP1 till DP4.",
        ),
    ] = "none",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Egen anteckning.")] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Skriv över ett konto som redan finns.")
    ] = False,
) -> None:
    """Enrol an account."""
    from tornvakt.base.inbox.enrolment import Enrolment
    from tornvakt.surfaces.cli import enrolment_log

    if key is not None and key_file is not None:
        raise Stop("ange nyckeln med --key eller --key-file, inte båda.")
    written = key if key_file is None else _read_key(key_file)
    secret, watch = _key(written), _supervision(supervision)
    folder = options.announced(data)
    enrolment = Enrolment(folder)
    enrolment.add(
        account,
        key=secret,
        supervision=watch,
        note=note,
        replace=replace,
    )
    enrolment_log.note(folder, "transmitter.enrolled", account)
    manner = "krypterad" if secret else "okrypterad"
    print(f"Lade till {account.upper()} ({manner}, övervakning {supervision}).")


@app.command("list", help="Visa larmsändarna. Nycklarna visas aldrig.")
def show(data: options.Data = options.DEFAULT_DATA) -> None:
    """List accounts, one a line."""
    from tornvakt.base.inbox.enrolment import Enrolment

    senders = Enrolment(options.known(data)).all()
    if not senders:
        print("Inga larmsändare är inskrivna. Lägg till en med transmitter add.", file=sys.stderr)
        return
    head = f"{'KONTO':<16}  {'NYCKEL':<10}  {'KLASS':<5}  {'VARIANT':<12}  ANTECKNING"
    print(head, file=sys.stderr, flush=True)  # what is piped on is accounts alone
    for sender in senders:
        key = f"AES-{len(sender.key) * 8}" if sender.key else "okrypterad"
        variant = sender.variant or "standard"
        line = f"{sender.account:<16}  {key:<10}  {sender.supervision:<5}  {variant:<12}"
        print(f"{line}  {sender.note}".rstrip())


@app.command(help="Ta bort en larmsändare. Det den redan sagt finns kvar.")
def remove(account: Account, data: options.Data = options.DEFAULT_DATA) -> None:
    """Forget an account. What it said stays in the inbox."""
    from tornvakt.base.inbox.enrolment import Enrolment
    from tornvakt.surfaces.cli import enrolment_log

    folder = options.known(data)
    Enrolment(folder).remove(account)
    enrolment_log.note(folder, "transmitter.removed", account)
    print(f"Tog bort {account.upper()}.")


def _read_key(file: Path) -> str:
    """Return what a file, or standard input for ``-``, holds. Raises Stop when it cannot."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="ascii")
    except FileNotFoundError as error:
        raise Stop(f"nyckelfilen {file} finns inte.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"nyckelfilen {file} går inte att läsa som text.") from error
    if not text.strip():
        raise Stop("nyckelfilen är tom. Ingen larmsändare lades till.")
    return "".join(text.split())


def _key(text: str | None) -> bytes | None:
    """Return the key's bytes. Raises Stop on anything that is no AES key."""
    if text is None:
        return None
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        raise Stop("nyckeln får bara innehålla 0-9 och A-F.") from error
    if len(key) not in (16, 24, 32):
        raise Stop(f"nyckeln är {len(key)} byte lång. Den ska vara 16, 24 eller 32 byte.")
    return key


def _supervision(name: str) -> str:
    from tornvakt.pure import supervision

    known = {each.lower(): each for each in supervision.CLASSES}
    if name.lower() not in known:
        choices = ", ".join(known.values())
        raise Stop(f"övervakningsklassen {name} finns inte. Välj en av {choices}.")
    return known[name.lower()]
