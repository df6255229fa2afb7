"""`./tornvakt call-tree`: whom the house calls when nobody is at the desks; does it work?"""

from datetime import UTC, datetime
from typing import Annotated

import typer

from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.codes import ExitCode, Stop

app = options.plain("Larmkedjan: visa stegen, eller skicka ett prov på varje kanal.")

NAMES = {"email": "e-post", "webhook": "webhook", "sms": "sms"}


@app.command(help="Visa stegen, och vem som nås nu.")
def show(data: options.Data = options.DEFAULT_DATA) -> None:
    """Print each step with its receivers at this moment."""
    from tornvakt.surfaces.cli import django_door

    with django_door.prepared_database(options.existing(data).root):
        from tornvakt.base.sending.outlets import lacking
        from tornvakt.domains.incidents.services import call_tree

        plan, now, missing = call_tree.Plan.chosen(), datetime.now(UTC), lacking()
        for number, step in enumerate(plan.steps, start=1):
            for part in step:
                to = ", ".join(call_tree.receivers(part, now)) or "ingen har den jouren nu"
                to = "adressen i TORNVAKT_WEBHOOK_URL" if part.channel == "webhook" else to
                lack = missing.get(part.channel)
                note = f"  SAKNAR {lack}" if lack else ""
                print(f"{number}. {NAMES[part.channel]}: {to}{note}")
        print(
            f"Startar efter {plan.after.total_seconds():.0f} s ({plan.when}), "
            f"{plan.apart.total_seconds():.0f} s mellan stegen."
        )


@app.command(help="Skicka ett prov på varje kanal som larmkedjan använder, och säg hur det gick.")
def test(
    data: options.Data = options.DEFAULT_DATA,
    sms: Annotated[
        str, typer.Option("--sms", metavar="NUMMER", help="Skicka provet till det här numret.")
    ] = "",
    email: Annotated[
        str, typer.Option("--email", metavar="ADRESS", help="Skicka provet till den här adressen.")
    ] = "",
) -> int:
    """Send at once, past the queue, so that what is wrong is said here."""
    from tornvakt.surfaces.cli import django_door

    with django_door.prepared_database(options.existing(data).root):
        from tornvakt.base.sending.channels import Outgoing
        from tornvakt.base.sending.outlets import outlets
        from tornvakt.domains.incidents.services import call_tree

        now = datetime.now(UTC)
        wanted: dict[tuple[str, str], None] = {}
        for step in call_tree.Plan.chosen().steps:
            for part in step:
                for to in call_tree.receivers(part, now):
                    instead = {"sms": sms, "email": email}.get(part.channel) or to
                    wanted[(part.channel, instead)] = None
        wanted |= {("sms", sms): None} if sms else {}
        wanted |= {("email", email): None} if email else {}
        if not wanted:
            raise Stop("larmkedjan når ingen nu: ställ in TORNVAKT_CALL_TREE eller ge --sms.")
        failed = 0
        for channel, to in wanted:
            message = Outgoing(
                to=to,
                subject="Tornvakt: prov av larmkedjan",
                text="Tornvakt: prov av larmkedjan. Du behöver inte göra något.",
                key=f"test:{now.isoformat()}:{channel}:{to}",
                made_at=now.isoformat().replace("+00:00", "Z"),
            )
            try:
                outlets()[channel].send(message)
            except Exception as error:
                failed += 1
                print(f"{NAMES[channel]} {to}: gick inte: {type(error).__name__}: {error}")
            else:
                print(f"{NAMES[channel]} {to}: skickat")
    return ExitCode.NO if failed else ExitCode.OK
