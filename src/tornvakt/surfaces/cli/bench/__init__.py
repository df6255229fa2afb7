"""`./tornvakt bench`: how fast the house is, measured beside the disk it stands on."""

from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.bench import (
    auditing,
    figuring,
    importing,
    judging,
    race,
    run,
    searching,
    silent,
    taking,
)

app = options.plain("Mät hur snabbt det går, mot målen.")


@app.callback()
def _bench() -> None:
    """Mät hur snabbt det går, mot målen."""


app.command("audit")(auditing.audit)
app.command("desk")(taking.desk_)
app.command("figures")(figuring.figures)
app.command("receive")(run.receive)
app.command("import")(importing.importing)
app.command("race")(race.race_)
app.command("search")(searching.search)
app.command("silent")(silent.silent)
app.command("storm")(run.storm_)
app.command("triage")(judging.triage)
