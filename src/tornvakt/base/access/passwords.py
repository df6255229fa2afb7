"""The rule that a password must not be the account's own name, in words that fit every name."""

from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.utils.translation import gettext as _


class NotTheName(UserAttributeSimilarityValidator):
    """Django's rule for the names an account has here: what one signs in with, and what is seen."""

    def __init__(self, max_similarity: float = 0.7) -> None:
        super().__init__(("username", "call_name"), max_similarity)

    def get_error_message(self) -> str:
        """Say it without the name of the column, which no sentence of ours can bend."""
        return _(
            "The password is too much like the user name or the call name. Choose another one."
        )
