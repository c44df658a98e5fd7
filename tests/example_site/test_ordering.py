"""From a book to the thanks, and the letters that people write."""

import pytest
from django.core import mail
from django.test import Client
from wagtail.contrib.forms.models import FormSubmission

from example_site.bookshop.models import BookPage

pytestmark = pytest.mark.urls("example_site.urls")

ADDRESS = {
    "name": "A reader",
    "email": "reader@example.com",
    "street": "1 Market Street",
    "postcode": "12345",
    "city": "Anytown",
}


def put_in_basket(browser: Client, title: str) -> str:
    book = BookPage.objects.get(title=title, locale__language_code="en")
    response = browser.post(f"/basket/add/{book.pk}/", follow=True)
    assert title in response.text
    return str(book.translation_key)


def test_an_order_goes_from_the_basket_to_the_thanks(shop: Client) -> None:
    key = put_in_basket(shop, "Persuasion")
    to_address = shop.post("/en/basket/", {f"copies-{key}": "2", "go": ""})
    assert to_address.url == "/en/basket/address/"
    to_payment = shop.post(to_address.url, ADDRESS)
    assert to_payment.url == "/en/basket/payment/"
    assert "€26.50" in shop.get(to_payment.url).text  # two books and the post
    thanks = shop.post(to_payment.url, {"method": "counter"}, follow=True)
    assert "<dd>2</dd>" in thanks.text
    assert "Your basket is empty" in shop.get("/en/basket/").text


def test_an_incomplete_address_is_asked_for_again(shop: Client) -> None:
    put_in_basket(shop, "Persuasion")
    response = shop.post("/en/basket/address/", ADDRESS | {"email": "nobody"})
    assert response.status_code == 200
    assert 'role="alert"' in response.text
    assert 'value="A reader"' in response.text


def test_the_address_of_one_reader_is_not_shown_to_the_next(shop: Client, quay: Client) -> None:
    shop.post("/en/basket/address/", ADDRESS | {"email": "nobody"})
    assert "A reader" not in Client(SERVER_NAME="localhost").get("/en/basket/address/").text


def test_payment_without_a_basket_leads_back_to_the_basket(shop: Client) -> None:
    assert shop.post("/en/basket/payment/", {"method": "invoice"}).url == "/en/basket/"


def test_a_change_of_language_keeps_the_basket(shop: Client) -> None:
    put_in_basket(shop, "The Three Musketeers")
    assert "Les Trois Mousquetaires" in shop.get("/fr/panier/").text


def test_no_copies_take_a_book_out(shop: Client) -> None:
    key = put_in_basket(shop, "Persuasion")
    shop.post("/en/basket/", {f"copies-{key}": "0", "update": ""})
    assert "Your basket is empty" in shop.get("/en/basket/").text


@pytest.mark.parametrize("copies", ["-1", "many", "٣x", "9" * 40, "1.5"])
def test_a_number_of_copies_that_is_none_changes_nothing(shop: Client, copies: str) -> None:
    key = put_in_basket(shop, "Persuasion")
    shop.post("/en/basket/", {f"copies-{key}": copies, "update": ""})
    assert 'value="1"' in shop.get("/en/basket/").text


def test_another_site_cannot_fill_the_basket(shop: Client) -> None:
    book = BookPage.objects.get(title="Persuasion", locale__language_code="en")
    response = shop.post(f"/basket/add/{book.pk}/", headers={"origin": "https://elsewhere.example"})
    assert response.status_code == 403
    assert "Your basket is empty" in shop.get("/en/basket/").text


def test_a_letter_is_kept_and_sent(shop: Client) -> None:
    letter = {
        "your_name": "A reader",
        "your_e_mail_address": "reader@example.com",
        "what_is_it_about": "A book",
        "your_message": "Do you have the Essays?",
    }
    response = shop.post("/en/contact/", letter)
    assert "your letter has arrived" in response.text
    assert FormSubmission.objects.get().form_data["your_message"] == "Do you have the Essays?"
    assert "Do you have the Essays?" in mail.outbox[0].body


def test_a_letter_without_an_address_is_asked_for_again(shop: Client) -> None:
    response = shop.post("/en/contact/", {"your_name": "A reader"})
    assert 'role="alert"' in response.text
    assert not FormSubmission.objects.exists()
