"""The console's addresses. Swedish nouns without å, ä and ö."""

from allauth.account.views import LogoutView
from django.urls import path

from tornvakt.base.access.doors import open_to_all
from tornvakt.base.access.lock import works_while_locked
from tornvakt.surfaces.console import (
    actions,
    card,
    desk,
    entrance,
    files,
    handling,
    health,
    kept,
    lists,
    map_ground,
    maps,
    phone,
    slims,
    sounding,
    stream,
)

_INCIDENT = "larm/handelser/<str:number>/"
_TILES = "larm/karta/rutor/<slug:archive>/"

urlpatterns = [
    path("logga-in/", entrance.sign_in, name="account_login"),
    path(
        "logga-ut/",
        works_while_locked("leaving is always allowed")(
            open_to_all("leaving is always allowed")(LogoutView.as_view())
        ),
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
    path("larm/utkast/", kept.kept, name="drafts"),
    path("larm/ljud/", sounding.sound, name="sound"),
    path("larm/vid-sidan/", slims.slims, name="slims"),
    path("larm/karta/", maps.page, name="map"),
    path("larm/karta/drabbade/", maps.affected_places, name="map_affected"),
    path("larm/karta/objekt/", maps.objects, name="map_objects"),
    path("larm/karta/sa-gor-du/", maps.how_to, name="map_how_to"),
    path("larm/karta/underlag/", map_ground.ground, name="map_ground"),
    path("larm/karta/lager/<slug:layer>/", map_ground.layer, name="map_layer"),
    path(f"{_TILES}<int:z>/<int:x>/<int:y>", map_ground.tile, name="map_tile"),
    path("larm/samtal/", phone.call, name="call"),
    path("larm/samtal/platser/", phone.places, name="call_places"),
    path("larm/vantar/", lists.waiting, name="waiting"),
    path("larm/utanfor/", lists.left_out, name="left_out"),
    path("larm/avslutade/", lists.closed, name="closed"),
    path("larm/provlagen/", lists.tests, name="tests"),
    path("larm/overhoppade/", lists.skipped, name="skipped"),
    path("larm/overhoppade/<int:mark>/last/", lists.skip_seen, name="skip_seen"),
    path(_INCIDENT, desk.incident, name="incident"),
    path(f"{_INCIDENT}larmsandare/", lists.members, name="members"),
    path(f"{_INCIDENT}ta/", actions.take, name="take"),
    path(f"{_INCIDENT}atergang/", actions.give_back, name="give_back"),
    path(f"{_INCIDENT}notera/", actions.note, name="note"),
    path(f"{_INCIDENT}avsluta/", actions.close, name="close"),
    path(f"{_INCIDENT}steg/", card.tick, name="tick"),
    path(f"{_INCIDENT}steg/angra/", card.untick, name="untick"),
    path(f"{_INCIDENT}steg/hoppa-over/", card.skip, name="skip"),
    path(f"{_INCIDENT}ringt/", card.attempt, name="attempt"),
    path(f"{_INCIDENT}lamna-over/", handling.hand_over, name="hand_over"),
    path(f"{_INCIDENT}vanta/", handling.wait, name="wait"),
    path(f"{_INCIDENT}fortsatt/", handling.resume, name="resume"),
    path(f"{_INCIDENT}sla-ihop/", handling.merge, name="merge"),
    path(f"{_INCIDENT}dela-upp/", handling.unmerge, name="unmerge"),
    path(f"{_INCIDENT}makulera/", handling.cancel, name="cancel"),
    path(f"{_INCIDENT}angra-makulering/", handling.undo_cancel, name="undo_cancel"),
    path(f"{_INCIDENT}ta-over/", handling.take_over, name="take_over"),
    path(f"{_INCIDENT}fortsattning/", handling.reopen, name="reopen"),
    path(f"{_INCIDENT}larma-ut/", handling.dispatch, name="dispatch"),
    path(f"{_INCIDENT}framme/", handling.on_scene, name="on_scene"),
    path(f"{_INCIDENT}aterkalla/", handling.recall, name="recall"),
    path(f"{_INCIDENT}filer/", files.attach, name="attach"),
    path(f"{_INCIDENT}filer/<int:file>/", files.attachment, name="attachment"),
    path(f"{_INCIDENT}ritningar/<int:plan>/", files.plan, name="plan"),
    path(f"{_INCIDENT}klart/", handling.resolve, name="resolve"),
]
