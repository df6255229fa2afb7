"""The office's addresses. Swedish nouns without å, ä and ö."""

from django.urls import include, path

from tornvakt.surfaces.office import (
    account,
    duty,
    locking,
    log,
    log_samples,
    people,
    person,
    rights,
    roles,
    searching,
    start,
)

urlpatterns = [
    path("", start.front, name="front"),
    path("start/", start.start, name="office_start"),
    path("las/", locking.lock, name="lock"),
    path("las-upp/", locking.unlock, name="unlock"),
    path("las-upp/nyckel/", locking.unlock_with_passkey, name="unlock_passkey"),
    path("konton/", people.people, name="people"),
    path("konton/ny/", people.new_person, name="person_new"),
    path("konton/rattigheter/", rights.rights, name="rights"),
    path("konton/<int:user_id>/", person.one_person, name="person"),
    path("konton/<int:user_id>/lank/", person.invite, name="person_invite"),
    path("konton/<int:user_id>/lank/bekrafta/", person.confirm_link, name="link_confirm"),
    path("konton/<int:user_id>/avsluta/", person.end_account, name="person_end"),
    path("konton/<int:user_id>/oppna/", person.reopen_account, name="person_reopen"),
    path("konton/<int:user_id>/nollstall/", person.reset_second_factor, name="person_reset"),
    path("konton/<int:user_id>/roller/", person.give_role, name="role_give"),
    path(
        "konton/<int:user_id>/roller/<slug:holding_id>/avsluta/", person.end_role, name="role_end"
    ),
    path(
        "konton/<int:user_id>/roller/<slug:holding_id>/bekrafta/",
        person.confirm_role,
        name="role_confirm",
    ),
    path("konton/<int:user_id>/rattigheter/", rights.give_right, name="right_give"),
    path(
        "konton/<int:user_id>/rattigheter/<slug:right_id>/avsluta/",
        rights.end_right,
        name="right_end",
    ),
    path("roller/", roles.roles, name="roles"),
    path("jour/", duty.duty, name="duty"),
    path("jour/pass/nytt/", duty.new_turn, name="duty_turn_new"),
    path("jour/pass/<int:turn_id>/", duty.one_turn, name="duty_turn"),
    path("jour/pass/<int:turn_id>/avsluta/", duty.end_turn, name="duty_turn_end"),
    path("jour/roller/ny/", duty.new_role, name="duty_role_new"),
    path("jour/roller/<int:role_id>/", duty.one_role, name="duty_role"),
    path("mitt-konto/", account.own_account, name="own_account"),
    path("mitt-konto/pin/", account.choose_pin, name="own_pin"),
    path("mitt-konto/losenord/", account.change_password, name="own_password"),
    path("mitt-konto/sessioner/", account.end_sessions, name="own_sessions"),
    path("larm/sok/", searching.search, name="incident_search"),
    path("logg/", log.log, name="log"),
    path("logg/stickprov/", log_samples.samples, name="log_samples"),
    path("logg/stickprov/<int:sample_id>/", log_samples.one_sample, name="log_sample"),
    path("logg/stickprov/<int:sample_id>/<int:drawn_id>/", log_samples.judge, name="log_judge"),
    path("", include("tornvakt.surfaces.office.security")),
    path("", include("tornvakt.surfaces.office.sites_urls")),
]
