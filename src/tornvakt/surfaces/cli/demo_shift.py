"""The shift before yours in the demo: begun, written in, handed over and signed, then left.

Everything in it is invented. It is made once, in an installation where nobody has begun a shift,
so that the shift log, a signed hand-over and the list of them are there to look at.
"""

from datetime import datetime, timedelta

BEFORE = timedelta(hours=9)
NOTES = (
    (1, "Hissen på Kvarnholmen stod still 20 minuter. Jouren var på plats. (påhittat)"),
    (4, "Skyltfönster krossat på Storgatan, ingen på platsen. Polisen har ärendet. (påhittat)"),
    (7, "Nyckelskåpet vid ishallen kärvar, felanmält. (påhittat)"),
)
REMARK = "Reservtelefonen är laddad. Pärmen ligger på hyllan bakom bord 2. (påhittat)"
REASON = "Demons förra pass är slut. Ditt börjar när du väljer Börja pass. (påhittat)"


def load(now: datetime) -> None:
    """Make the shifts, if there are none. People of the demo who are missing: nothing is made."""
    from tornvakt.base.access.models import User
    from tornvakt.domains.incidents.models import Shift
    from tornvakt.domains.incidents.services import shift_hand_over as handing
    from tornvakt.domains.incidents.services import shifts

    people = {user.username: user for user in User.objects.all()}
    giver, receiver = people.get("operator2"), people.get("skiftledare1")
    if giver is None or receiver is None or Shift.objects.exists():
        return
    began = now - BEFORE
    shifts.begin(by=giver, now=began)
    for hours, text in NOTES:
        shifts.note(by=giver, text=text, now=began + timedelta(hours=hours))
    at = now - timedelta(minutes=50)
    shifts.begin(by=receiver, now=at)
    handed = handing.prepare(by=giver, now=at)
    handing.remark(hand_over_id=handed.pk, by=giver, text=REMARK, now=at)
    handing.receive(hand_over_id=handed.pk, by=receiver, now=at)
    for number, (who, item) in enumerate(
        (who, item) for who in (giver, receiver) for item in handed.items.order_by("order", "pk")
    ):
        signed_at = at + timedelta(seconds=10 * number)
        handing.sign(
            hand_over_id=handed.pk, item_id=item.pk, digest=item.digest, by=who, now=signed_at
        )
    handing.complete(hand_over_id=handed.pk, by=receiver, now=at + timedelta(minutes=5))
    last = handing.prepare(by=receiver, now=now)
    handing.leave(hand_over_id=last.pk, by=receiver, reason=REASON, now=now)
    handing.see_left(hand_over_id=last.pk, by=receiver, now=now)
