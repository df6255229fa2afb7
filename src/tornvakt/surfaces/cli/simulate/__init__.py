"""`./tornvakt simulate`.

Pretend to be panels. Load for a test, one alarm of one's own, or the demo day.
"""

import typer

from tornvakt.surfaces.cli.simulate import alarm, demo_day, load

app = typer.Typer(
    help="Låtsas vara larmsändare.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
app.command("panels")(load.panels)
app.command("alarm")(alarm.alarm)
app.command("demo")(demo_day.demo)
