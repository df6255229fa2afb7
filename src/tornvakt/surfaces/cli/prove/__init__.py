"""`./tornvakt prove`: break the reception in every way we know and count what was lost."""

from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.prove import run

app = options.plain("Bevisa att ingen kvitterad signal går förlorad.")


@app.callback()
def _prove() -> None:
    """Bevisa att ingen kvitterad signal går förlorad."""


app.command("receive")(run.receive)
