"""The database a measurement runs on: SQLite, or one of its own on the server that is named."""

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def own_database(purpose: str) -> Iterator[str]:
    """Give the name of the database system; on a server, in a database that is gone afterwards.

    The server is that of TORNVAKT_DATABASE_URL. The processes started meanwhile inherit it.
    """
    url = os.environ.get("TORNVAKT_DATABASE_URL", "")
    if not url:
        yield "SQLite"
        return
    import psycopg
    from psycopg import sql

    name = f"tornvakt_{purpose}_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        os.environ["TORNVAKT_DATABASE_URL"] = f"{url.rsplit('/', 1)[0]}/{name}"
        try:
            yield "PostgreSQL"
        finally:
            os.environ["TORNVAKT_DATABASE_URL"] = url
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            server.execute(drop.format(sql.Identifier(name)))
