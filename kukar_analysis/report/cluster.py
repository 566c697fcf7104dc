"""Where reports are run: in threads here, or on a dask cluster of one machine or many.

Both are executors of concurrent.futures, so that there is one way to run. A worker needs the
project, in the same version, and the folders of tables and reports under the same path.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from kukar_analysis.errors import ReportError

_RETRIES = 2
"""Times that a task whose worker was lost goes to another one."""
_PATIENCE = 10
"""Seconds to wait for a scheduler."""


@contextmanager
def executor(address: str | None, jobs: int | None) -> Iterator[Executor | None]:
    """Give the executor of a dask scheduler (`local`: one started here); None without an address.

    Raises ReportError where dask is not installed, or nobody answers.
    """
    if address is None:
        yield None
        return
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        said = "--cluster needs dask.distributed: pip install 'kukar-analysis[cluster]'"
        raise ReportError(said) from error
    if address == "local":
        with (
            _same_environment(),
            LocalCluster(
                n_workers=jobs or os.cpu_count(), threads_per_worker=1, dashboard_address=None
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client.get_executor(retries=_RETRIES, pure=False)
        return
    try:
        client = Client(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        said = f"no dask scheduler answers at {address} ({error}): start one, `dask scheduler`"
        raise ReportError(said) from error
    with client:
        yield client.get_executor(retries=_RETRIES, pure=False)


@contextmanager
def _same_environment() -> Iterator[None]:
    """Take back what dask sets for its workers in this process: threads, a fixed hash seed."""
    before = dict(os.environ)
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
