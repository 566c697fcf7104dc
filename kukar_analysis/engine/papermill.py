"""Warm kernels: a papermill engine whose kernels are forked from a process that is ready."""

from papermill.engines import NBClientEngine


class WarmEngine(NBClientEngine):
    """To be written."""
