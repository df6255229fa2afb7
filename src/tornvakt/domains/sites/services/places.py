"""Places and their warnings: what a person writes in the register."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.domains.sites import kinds
from tornvakt.domains.sites.models import Customer, Site, SiteWarning
from tornvakt.domains.sites.services.register import next_numbers
from tornvakt.domains.sites.services.shapes import is_number
from tornvakt.domains.sites.services.writing import changes_register, tell
from tornvakt.pure.facts import Refusal


class NameTaken(Refusal):
    """The customer has another place of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "The customer already has a place called %(name)s. Give this one another name, "
                "such as the name and the building."
            )
            % {"name": name}
        )


class NumberTaken(Refusal):
    """Another place has that number."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("The number %(number)s belongs to another place. Leave it empty to get the next one.")
            % {"number": number}
        )


class NumberWrong(Refusal):
    """A number that could not be part of an address."""

    def __init__(self) -> None:
        super().__init__(
            _("Write the number with letters, digits, spaces, dots and hyphens, for example 12-B.")
        )


class NotAPoint(Refusal):
    """Half a point, or one that is not on earth."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The point is latitude (-90 to 90) and longitude (-180 to 180), both or neither. "
                "Copy them from a map, latitude first."
            )
        )


class Nameless(Refusal):
    """A name or a text that must not be empty is."""

    def __init__(self) -> None:
        super().__init__(_("Write a name. Without one nobody can find it again."))


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """What a person may write about a place."""

    name: str
    kind: str = ""
    address: str = ""
    district: str = ""
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: int | None = None
    phone: str = ""
    access_text: str = ""
    notes: str = ""
    is_active: bool = True


@changes_register
def create_site(
    *, customer: Customer, draft: SiteDraft, by: User | None, at: datetime, number: str = ""
) -> Site:
    """Add a place. Raises Nameless, NameTaken, NumberWrong, NumberTaken and NotAPoint."""
    _check(customer, draft, None)
    number = number.strip().upper()
    if not is_number(number):
        raise NumberWrong
    if number and Site.objects.filter(number=number).exists():
        raise NumberTaken(number)
    number = number or next_numbers(1)[0]
    site = Site.objects.create(customer=customer, number=number, **_columns(draft))
    tell("add", site, part="site", by=by, at=at)
    return site


@changes_register
def change_site(*, site_id: int, draft: SiteDraft, by: User | None, at: datetime) -> Site:
    """Write a place anew; the same once more changes nothing. Raises as `create_site`."""
    site = Site.objects.select_for_update().get(pk=site_id)
    _check(site.customer, draft, site.pk)
    changed = [name for name, value in _columns(draft).items() if getattr(site, name) != value]
    if not changed:
        return site
    for name in changed:
        setattr(site, name, _columns(draft)[name])
    site.save(update_fields=changed)
    tell("change", site, part="site", by=by, at=at, params={"fields": ",".join(sorted(changed))})
    return site


@changes_register
def warn(
    *, site_id: int, text: str, by: User | None, at: datetime, until: datetime | None = None
) -> SiteWarning:
    """Write what whoever goes there must know, from now on. Raises Nameless."""
    if not text.strip():
        raise Nameless
    site = Site.objects.get(pk=site_id)
    warning = SiteWarning.objects.create(site=site, text=text.strip(), since=at, until=until)
    tell("warn", site, part="warning", by=by, at=at, params={"warning": warning.pk})
    return warning


@changes_register
def end_warning(*, warning_id: int, by: User | None, at: datetime) -> None:
    """Take a warning away; it stays in what was. One that is over is left as it is."""
    warning = SiteWarning.objects.select_for_update(of=("self",)).get(pk=warning_id)
    if warning.until is not None and warning.until <= at:
        return
    warning.until = max(at, warning.since)
    warning.save(update_fields=["until"])
    params = {"warning": warning.pk}
    tell("end_warning", warning.site, part="warning", by=by, at=at, params=params)


def _columns(draft: SiteDraft) -> dict[str, object]:
    return asdict(draft) | {"name": draft.name.strip(), "kind": kinds.code_of(draft.kind) or ""}


def _check(customer: Customer, draft: SiteDraft, own: int | None) -> None:
    if not draft.name.strip():
        raise Nameless
    there = Site.objects.filter(customer=customer, name=draft.name.strip()).first()
    if there is not None and there.pk != own:
        raise NameTaken(draft.name.strip())
    if (draft.latitude is None) != (draft.longitude is None):
        raise NotAPoint
    if draft.latitude is None or draft.longitude is None:
        return
    if not (-90 <= draft.latitude <= 90 and -180 <= draft.longitude <= 180):
        raise NotAPoint
