"""Where reports are run on a dask cluster, of one machine or many, by concurrent.futures.

A worker needs the project, in the same version, and the folders of tables and reports under the
same path.
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
    try:
        if address == "local":
            own = {"n_workers": jobs or os.cpu_count(), "threads_per_worker": 1}
            cluster = LocalCluster(**own, dashboard_address=None)
            client = Client(cluster)
        else:
            client = Client(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        said = f"no dask scheduler answers at {address} ({error}): start one, `dask scheduler`"
        raise ReportError(said) from error
    with client:
        yield client.get_executor(retries=_RETRIES, pure=False)
    if address == "local":
        cluster.close()
