"""A password is not the account's own name."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tornvakt.base.access.models import User


@pytest.mark.parametrize("password", ["skiftledare12", "nattlag tornet"])
def test_a_password_like_a_name_of_the_account_is_refused_in_good_swedish(password: str) -> None:
    user = User(username="skiftledare1", call_name="Nattlag tornet")
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, user)
    assert refusal.value.messages == [
        "Lösenordet är för likt användarnamnet eller anropsnamnet. Välj ett annat."
    ]
