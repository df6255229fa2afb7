"""The office's menu and its icons, for its base template."""

from datetime import datetime

from django import template
from django.http import HttpRequest
from django.urls import resolve
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tornvakt.base.access import step_up
from tornvakt.base.access.models import User
from tornvakt.base.ui import formats
from tornvakt.surfaces.office import action_words, nav

register = template.Library()

_ICONS = {
    "grid": "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
    "bell": "M6 17V11a6 6 0 0 1 12 0v6l1.500 2h-15zM10 21h4",
    "people": "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3 20c0-3.500 2.500-6 6-6s6 2.500 "
    "6 6M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14.500c2 .8 3 2.800 3 5.500",
    "table": "M4 5h16v14H4zM4 10h16M9.500 5v14M15 5v14",
    "person": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20.500c0-4 3-7 7.500-7s7.500 3 7.500 7",
    "log": "M6 3.500h8l4 4V20.500H6zM14 3.500v4h4M9 12h6M9 16h6",
    "house": "M3 20h18M5 20V10l7-5 7 5v10M10 20v-5h4v5",
    "lock": "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3M12 14.500v2.500",
    "key": "M14.500 9.500a4 4 0 1 1-4-4 4 4 0 0 1 4 4zM13.300 12.300L20 19M17 16l-2 2"
    "M19 18l-1.500 1.500",
    "phone": "M5 4h4l2 5-2.500 1.500a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1"
    "A15 15 0 0 1 4 5a1 1 0 0 1 1-1z",
    "plus": "M12 5v14M5 12h14",
    "chart": "M4 4v16h16M8 16v-5M12.500 16V7M17 16v-3",
    "search": "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13z"
    "M15.500 15.500L20.500 20.500",
}


@register.simple_tag
def menu(request: HttpRequest) -> list[nav.Line]:
    """The lines of the menu that this reader may open."""
    return nav.lines(request.user, request.path)


@register.simple_tag
def waiting_act(request: HttpRequest) -> str:
    """What the reader's answer will set going, in words and as it was typed; empty: nothing."""
    act = step_up.waiting(request)
    if act is None:
        return ""
    user_id = resolve(act.path).kwargs.get("user_id", 0)
    whose = User.objects.filter(pk=user_id).values_list("call_name", flat=True).first()
    about = [action_words.may(act.action), whose or "", *act.values]
    return " · ".join(part for part in about if part)


@register.simple_tag
def office_icon(name: str) -> SafeString:
    """An icon of the office's own; never without a word beside it."""
    return format_html(
        '<svg class="ico" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>',
        _ICONS[name],
    )


@register.filter
def walltime(instant: datetime) -> str:
    """``14:05``, local; ``02:30 (CET)`` in the hour that comes twice in autumn."""
    text = formats.clock(instant)
    return text[:5] + text[8:]


@register.simple_tag(takes_context=True)
def with_page(context: template.Context, number: int) -> str:
    """The present address, with another page of the list."""
    query = context["request"].GET.copy()
    query["sida"] = str(number)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def older_than(context: template.Context, entry_id: int) -> str:
    """The present address, going on with what is older than an entry."""
    query = context["request"].GET.copy()
    query["fore"] = str(entry_id)
    return f"?{query.urlencode()}"
