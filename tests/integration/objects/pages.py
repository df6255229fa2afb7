"""What the tests of the object pages share: an object, and how an answer is read."""

import re
from typing import Any

from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Site


def new_site(name: str, **more: Any) -> Site:
    """Add an object of the customer Kommunen."""
    customer = services.add_customer(name="Kommunen")
    return services.add_site(customer=customer, name=name, kind="school", **more)


def text(answer: Any) -> str:
    """Return the page of an answer."""
    return str(answer.content.decode())


def errors(answer: Any) -> list[str]:
    """Return the sentences that stand beside a field."""
    return re.findall(r'<p class="errmsg" id="[^"]+">(.*?)</p>', text(answer))


def begin(client: Any, site: Site, **more: str) -> Any:
    """Send the form that begins a test of the whole object for an hour."""
    typed = {"reason": "Årsprov", "minutes": "60", "part": "whole", **more}
    return client.post(f"/objekt/{site.number}/provlage/", typed)
