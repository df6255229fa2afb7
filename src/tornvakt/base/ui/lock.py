"""The texts of the locked page's script; the desk, which becomes that page, carries them too."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """Every text the locked face says by script."""
    return {
        "locked_title": _("Locked – Tornvakt"),
        "locked_sounding": _("Alarms sound here. M is silence for 60 s."),
        "locked_held": _("Alarms do not sound here until somebody touches the keyboard."),
        "locked_silent": _("The sound is not on at this desk: the shift was not begun here."),
        "not_sent": _("No answer, so it is not confirmed. Your text is kept. Try again."),
    }
