"""PostgreSQL behind a few lines: connections, transactions, the writer's lock, migrations.

The only module that knows psycopg. Statements are written as for SQLite, with ``?`` for a value,
so that what holds for both is written once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from zlib import crc32

from retrieval.errors import ConfigurationError, LibraryBusy, LibraryError, LibraryMismatch

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg_pool import ConnectionPool

SCHEMA = "baogao"
MAX_CONNECTIONS = 8
CONNECT_WAIT_S = 10.0
LOCK_WAIT_S = 1.0
# Plans are compiled for queries of seconds, ours are of milliseconds. A search through the graph
# of vectors goes on until it has found as many as are asked for.
_OPTIONS = "-c jit=off -c hnsw.iterative_scan=strict_order"
Values = Sequence[Any] | Mapping[str, Any]
_NUL = "\U0010ffff"
"""Stands for the character 0, which PostgreSQL takes in no text; no text can hold this one."""


class Database:
    """One PostgreSQL database. Safe to use from several threads."""

    def __init__(self, url: str, schema: str = SCHEMA) -> None:
        """Name the database by its ``postgresql://`` address; nothing is opened yet.

        Its tables are those of ``schema``.
        """
        if not url.startswith(("postgresql://", "postgres://")):
            raise ConfigurationError(
                "BAOGAO_DATABASE_URL 应是 postgresql://用户:密码@主机:端口/库名 的形式，请检查设置"
            )
        self._schema = schema
        self._open_pool = _driver().ConnectionPool
        self._url = url
        self._held: ConnectionPool[Connection[Any]] | None = None

    def close(self) -> None:
        """Close the connections."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def all(self, sql: str, values: Values = ()) -> list[Any]:
        """Return the rows of one statement; a connection that fell is tried anew, once.

        Values that have names stand as ``%(name)s`` in the statement.
        """
        import psycopg

        with _errors_told():
            for fell_before in (False, True):
                connection = None
                try:
                    with self._pool().connection() as connection:
                        return connection.execute(_spelt(sql), values).fetchall()
                except psycopg.OperationalError:
                    if fell_before or connection is None or not connection.broken:
                        raise
                    self._pool().check()
        raise AssertionError("unreachable")

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Run what is written inside in one transaction."""
        with _errors_told(), self._pool().connection() as connection, connection.transaction():
            yield Writing(connection)

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold a lock of the database; it falls with the process or its connection.

        Raises ``LibraryBusy`` after ``LOCK_WAIT_S`` seconds.
        """
        key = crc32(f"{self._schema} {name}".encode())
        with _errors_told(), self._pool().connection() as connection:
            give_up = time.monotonic() + LOCK_WAIT_S
            while not _first(connection.execute("SELECT pg_try_advisory_lock(%s)", [key])):
                if time.monotonic() >= give_up:
                    raise LibraryBusy("另一个进程正在写入这个报告库，请等它结束后再运行")
                time.sleep(0.05)
            try:
                yield
            finally:
                if not connection.broken:
                    connection.execute("SELECT pg_advisory_unlock(%s)", [key])

    def migrate(self, name: str, steps: Sequence[str]) -> None:
        """Bring the tables called ``name`` to what ``steps`` lead to; one once released stays.

        Raises ``LibraryMismatch`` for tables of a later version, which are left as they are.
        """
        with self.writing() as db:
            db.execute(
                "SELECT pg_advisory_xact_lock(?)", [crc32(f"{self._schema} migrate".encode())]
            )
            db.execute(f"CREATE SCHEMA IF NOT EXISTS {self._schema}")
            db.execute(
                "CREATE TABLE IF NOT EXISTS migrations"
                " (name text, step int, at timestamptz DEFAULT now(), PRIMARY KEY (name, step))"
            )
            sql = "SELECT count(*) FROM migrations WHERE name = ?"
            done = int(_first(db.execute(sql, [name])))
            if done > len(steps):
                raise LibraryMismatch("数据库里的表是较新版本的程序建的，请升级程序后再用")
            for number, step in enumerate(steps[done:], done + 1):
                db.execute(step)
                db.execute("INSERT INTO migrations VALUES (?, ?)", (name, number))

    def migrated(self, name: str) -> int:
        """Return how many steps the tables called ``name`` have behind them; 0 if there are none."""
        if self.all("SELECT to_regclass(?)", [f"{self._schema}.migrations"])[0][0] is None:
            return 0
        return int(self.all("SELECT count(*) FROM migrations WHERE name = ?", [name])[0][0])

    def _pool(self) -> ConnectionPool[Connection[Any]]:
        if self._held is None:
            self._held = self._open_pool(
                self._url,
                min_size=1,
                max_size=MAX_CONNECTIONS,
                timeout=CONNECT_WAIT_S,
                configure=_configure,
                kwargs={
                    "autocommit": True,
                    "options": f"-c search_path={self._schema},public {_OPTIONS}",
                    "connect_timeout": 5,
                },
                open=True,
            )
        return self._held


class Writing:
    """What a transaction writes with: ``ledger.Statements`` over a connection."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Any:
        """Run one statement; without values it may be several."""
        return self._connection.execute(_spelt(sql), values or None)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """Run one statement for every row of values."""
        cursor = self._connection.cursor()
        cursor.executemany(_spelt(sql), rows)
        return cursor


def _driver() -> Any:
    try:
        import psycopg_pool
    except ImportError as error:
        raise ConfigurationError(
            "设置了 BAOGAO_DATABASE_URL，还要安装 PostgreSQL 的驱动：pip install 'baogao[postgres]'"
        ) from error
    # It tells every try to connect; what is shown is our own sentence, once.
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    return psycopg_pool


def _first(cursor: Any) -> Any:
    return cursor.fetchone()[0]


def _spelt(sql: str) -> Any:
    return sql.replace("?", "%s")


def _configure(connection: Connection[Any]) -> None:
    """Let texts hold the character 0."""
    from psycopg.types.string import StrDumper, TextLoader

    class Dumper(StrDumper):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", _NUL) if "\0" in obj else obj)

    class Loader(TextLoader):
        def load(self, data: Any) -> str:
            return str(super().load(data)).replace(_NUL, "\0")

    connection.adapters.register_dumper(str, Dumper)
    connection.adapters.register_loader("text", Loader)


@contextmanager
def _errors_told() -> Iterator[None]:
    """Turn psycopg's errors into ours; the address, which holds a password, is never told."""
    import psycopg
    import psycopg_pool

    try:
        yield
    except (psycopg.Error, psycopg_pool.PoolTimeout) as error:
        raise _told(error) from error


def _told(error: Exception) -> LibraryError | ConfigurationError:
    from psycopg import OperationalError, errors
    from psycopg_pool import PoolTimeout

    if isinstance(error, (errors.DiskFull, errors.IoError)):
        return LibraryError(
            "写入报告库失败（数据库的磁盘已满或出错），原有内容没有变、仍可使用；"
            "请腾出空间后重新运行同一命令"
        )
    if isinstance(error, errors.FeatureNotSupported | errors.UndefinedFile):
        return ConfigurationError("这台 PostgreSQL 没有 pgvector 扩展，请安装它后再用")
    if isinstance(error, (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
        return LibraryError(
            "数据库账号没有所需的权限，请让管理员授予建表和写入的权限（pgvector 扩展可由管理员先装好）"
        )
    if isinstance(error, (OperationalError, PoolTimeout)):
        return LibraryError("数据库连不上或中断了，请检查 BAOGAO_DATABASE_URL 和 PostgreSQL 服务器")
    return LibraryError(f"数据库没有照办（{type(error).__name__}），请检查 PostgreSQL 的日志")
