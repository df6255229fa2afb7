"""The office's addresses. Swedish nouns without å, ä and ö."""

from django.urls import path

from tornvakt.surfaces.office import start

urlpatterns = [
    path("", start.front, name="front"),
    path("start/", start.start, name="office_start"),
]
