"""The addresses by which tests and benchmarks say where the data is."""

from pathlib import Path

import pytest

from example_site.database import UnknownDatabaseError, database_from_address


def test_a_sqlite_address_names_a_file(tmp_path: Path) -> None:
    assert (
        database_from_address(f"sqlite:///{tmp_path}/a b.sqlite3")["NAME"]
        == f"{tmp_path}/a b.sqlite3"
    )
    assert database_from_address("sqlite:///shop.sqlite3")["NAME"] == str(
        Path.cwd() / "shop.sqlite3"
    )
    assert database_from_address("sqlite://:memory:")["NAME"] == ":memory:"


def test_sqlite_takes_its_lock_at_once_and_keeps_what_it_confirmed() -> None:
    options = database_from_address("sqlite:///shop.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_a_postgres_address_may_hold_odd_characters() -> None:
    database = database_from_address("postgres://us%40er:p%3A%2Fss@db.example:5433/the%20shop")
    assert database == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "the shop",
        "USER": "us@er",
        "PASSWORD": "p:/ss",
        "HOST": "db.example",
        "PORT": "5433",
    }


def test_a_postgres_address_may_name_a_socket_folder() -> None:
    assert (
        database_from_address("postgresql:///shop?host=/run/postgresql")["HOST"]
        == "/run/postgresql"
    )


@pytest.mark.parametrize("address", ["", "mysql://host/shop", "shop.sqlite3"])
def test_an_address_of_another_kind_is_refused_in_one_sentence(address: str) -> None:
    with pytest.raises(UnknownDatabaseError, match="must begin with"):
        database_from_address(address)
