"""Keys and tokens: ours are recognised, everything else is not."""

import pytest

from wagtail_livechat import tokens


def test_a_key_is_recognised_on_its_site_alone():
    key = tokens.new_visitor_key(1)
    assert tokens.hash_visitor_key(1, key) == tokens.hash_visitor_key(1, key)
    assert tokens.hash_visitor_key(2, key) is None


def test_two_keys_differ_and_so_do_their_hashes():
    one, two = tokens.new_visitor_key(1), tokens.new_visitor_key(1)
    assert tokens.hash_visitor_key(1, one) != tokens.hash_visitor_key(1, two)


@pytest.mark.parametrize("forged", ["", "x", "a" * 64, "ü" * 64, "=" * 10, "a" * 10_000])
def test_a_key_that_we_never_made_is_nobody(forged):
    assert tokens.hash_visitor_key(1, forged) is None


def test_every_altered_character_is_noticed():
    key = tokens.new_visitor_key(1)
    for place in range(len(key)):
        altered = key[:place] + ("A" if key[place] != "A" else "B") + key[place + 1 :]
        assert tokens.hash_visitor_key(1, altered) is None


def test_an_old_secret_still_counts_and_gives_the_same_visitor(settings):
    key = tokens.new_visitor_key(1)
    before = tokens.hash_visitor_key(1, key)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert tokens.hash_visitor_key(1, key) == before
    settings.SECRET_KEY_FALLBACKS = []
    assert tokens.hash_visitor_key(1, key) is None


def test_a_page_token_names_site_and_page():
    assert tokens.read_page_token(tokens.page_token(3, 42)) == tokens.PageName(3, 42)


@pytest.mark.parametrize("site", ["4", "03", "３", "-3", "9" * 30, ""])
def test_a_page_token_with_another_site_is_refused(site):
    _, page, signature = tokens.page_token(3, 42).split(".")
    assert tokens.read_page_token(f"{site}.{page}.{signature}") is None


@pytest.mark.parametrize(
    "token", ["", ".", "..", "1.2", "1.2.", "1.2.x", "1.2.3.4", "\u0661.2.aaaa"]
)
def test_what_is_no_page_token_is_refused(token):
    assert tokens.read_page_token(token) is None


def test_the_token_of_a_page_is_the_same_each_time():
    assert tokens.page_token(1, 2) == tokens.page_token(1, 2)


def test_a_visitor_key_is_no_page_token_and_a_ticket_is_stored_hashed():
    assert tokens.read_page_token(tokens.new_visitor_key(1)) is None
    ticket = tokens.new_ticket()
    assert ticket not in tokens.hash_ticket(ticket)
    assert tokens.new_ticket() != ticket
