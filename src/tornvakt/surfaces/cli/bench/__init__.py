"""`./tornvakt bench`: how fast the reception is, measured beside the disk it stands on."""

from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.bench import auditing, importing, judging, race, run

app = options.plain("Mät hur snabb mottagningen är.")


@app.callback()
def _bench() -> None:
    """Mät hur snabb mottagningen är."""


app.command("audit")(auditing.audit)
app.command("receive")(run.receive)
app.command("import")(importing.importing)
app.command("race")(race.race_)
app.command("storm")(run.storm_)
app.command("triage")(judging.triage)
