"""The reference page of roles and compartments, made from the table the policy reads.

Run ``.venv/bin/python -m tornvakt.surfaces.office.roles_page > docs/reference/roller-och-rum.md``;
a test holds the page to it.
"""

from django.utils import translation

HEAD = """# Roller och rum

Hur långt varje roll når i varje avskärmat rum. Ett streck betyder att rummet inte finns för rollen:
dess adresser svarar som om de inte ledde någonstans. En person kan ha flera roller och når då så
långt som den som når längst. Sidan görs av samma tabell som programmet läser
(`src/tornvakt/base/access/compartments.tsv`).

*bara avisering*: får veta att jourhavande ska kontaktas, inget mer. *bara logg*: ser i loggen vem
som gjort och läst vad, aldrig innehållet. Inget av dem öppnar någon adress i rummet.
"""


def page() -> str:
    """Return the whole page, in Swedish."""
    from tornvakt.base.access.compartments import Compartment, table
    from tornvakt.base.access.holdings import BY_MACHINE, BY_TWO
    from tornvakt.base.access.models import CASE_ROLES, Role
    from tornvakt.surfaces.office.role_words import level_name, room_name

    with translation.override("sv"):
        rooms = [room for room in Compartment if room is not Compartment.PUB]
        lines = [HEAD]
        lines.append("| roll | kod | " + " | ".join(room.value for room in rooms) + " |")
        lines.append("|---" * (len(rooms) + 2) + "|")
        for role in Role:
            levels = " | ".join(level_name(table()[role.value][room]) for room in rooms)
            lines.append(f"| {role.label} | `{role.value}` | {levels} |")
        lines += ["", "## Rummen", "", "| rum | vad det rymmer |", "|---|---|"]
        lines += [f"| {room.value} | {room_name(room)} |" for room in rooms]
        lines += ["", "## Vem som ger rollen", "", "| roll | ges av | gäller |", "|---|---|---|"]
        for role in Role:
            by = "systemadministratör"
            if role in CASE_ROLES:
                by = f"ägaren till {CASE_ROLES[role].value}"
            if role in BY_TWO:
                by += ", bekräftas av dataskyddsombudet"
                by += " eller en annan ägare till rummet" if role in CASE_ROLES else ""
            if role in BY_MACHINE:
                by += ", eller på servern"
            is_room = role in CASE_ROLES or role == Role.ROOM_OWNER
            lasts = "högst 90 dagar i taget" if is_room else "tills den avslutas"
            lines.append(f"| {role.label} | {by} | {lasts} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    from tornvakt.base.ui.catalogue import compile_catalogues

    compile_catalogues()
    import django

    django.setup()
    print(page(), end="")
