"""The Django app of the audit log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Entries, their places in the tree, and the signed checkpoints."""

    name = "tornvakt.base.audit"
    label = "audit"
