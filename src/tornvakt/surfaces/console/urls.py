"""The console's addresses. Swedish nouns without å, ä and ö."""

from allauth.account.views import LogoutView
from django.urls import path

from tornvakt.base.access.doors import open_to_all
from tornvakt.surfaces.console import actions, desk, entrance, health, stream

_INCIDENT = "larm/handelser/<str:number>/"

urlpatterns = [
    path("logga-in/", entrance.sign_in, name="account_login"),
    path(
        "logga-ut/",
        open_to_all("leaving is always allowed")(LogoutView.as_view()),
        name="account_logout",
    ),
    path("inbjudan/<str:token>/", entrance.invitation, name="invitation"),
    path("sprak/", entrance.language, name="language"),
    path("tema/", entrance.theme, name="theme"),
    path("halsa/", health.health, name="health"),
    path("larm/", desk.desk, name="desk"),
    path("larm/strom/", stream.stream, name="stream"),
    path("larm/ko/", desk.current_queue, name="queue"),
    path("larm/lugnt/", desk.calm_pane, name="calm"),
    path(_INCIDENT, desk.incident, name="incident"),
    path(f"{_INCIDENT}ta/", actions.take, name="take"),
    path(f"{_INCIDENT}atergang/", actions.give_back, name="give_back"),
    path(f"{_INCIDENT}notera/", actions.note, name="note"),
    path(f"{_INCIDENT}avsluta/", actions.close, name="close"),
]
