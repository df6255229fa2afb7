"""`./tornvakt user`: accounts of real people. The first sign-in is by a one-time link."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tornvakt.surfaces.cli import options, running
from tornvakt.surfaces.cli.codes import Stop

if TYPE_CHECKING:
    from tornvakt.base.access.models import User

app = options.plain("Användare: lägg till, bjud in på nytt, lista.")

Name = Annotated[str, typer.Argument(metavar="NAMN", help="Användarnamnet.")]


@app.command(help="Lägg till en användare och få en engångslänk, där hon väljer lösenord.")
def add(
    name: Name,
    role: Annotated[
        str,
        typer.Option("--role", metavar="ROLL", help="Till exempel operator eller shift_leader."),
    ],
    data: options.Data = options.DEFAULT_DATA,
    call_name: Annotated[
        str,
        typer.Option(
            "--call-name",
            metavar="TEXT",
            help="Det kollegorna ser, till exempel ”Op 2”.",
            show_default="användarnamnet",
        ),
    ] = "",
) -> None:
    """Make an account without a password and print the link that gives it one."""
    from tornvakt.surfaces.cli import django_door

    with django_door.prepared_database(options.existing(data).root):
        from tornvakt.base.access import services

        user = services.create_user(username=name, role=role, call_name=call_name or name)
        print(f"Lade till {name} ({role}).")
        _print_link(user, data)


@app.command(help="Gör en ny engångslänk. Tidigare länkar slutar gälla.")
def invite(name: Name, data: options.Data = options.DEFAULT_DATA) -> None:
    """Print a new link for somebody who lost the first one or the password."""
    from tornvakt.surfaces.cli import django_door

    with django_door.prepared_database(options.existing(data).root):
        from tornvakt.base.access.models import User

        user = User.objects.filter(username=name).first()
        if user is None:
            raise Stop(f"användaren {name} finns inte.")
        _print_link(user, data)


@app.command("list", help="Visa användarna.")
def show(data: options.Data = options.DEFAULT_DATA) -> None:
    """List accounts: name, roles in force, call name, and who has not yet chosen a password."""
    from tornvakt.surfaces.cli import django_door

    with django_door.prepared_database(options.existing(data).root):
        from tornvakt.base.access.models import User

        for user in User.objects.prefetch_related("holdings").order_by("username"):
            note = "" if user.has_usable_password() else "har inte loggat in än"
            note = note if user.is_active else "kontot är stängt"
            roles = " ".join(sorted(user.roles)) or "-"
            print(f"{user.username:<16}  {roles:<14}  {user.call_name:<10}  {note}".rstrip())


def _print_link(user: "User", data: options.Data) -> None:
    from tornvakt.base.access import services

    token = services.invite(user=user, now=datetime.now(UTC))
    print("Ge personen den här länken. Den gäller en gång, i 72 timmar:")
    print(f"  {running.address(data)}/inbjudan/{token}/")
