"""The addresses of the object pages; included by the office's own."""

from django.urls import path

from tornvakt.surfaces.office import (
    sites,
    sites_cards,
    sites_edit,
    sites_export,
    sites_files,
    sites_hours,
    sites_import,
    sites_page,
    sites_people,
    sites_tests,
    sites_transmission,
)

_ONE = "objekt/<str:number>/"
_HOLDER = f"{_ONE}nyckelhavare/<int:keyholder_id>/"
_KEY = f"{_ONE}nycklar/<int:key_id>/"
_IMPORT = "objekt/import/<int:import_id>/"
_TEST = f"{_ONE}provlage/<int:test_id>/"

urlpatterns = [
    path("objekt/", sites.site_list, name="sites"),
    path("objekt/ny/", sites_edit.new_site, name="site_new"),
    path("objekt/export.<str:form>", sites_export.export, name="sites_export"),
    path("objekt/import/", sites_import.import_start, name="sites_import"),
    path(_IMPORT, sites_import.import_one, name="sites_import_one"),
    path(f"{_IMPORT}lage/", sites_import.import_progress, name="sites_import_progress"),
    path(f"{_IMPORT}fel.csv", sites_import.import_faults, name="sites_import_faults"),
    path(f"{_IMPORT}bekrafta/", sites_import.import_confirm, name="sites_import_confirm"),
    path(f"{_IMPORT}kasta/", sites_import.import_leave, name="sites_import_leave"),
    path(_ONE, sites_page.site_page, name="site"),
    path(f"{_ONE}redigera/", sites_edit.edit_site, name="site_edit"),
    path(f"{_ONE}varningar/ny/", sites_edit.add_warning, name="warning_new"),
    path(f"{_ONE}varningar/<int:warning_id>/avsluta/", sites_edit.end_warning, name="warning_end"),
    path(f"{_ONE}nyckelhavare/ny/", sites_people.add_keyholder, name="keyholder_new"),
    path(_HOLDER, sites_people.edit_keyholder, name="keyholder"),
    path(f"{_HOLDER}kodord/", sites_people.set_code_word, name="keyholder_code_word"),
    path(f"{_HOLDER}avsluta/", sites_people.end_keyholder, name="keyholder_end"),
    path(f"{_HOLDER}upp/", sites_people.move_keyholder, name="keyholder_up"),
    path(f"{_ONE}nycklar/ny/", sites_people.add_key, name="key_new"),
    path(f"{_KEY}lana/", sites_people.lend_key, name="key_lend"),
    path(f"{_KEY}aterlamna/", sites_people.return_key, name="key_return"),
    path(f"{_KEY}avsluta/", sites_people.end_key, name="key_end"),
    path(f"{_ONE}sandare/ny/", sites_transmission.new_transmitter, name="transmitter_new"),
    path(f"{_ONE}sandare/<str:account>/", sites_transmission.edit_transmitter, name="transmitter"),
    path(
        f"{_ONE}sandare/<str:account>/flytta/",
        sites_transmission.move_transmitter,
        name="transmitter_move",
    ),
    path(f"{_ONE}oppettider/", sites_hours.hours, name="site_hours"),
    path(f"{_ONE}oppettider/avsluta/", sites_hours.end_hours, name="site_hours_end"),
    path(f"{_ONE}atgardskort/<str:kind>/", sites_cards.site_card, name="site_card"),
    path(f"{_ONE}atgardskort/<str:kind>/avsluta/", sites_cards.end_card, name="site_card_end"),
    path("atgardskort/", sites_cards.default_cards, name="default_cards"),
    path("atgardskort/<str:kind>/", sites_cards.default_card, name="default_card"),
    path(f"{_ONE}filer/ny/", sites_files.add_plan, name="plan_new"),
    path(f"{_ONE}filer/<int:plan_id>/", sites_files.show_plan, name="plan_file"),
    path(f"{_ONE}filer/<int:plan_id>/avsluta/", sites_files.end_plan, name="plan_end"),
    path(f"{_ONE}provlage/", sites_tests.start_test, name="test_start"),
    path(f"{_TEST}avsluta/", sites_tests.end_test, name="test_end"),
    path(f"{_TEST}lank/", sites_tests.new_link, name="test_new_link"),
    path("prov/<str:token>/", sites_tests.technician, name="test_link"),
    path("prov/<str:token>/avsluta/", sites_tests.technician_ends, name="test_link_end"),
]
