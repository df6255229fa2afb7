"""The office's menu: a table of contents. What the reader may not open is not in it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tornvakt.base.access.policy import Subject, may_try


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: the name of its address, the action it asks for, its word and its icon."""

    url_name: str
    action: str
    label: Promise
    icon: str
    group: Promise | str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as a reader sees it."""

    url: str
    label: str
    icon: str
    group: str
    is_here: bool


MENU = (
    Entry("office_start", "office.start", _("Start"), "grid"),
    Entry("desk", "incidents.view", _("Alarm desk"), "bell"),
    Entry("incident_search", "incidents.search", pgettext_lazy("incidents", "Search"), "search"),
    Entry("figures", "incidents.view_figures", _("Figures"), "chart"),
    Entry("figures_counted", "incidents.count_figures", _("Figures"), "chart"),
    Entry("sites", "sites.view", _("Protected objects"), "house", _("Objects")),
    Entry("default_cards", "sites.edit_defaults", _("Instruction cards"), "log", _("Objects")),
    Entry("duty", "incidents.view_duty", _("On call"), "phone", _("People")),
    Entry("people", "access.people_view", _("Accounts"), "people", _("People")),
    Entry("rights", "access.rights_view", _("Rights"), "key", _("People")),
    Entry("roles", "access.roles_view", _("Roles"), "table", _("People")),
    Entry("log", "access.log_view", _("Review of the log"), "log", _("Review")),
    Entry("log_samples", "reviews.view", _("Spot checks"), "search", _("Review")),
    Entry("own_account", "access.own_account", _("My account"), "person", _("Own")),
)


def lines(subject: Subject, path: str) -> list[Line]:
    """Return the menu of a person; the line whose address begins the present one is marked."""
    found = [(reverse(each.url_name), each) for each in MENU if may_try(subject, each.action)]
    here = max((url for url, _entry in found if path.startswith(url)), key=len, default="")
    return [
        Line(url, str(each.label), each.icon, str(each.group), url == here) for url, each in found
    ]
