import secrets

from django.db import migrations, models


def name_holdings(apps, schema_editor) -> None:  # type: ignore[no-untyped-def]
    """Every holding gets a name that cannot be counted, and every account its maker.

    Who made an account stands with the role it was made with: that one began with the account.
    """
    User, RoleHolding = apps.get_model("access", "User"), apps.get_model("access", "RoleHolding")
    for pk in RoleHolding.objects.values_list("pk", flat=True):
        RoleHolding.objects.filter(pk=pk).update(public_id=secrets.token_hex(8))
    first = RoleHolding.objects.filter(granted_by__isnull=False, since=models.F("user__date_joined"))
    for user_id, maker_id in first.values_list("user_id", "granted_by_id"):
        User.objects.filter(pk=user_id).update(made_by_id=maker_id)


class Migration(migrations.Migration):
    dependencies = [("access", "0003_whose_hand")]

    operations = [
        migrations.RunPython(name_holdings, migrations.RunPython.noop),
    ]
