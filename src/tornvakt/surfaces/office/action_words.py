"""What every action is called, in the active language: on the log's page and on that of roles.

One place for both. A test walks the program and fails for an action that has no words here.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

_MAY: dict[str, Callable[[], str]] = {
    "access.confirm_link": lambda: _("confirm a new link to an account in use"),
    "access.confirm_role": lambda: _("confirm a role that another has proposed"),
    "access.give_right": lambda: _("give and end rights to single things"),
    "access.give_role": lambda: _("give and end roles"),
    "access.holding_view": lambda: _("see who holds a role"),
    "access.log_view": lambda: _("review the log"),
    "access.own_account": lambda: _("see to the own account"),
    "access.people_manage": lambda: _("invite people and end accounts"),
    "access.people_view": lambda: _("see the accounts"),
    "access.right_view": lambda: _("see who has a right to a single thing"),
    "access.rights_view": lambda: _("see the rights to single things"),
    "access.roles_view": lambda: _("see the table of roles"),
    "alarms.view": lambda: _("see alarms and signals"),
    "incidents.answer": lambda: _("register a phone call"),
    "incidents.attach": lambda: _("attach a file to an incident"),
    "incidents.cancel": lambda: _("cancel an incident"),
    "incidents.close": lambda: _("close an incident"),
    "incidents.dispatch": lambda: _("send a unit to an incident"),
    "incidents.give_back": lambda: _("give an incident back to the queue"),
    "incidents.give_back_for_another": lambda: _("give back an incident that another has taken"),
    "incidents.hand_over": lambda: _("hand an incident over to 112"),
    "incidents.hand_over_shift": lambda: _("hand over a shift and receive one"),
    "incidents.keep_shift": lambda: _("begin and end a shift and write in its log"),
    "incidents.lead_shift": lambda: _("see to shifts nobody received, and print the live state"),
    "incidents.look_after_desk": lambda: _("look after a silent desk"),
    "incidents.merge": lambda: _("join two incidents into one"),
    "incidents.note": lambda: _("write a note on an incident"),
    "incidents.edit": lambda: _("change the priority or place of an incident"),
    "incidents.plan_duty": lambda: _("plan who is on call"),
    "incidents.reopen": lambda: _("go on with a closed incident in a new one"),
    "incidents.ring": lambda: _("note a call to a keyholder"),
    "incidents.count_figures": lambda: _("see the month's figures as sums"),
    "incidents.search": lambda: _("search among the incidents"),
    "incidents.set_figures": lambda: _("set limits and prices of the figures"),
    "incidents.take": lambda: _("take an incident"),
    "incidents.take_over": lambda: _("take over an incident from another"),
    "incidents.tick": lambda: _("tick or skip steps of an action card"),
    "incidents.undo_cancel": lambda: _("undo that an incident was cancelled"),
    "incidents.undo_merge": lambda: _("part incidents that were joined"),
    "incidents.view": lambda: _("see the queue and the incidents"),
    "incidents.view_duty": lambda: _("see who is on call"),
    "incidents.view_shift": lambda: _("see who is on shift, the shift log and the hand-overs"),
    "incidents.view_figures": lambda: _("see today's figures and the own rate"),
    "incidents.view_month_figures": lambda: _("see the figures of a month and the invoice basis"),
    "incidents.view_skipped": lambda: _("see which steps were skipped"),
    "incidents.wait": lambda: _("let an incident wait"),
    "maps.view": lambda: _("see the ground of the map"),
    "office.start": lambda: _("see the start page"),
    "reviews.draw": lambda: _("draw a sample of the log"),
    "reviews.judge": lambda: _("judge the entries of a sample"),
    "reviews.view": lambda: _("see the samples of the log"),
    "sites.edit": lambda: _("change a protected object"),
    "sites.edit_defaults": lambda: _("change the action cards that hold everywhere"),
    "sites.export": lambda: _("take out the register as a file"),
    "sites.import": lambda: _("import protected objects from a file"),
    "sites.lend_key": lambda: _("lend a key and take it back"),
    "sites.read_code_word": lambda: _("see a keyholder's code word"),
    "sites.test": lambda: _("start and end test mode"),
    "sites.view": lambda: _("see the protected objects"),
}
"""The actions of the policy: what somebody may do, and which page a look was at."""

_DID: dict[str, Callable[[], str]] = {
    "access.account_ended": lambda: _("Ended an account"),
    "access.account_made": lambda: _("Made an account"),
    "access.account_reopened": lambda: _("Opened an ended account again"),
    "access.invitation_used": lambda: _("Used an invitation and chose a password"),
    "access.invited": lambda: _("Made an invitation"),
    "access.link_asked": lambda: _("Asked for a new link to an account in use"),
    "access.link_confirmed": lambda: _("Confirmed a new link to an account in use"),
    "access.locked": lambda: _("Locked the screen"),
    "access.password_changed": lambda: _("Changed password"),
    "access.pin_chosen": lambda: _("Chose a PIN"),
    "access.pin_removed": lambda: _("Took away the PIN"),
    "access.refused": lambda: _("Was refused at a page"),
    "access.right_ended": lambda: _("Ended a right to one thing"),
    "access.right_given": lambda: _("Gave a right to one thing"),
    "access.role_confirmed": lambda: _("Confirmed a role"),
    "access.role_ended": lambda: _("Ended a role"),
    "access.role_given": lambda: _("Gave a role"),
    "access.role_proposed": lambda: _("Proposed a role"),
    "access.second_factor_added": lambda: _("Added a second factor"),
    "access.second_factor_removed": lambda: _("Took away a second factor"),
    "access.second_factor_reset": lambda: _("Reset somebody's second factor"),
    "access.sessions_ended": lambda: _("Ended sessions"),
    "access.sign_in_failed": lambda: _("Somebody tried a wrong password"),
    "access.signed_in": lambda: _("Signed in"),
    "access.signed_out": lambda: _("Signed out"),
    "access.unlocked": lambda: _("Unlocked the screen"),
    "alarms.set_rules": lambda: _("Set other rules for what becomes an alarm"),
    "audit.began": lambda: _("The log began"),
    "audit.head_made": lambda: _("The seal on the end of the log was gone and was made anew"),
    "call_tree.began": lambda: _("The call tree began"),
    "call_tree.ended": lambda: _("The call tree ended"),
    "call_tree.step": lambda: _("Took a step of the call tree"),
    "desk.back": lambda: _("A silent desk came back"),
    "desk.looked_after": lambda: _("Said to look after a silent desk"),
    "desk.muted": lambda: _("Silenced the sound for a minute"),
    "desk.silent": lambda: _("A desk fell silent"),
    "desk.sound_heard": lambda: _("Heard the test sound"),
    "desk.sound_not_heard": lambda: _("Did not hear the test sound"),
    "file.store": lambda: _("Stored a file"),
    "incidents.alarm": lambda: _("A new alarm came to the incident"),
    "incidents.attempt": lambda: _("Noted a call to a keyholder"),
    "incidents.call": lambda: _("Registered a phone call"),
    "incidents.cancelled": lambda: _("Cancelled the incident"),
    "incidents.closed": lambda: _("Closed the incident"),
    "incidents.dispatched": lambda: _("Sent a unit"),
    "incidents.duty_role": lambda: _("Set up a duty"),
    "incidents.duty_turn": lambda: _("Planned a turn on call"),
    "incidents.duty_turn_ended": lambda: _("Took away a turn on call"),
    "incidents.duty_turn_moved": lambda: _("Moved the end of a turn on call"),
    "incidents.escalated": lambda: _("The incident was escalated"),
    "incidents.figure_set": lambda: _("Set a limit or a price of the figures"),
    "incidents.file": lambda: _("Attached a file to the incident"),
    "incidents.given_back": lambda: _("Gave the incident back to the queue"),
    "incidents.handed_over": lambda: _("Handed the incident over to 112"),
    "incidents.hand_over_begun": lambda: _("Began to hand over a shift"),
    "incidents.hand_over_done": lambda: _("Took over a shift that both had signed"),
    "incidents.hand_over_dropped": lambda: _("Dropped a hand-over and went on with the shift"),
    "incidents.hand_over_left": lambda: _("Left a shift without a receiver"),
    "incidents.hand_over_left_read": lambda: _("Read what was left without a receiver"),
    "incidents.hand_over_left_seen": lambda: _("Saw to a shift that nobody received"),
    "incidents.hand_over_received": lambda: _("Began to receive a shift"),
    "incidents.hand_over_remarked": lambda: _("Wrote a remark in a hand-over"),
    "incidents.hand_over_signed": lambda: _("Signed an item of a hand-over"),
    "incidents.hand_over_stepped_back": lambda: _("Stopped receiving a shift"),
    "incidents.lowered": lambda: _("The priority was lowered"),
    "incidents.merged": lambda: _("Joined the incident with another"),
    "incidents.note": lambda: _("Wrote a note"),
    "incidents.note_carried": lambda: _("A note written in emergency mode was carried in"),
    "incidents.edited": lambda: _("Changed the priority or place"),
    "incidents.on_scene": lambda: _("A unit came to the place"),
    "incidents.opened": lambda: _("The incident was opened"),
    "incidents.raised": lambda: _("The priority was raised"),
    "incidents.recalled": lambda: _("Recalled a unit"),
    "incidents.released": lambda: _("The incident came back to the queue by itself"),
    "incidents.reopened": lambda: _("Went on with the incident in a new one"),
    "incidents.repeated": lambda: _("The alarm came again"),
    "incidents.resolved": lambda: _("The incident was resolved"),
    "incidents.restored": lambda: _("The alarm was restored"),
    "incidents.resumed": lambda: _("Took up the incident that waited"),
    "incidents.rule": lambda: _("A rule decided about the alarm"),
    "incidents.see_skipped": lambda: _("Saw to a skipped step"),
    "incidents.shift_begun": lambda: _("Began a shift"),
    "incidents.shift_ended": lambda: _("The shift ended"),
    "incidents.shift_noted": lambda: _("Wrote in the shift log"),
    "incidents.step_done": lambda: _("Ticked a step"),
    "incidents.step_skipped": lambda: _("Skipped a step"),
    "incidents.step_undone": lambda: _("Undid a step"),
    "incidents.taken": lambda: _("Took the incident"),
    "incidents.taken_over": lambda: _("Took over the incident"),
    "incidents.unmerged": lambda: _("Parted incidents that were joined"),
    "incidents.waiting": lambda: _("Let the incident wait"),
    "reviews.drawn": lambda: _("Drew a sample of the log"),
    "reviews.judged": lambda: _("Judged an entry of a sample"),
    "sites.add": lambda: _("Added a protected object"),
    "sites.add_key": lambda: _("Added a key"),
    "sites.add_keyholder": lambda: _("Added a keyholder"),
    "sites.add_plan": lambda: _("Added a drawing or photo"),
    "sites.change": lambda: _("Changed a protected object"),
    "sites.change_keyholder": lambda: _("Changed a keyholder"),
    "sites.end_instruction": lambda: _("Ended an action card"),
    "sites.end_key": lambda: _("Took away a key"),
    "sites.end_keyholder": lambda: _("Took away a keyholder"),
    "sites.forget_keyholders": lambda: _("Emptied the details of former keyholders"),
    "sites.end_plan": lambda: _("Took away a drawing or photo"),
    "sites.end_schedule": lambda: _("Took away opening hours"),
    "sites.end_test": lambda: _("Ended test mode"),
    "sites.end_warning": lambda: _("Took away a warning"),
    "sites.import_confirmed": lambda: _("Confirmed an import"),
    "sites.import_done": lambda: _("An import was carried out"),
    "sites.import_left": lambda: _("Left an import"),
    "sites.import_uploaded": lambda: _("Uploaded a file to import"),
    "sites.imported": lambda: _("An import changed the object"),
    "sites.lend_key": lambda: _("Lent a key"),
    "sites.load": lambda: _("Loaded the example register"),
    "sites.make_test_link": lambda: _("Made a link for the technician"),
    "sites.move_transmitter": lambda: _("Moved a transmitter to another object"),
    "sites.order_keyholders": lambda: _("Put the keyholders in another order"),
    "sites.return_key": lambda: _("Took a key back"),
    "sites.set_areas": lambda: _("Changed the areas of a transmitter"),
    "sites.set_code_word": lambda: _("Changed a keyholder's code word"),
    "sites.set_figure": lambda: _("Changed a figure of the rules for the object"),
    "sites.set_schedule": lambda: _("Changed opening hours"),
    "sites.set_transmitter": lambda: _("Changed a transmitter"),
    "sites.set_zones": lambda: _("Changed the zones of a transmitter"),
    "sites.start_test": lambda: _("Started test mode"),
    "sites.warn": lambda: _("Added a warning"),
    "transmitter.enrolled": lambda: _("Made the receiver know a transmitter"),
    "transmitter.removed": lambda: _("Made the receiver forget a transmitter"),
    "sites.write_instruction": lambda: _("Wrote an action card"),
}
"""What is written in the log of changes, by its full name."""

_READ: dict[str, Callable[[], str]] = {
    "incidents.figures_taken_out": lambda: _("Took out figures as a file"),
    "incidents.searched": lambda: _("Searched among the incidents"),
    "sites.exported": lambda: _("Took out the register as a file"),
    "sites.read_code_word": lambda: _("Saw a keyholder's code word"),
    "sites.test_link": lambda: _("Somebody opened the technician's page of a test"),
}
"""Looks that are logged by more than the page they were at."""

_KINDS: dict[str, Callable[[], str]] = {
    "access": lambda: "",
    "action": lambda: "",
    "customer": lambda: _("customer"),
    "default": lambda: _("action card"),
    "figures": lambda: pgettext("log", "figures"),
    "file": lambda: _("file"),
    "import": lambda: _("import"),
    "incident": lambda: _("incident"),
    "incidents": lambda: _("incident"),
    "keyholder": lambda: _("keyholder"),
    "log": lambda: _("log"),
    "office": lambda: "",
    "reviews": lambda: _("sample"),
    "rule_set": lambda: _("rules"),
    "sample": lambda: _("sample"),
    "search": lambda: pgettext("log", "search"),
    "site": lambda: _("protected object"),
    "sites": lambda: _("protected object"),
    "transmitter": lambda: _("transmitter"),
}


def house_name() -> str:
    """What the program is called where it did something without anybody asking."""
    return _("Tornvakt itself")


def may(action: str) -> str:
    """What a person may do by an action of the policy; the bare name if it has no words."""
    return _MAY[action]() if action in _MAY else action


def said(kind: str, action: str) -> str:
    """What a line of the log says happened. ``kind`` is ``read`` or ``wrote``."""
    if kind == "wrote":
        return _DID[action]() if action in _DID else action
    if action in _READ:
        return _READ[action]()
    return pgettext("log", "Opened: %(what)s") % {"what": may(action)}


def thing(kind: str, code: str) -> str:
    """What a line of the log is about: the kind in words and its number."""
    if kind == "action":
        return may(code)
    if not code:
        return ""
    return f"{kind_name(kind)} {code}".strip()


def kind_name(kind: str) -> str:
    """What a sort of thing is called; the bare code if it has no words."""
    return _KINDS[kind]() if kind in _KINDS else kind


def outcome(result: str) -> str:
    """How it went."""
    return {"ok": pgettext("log", "done"), "refused": _("refused")}.get(result, result)


def has_words(kind: str, action: str) -> bool:
    """Whether an action has words: for the test that walks the program."""
    return action in _DID if kind == "wrote" else action in _READ or action in _MAY
