"""Every address of the installation: one line for each door that has pages."""

from django.urls import include, path

urlpatterns = [
    path("", include("tornvakt.surfaces.console.urls")),
    path("", include("tornvakt.surfaces.office.urls")),
]

handler400 = "tornvakt.surfaces.console.errors.bad_request"
handler403 = "tornvakt.surfaces.console.errors.forbidden"
handler404 = "tornvakt.surfaces.console.errors.not_found"
handler500 = "tornvakt.surfaces.console.errors.fault"
