"""A shift leader at the object pages, and an object."""

import pytest
from django.test import Client

from tests.integration.objects.pages import new_site
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.domains.sites.models import Site


@pytest.fixture
def leader(db: None) -> User:
    """Give a shift leader."""
    return create_user(username="skift1", role="shift_leader", call_name="Skift 1")


@pytest.fixture
def client(leader: User) -> Client:
    """Give the shift leader's browser."""
    browser = Client()
    browser.force_login(leader)
    return browser


@pytest.fixture
def site(leader: User) -> Site:
    """Give an object."""
    return new_site("Skolan")
