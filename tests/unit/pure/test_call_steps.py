"""The steps of a call tree, as they are written in the setting."""

import pytest

from tornvakt.pure.call_steps import Part, WrongStep, read


def test_steps_channels_and_receivers_are_read() -> None:
    assert read("webhook+sms:tib, sms:0980-31 92 00,email:larm@exempel.se") == (
        (Part("webhook"), Part("sms", duty="tib")),
        (Part("sms", to="0980-31 92 00"),),
        (Part("email", to="larm@exempel.se"),),
    )
    assert read("") == ()


@pytest.mark.parametrize(
    "text", ["fax:12", "webhook:x", "email:tib", "sms:", "sms:Åsa", "sms:tib+", "email:a b@c"]
)
def test_what_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(WrongStep, match=r"ska vara|har ingen|är varken"):
        read(text)
