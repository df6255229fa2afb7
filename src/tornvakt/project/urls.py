"""Every address of the installation: one line for each door that has pages."""

from django.urls import include, path

urlpatterns = [path("", include("tornvakt.surfaces.console.urls"))]
