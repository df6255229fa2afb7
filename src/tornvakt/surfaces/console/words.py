"""The texts that the desk's scripts say. They travel with the page, in the reader's language."""

from django.utils.translation import gettext as _

from tornvakt.base.ui import lock
from tornvakt.surfaces.console import map_words


def words() -> dict[str, str]:
    """Every text of the scripts; ``{name}`` is filled in by the script."""
    return {
        **lock.words(),
        **map_words.words(),
        "title": _("Alarm desk – Tornvakt"),
        "you": _("You"),
        "nobody": _("not taken"),
        "over_target": _("{time} over target"),
        "queue_count": _("{waiting} of {all} waiting"),
        "queue_empty": _("nobody is waiting"),
        "queue_unsure": _("at least {all}; how many are waiting is unknown"),
        "above": _("{n} new above"),
        "undo": _("Undo"),
        "took": _("You took {number}."),
        "woken": _("{number} goes on: it no longer waits."),
        "gave_back": _("{number} waits for somebody again."),
        "noted": _("Noted on {number}."),
        "closed": _("{number} is closed."),
        "signed_out": _("You have been signed out. Your text is kept in this browser."),
        "sign_in": _("Sign in again"),
        "take_first": _("Take the incident first (T)."),
        "taken_by": _("{who} has this incident."),
        "taken_over": _("{who} has taken over {number} from you. What you wrote is kept."),
        "role_changed": _(
            "Your role has changed, so this can no longer be done from here. "
            "Ask the shift leader if that is wrong."
        ),
        "to_start": _("To the start page"),
        "nothing_chosen": _("Choose an incident first."),
        "contact": _("Contact {s} s"),
        "contact_open": _("Contact"),
        "no_contact": _("NO CONTACT"),
        "last_at": _("last {time}"),
        "no_event": _("no event yet"),
        "latest_event": _("latest event {time}"),
        "cut_title": _("NO CONTACT – use the reserve routine"),
        "cut_age": _("The screen shows {time}, {age} ago."),
        "cut_means": _("New alarms are not shown here."),
        "cut_retry": _("Trying again every 2 seconds, attempt {n}. What you write is kept."),
        "receiver_title": _("THE RECEIVER IS NOT ANSWERING – use the reserve routine"),
        "receiver_means": _(
            "New alarms cannot be received. The transmitters get no acknowledgement "
            "and try their other path."
        ),
        "full_title": _("THE DISK IS FULL – use the reserve routine"),
        "full_means": _("New alarms cannot be stored, and so they are not acknowledged."),
        "database_title": _("THE DATABASE IS NOT ANSWERING – use the reserve routine"),
        "database_means": _(
            "New alarms are received and stored, but not shown here. Taking and noting do not work."
        ),
        "worker_title": _("NEW ALARMS ARE NOT SHOWN – use the reserve routine"),
        "worker_means": _(
            "Alarms are received and stored, but stand in a queue: {n} not shown yet."
        ),
        "pulse_title": _("THE PULSE STANDS STILL – use the reserve routine"),
        "pulse_means": _(
            "A test frame goes from the alarm port to this screen every ten seconds, "
            "and it no longer arrives. New alarms may not be shown."
        ),
        "backlog": _("{n} signals not shown yet"),
        "step1": _("1. Take the reserve telephone"),
        "step1_more": _("Alarms are answered on the red line"),
        "step2": _("2. Open the binder, tab A"),
        "step2_more": _("Call lists and blank forms"),
        "step3": _("3. Call the shift leader"),
        "step3_more": _("Say: reserve routine from {time}"),
        "step4": _("4. Write on the form"),
        "step4_more": _("Time, object, action"),
        "urgent_new": _("Urgent: {title}, {place}"),
        "alarm_new": _("Alarm: {title}, {place}"),
        "urgent_banner": _("{age} ago. Nobody has taken it."),
        "load": _("{n} incidents · good up to 6"),
        "load_high": _("{n} incidents · above 6"),
        "load_limit": _("{n} incidents · over the limit of 12"),
        "dark": _("Dark"),
        "light": _("Light"),
        "auto": _("Auto"),
        "emergency_noted": _("Noted and stored. It is carried into the log afterwards."),
        "emergency_not_noted": _("It was not stored. Try again; else write it on paper."),
        "no_step": _("No step of the action card is left to tick."),
        "not_now": _("That cannot be done with {number} now."),
        "no_twin": _(
            "No other open incident looks like {number}, so there is nothing to join it with. "
            "Is one the same thing all the same? Note (N) the number of each on the other."
        ),
        "not_shown": _("No answer, so it is not shown. Try again."),
        "begin_shift": _("Begin the shift"),
        "sound_on": _("Sound on"),
        "sound_held": _("Sound is held"),
        "sound_muted": _("Silent {s} s"),
        "sound_off": _("The sound is not on. Begin the shift first."),
        "sound_none": _("silent desk"),
        "sound_touch": _("press any key"),
        "sound_tested": _("tested {time}"),
        "nothing_sounds": _("Nothing sounds now."),
        "muted": _("Silent for 60 s."),
        "keys_on": _("Single keys are on"),
        "keys_off": _("Single keys are off"),
        "keys_change": _("Change"),
        "keys_change_of": _("Change the key of: {command}"),
        "keys_press": _("Press the new key of: {command}. Esc leaves it as it is."),
        "keys_used": _("{key} is already the key of: {command}. Nothing was changed."),
        "keys_not_this": _("That key cannot be used. Choose a letter or a digit."),
        "keys_now": _("{key} is now the key of: {command}"),
        "palette_page": _("Page"),
        "palette_search": _("Search for {words}"),
        "palette_all": _("in all incidents, newest first"),
        "palette_hits": _("{n} hits"),
        "keys_switch_off": _("Switch single keys off"),
        "keys_switch_on": _("Switch single keys on"),
        "close_message": _("Close the message"),
    }
