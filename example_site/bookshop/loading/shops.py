"""The two sites and their trees of pages."""

from __future__ import annotations

from wagtail.models import Locale, Page, Site

from example_site.bookshop.loading.tree import plant
from example_site.bookshop.models import HomePage

# Two names of this very machine, so that nobody has to touch a hosts file.
SHOP_HOST = "localhost"
QUAY_HOST = "127.0.0.1"


def open_shops(port: int) -> None:
    """Plant every tree, then put the two sites on top of them."""
    locales = {
        code: Locale.objects.get_or_create(language_code=code)[0] for code in ("en", "fr", "ar")
    }
    root = Page.get_first_root_node()
    assert root is not None

    shop = plant("shop.en", root=root, locale=locales["en"])
    plant("shop.fr", root=root, locale=locales["fr"], original="shop.en", originals=shop)
    quay = plant("quay.fr", root=root, locale=locales["fr"])
    plant("quay.ar", root=root, locale=locales["ar"], original="quay.fr", originals=quay)

    move_in(shop["home"], port)
    Site.objects.create(
        hostname=QUAY_HOST,
        port=port,
        site_name="Le Second Rayon",
        root_page=quay["home"],
        is_default_site=False,
    )


def listen_on(port: int) -> None:
    """Let the two sites answer on another port than last time.

    A site that its owner has moved to another host, or a second site on the same host, is left alone.
    """
    for hostname in (SHOP_HOST, QUAY_HOST):
        sites = Site.objects.filter(hostname=hostname, root_page__in=HomePage.objects.all())
        if (
            len(sites) == 1
            and sites[0].port != port
            and not Site.objects.filter(hostname=hostname, port=port).exists()
        ):
            sites[0].port = port
            sites[0].save()


def move_in(home: Page, port: int) -> None:
    """Take over the default site of a fresh Wagtail together with its welcome page; leave anybody else's alone."""
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        site = Site(is_default_site=True)
    elif site.root_page.slug == "home" and site.root_page.specific_class is Page:
        welcome = site.root_page
        site.root_page = home
        site.save()
        # Read again: planting four trees beside it has changed its place.
        Page.objects.get(pk=welcome.pk).delete()
    else:
        site = Site(is_default_site=False)
    site.hostname, site.port, site.site_name, site.root_page = (
        SHOP_HOST,
        port,
        "The Lamplighter",
        home,
    )
    site.save()
