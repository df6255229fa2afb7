"""The Django app of the worker."""

from django.apps import AppConfig


class WorkerConfig(AppConfig):
    """Forwarder, later steps and due jobs."""

    name = "tornvakt.surfaces.worker"
    label = "worker"
