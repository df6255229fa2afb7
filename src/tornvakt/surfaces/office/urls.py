"""The office's addresses. Swedish nouns without å, ä and ö."""

from django.urls import include, path

from tornvakt.surfaces.office import account, duty, locking, log, people, roles, start

urlpatterns = [
    path("", start.front, name="front"),
    path("start/", start.start, name="office_start"),
    path("las/", locking.lock, name="lock"),
    path("las-upp/", locking.unlock, name="unlock"),
    path("las-upp/nyckel/", locking.unlock_with_passkey, name="unlock_passkey"),
    path("konton/", people.people, name="people"),
    path("konton/ny/", people.new_person, name="person_new"),
    path("konton/<int:user_id>/", people.one_person, name="person"),
    path("konton/<int:user_id>/lank/", people.invite, name="person_invite"),
    path("konton/<int:user_id>/lank/bekrafta/", people.confirm_link, name="link_confirm"),
    path("konton/<int:user_id>/avsluta/", people.end_account, name="person_end"),
    path("konton/<int:user_id>/oppna/", people.reopen_account, name="person_reopen"),
    path("konton/<int:user_id>/nollstall/", people.reset_second_factor, name="person_reset"),
    path("konton/<int:user_id>/roller/", people.give_role, name="role_give"),
    path(
        "konton/<int:user_id>/roller/<slug:holding_id>/avsluta/", people.end_role, name="role_end"
    ),
    path(
        "konton/<int:user_id>/roller/<slug:holding_id>/bekrafta/",
        people.confirm_role,
        name="role_confirm",
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
    path("logg/", log.log, name="log"),
    path("", include("tornvakt.surfaces.office.security")),
    path("", include("tornvakt.surfaces.office.sites_urls")),
]
