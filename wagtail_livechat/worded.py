"""Queries that are asked all day long, put into words once.

For a query that finds a few rows by their keys, the ORM takes many times longer to word it
than the database to answer it; and who waits for the interpreter meanwhile is whoever has
just written a message. A :class:`Worded` query is written with the ORM, compiled when it is
first asked, and from then on only filled in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    Expression,
    Model,
    QuerySet,
)

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class _Blank:
    """A parameter that each asking fills in; a moment, so much before the one that is given."""

    name: str
    before: timedelta = timedelta(0)


class Keys(Expression):
    """The keys that the query is asked for, numbers or texts: ``pk__in=Keys()``."""

    def __init__(self, kind: type[int] | type[str] = int) -> None:
        super().__init__(output_field=CharField() if kind is str else BigIntegerField())
        self.array = "text[]" if kind is str else "bigint[]"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        blank = [_Blank("keys")]
        if connection.vendor == "sqlite":
            return "(SELECT value FROM json_each(%s))", blank
        return f"(SELECT unnest(%s::{self.array}))", blank


class Moment(Expression):
    """A moment that the query is asked with, by its name. What is taken off is taken off when
    it is filled in, so that the database compares with a constant."""

    def __init__(self, name: str, before: timedelta = timedelta(0)) -> None:
        super().__init__(output_field=DateTimeField())
        self.name = name
        self.before = before

    def __sub__(self, other: Any) -> Any:
        return Moment(self.name, self.before + other)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [_Blank(self.name, self.before)]


@dataclass(frozen=True, slots=True)
class _Words:
    sql: str
    params: tuple[Any, ...]
    compiler: Any
    converters: Any


class Worded:
    """One query; ``make`` builds its ``values_list``, with :class:`Keys` and :class:`Moment`.

    Annotations come last, as they do in the rows; ``keys`` is what the keys are. Of a
    database that is neither SQLite nor PostgreSQL it is worded each time.
    """

    def __init__(
        self, make: Callable[..., QuerySet[Any, Any]], *, keys: type[int] | type[str] = int
    ) -> None:
        self._make = make
        self._keys = keys
        self._words: _Words | None = None

    def ask(
        self, keys: Iterable[int] | Iterable[str], **moments: datetime
    ) -> list[tuple[Any, ...]]:
        """The rows that are found with these keys and moments."""
        db = connections[DEFAULT_DB_ALIAS]
        wanted = list(keys)
        if not wanted:
            return []
        if db.vendor not in ("sqlite", "postgresql"):
            return list(self._make(wanted, **moments))
        words = self._words
        if words is None:
            words = self._words = self._word(db, moments)
        values: dict[str, Any] = {"keys": json.dumps(wanted) if db.vendor == "sqlite" else wanted}
        adapt = db.ops.adapt_datetimefield_value
        params = [
            param
            if not isinstance(param, _Blank)
            else values.get(param.name) or adapt(moments[param.name] - param.before)
            for param in words.params
        ]
        with db.cursor() as cursor:
            cursor.execute(words.sql, params)
            rows = cursor.fetchall()
        if words.converters:
            rows = map(tuple, words.compiler.apply_converters(rows, words.converters))
        return list(rows)

    def _word(self, db: Any, moments: dict[str, datetime]) -> _Words:
        rows = self._make(Keys(self._keys), **{name: Moment(name) for name in moments})
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        chosen = [expression for expression, *_ in compiler.select]
        return _Words(sql, tuple(params), compiler, compiler.get_converters(chosen))


def columns_of(model: type[Model]) -> tuple[str, ...]:
    """For ``values_list``: what :func:`as_models` makes models of."""
    return tuple(field.attname for field in model._meta.concrete_fields)


def as_models(model: type[M], rows: Iterable[Sequence[Any]]) -> list[M]:
    """The rows of a :class:`Worded` query that lists all columns, and nothing else."""
    names = columns_of(model)
    return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in rows]
