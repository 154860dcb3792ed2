"""The SQLite file of a store: its tables, and how it is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

SCHEMA = """
create table revision (number integer not null); insert into revision values (0);
create table documents (
  number integer primary key autoincrement, revision integer not null, id text not null unique,
  article_id text not null, locale text not null, title text not null, category text not null,
  audience text not null, products text not null, questions text not null, tags text not null,
  quality real not null
);
create index documents_revision on documents (revision);
create table keys (
  number integer primary key references documents (number) on delete cascade, keys text not null
);
create table passages (
  id integer primary key autoincrement,
  number integer not null references documents (number) on delete cascade,
  position integer not null, anchor text not null, path text not null, text text not null,
  terms text not null, vector blob
);
create index passages_number on passages (number);
create table removals (number integer primary key, revision integer not null);
create index removals_revision on removals (revision);
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file for any thread, without transactions of the driver's own."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma journal_mode = wal")
    # Derived data: after a power cut the last revision may be gone, never torn, and the outbox
    # or a rebuild brings it back.
    connection.execute("pragma synchronous = normal")
    return connection
