"""Staff accounts and what their groups allow."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, GroupSitePermission, Site

from example_site.bookshop.loading.shops import QUAY_HOST, SHOP_HOST

PASSWORD = "lamplight"

SHOP_TEAM = "Shop chat team"
QUAY_TEAM = "Second site chat team"
EDITORS = "Shop editors"


@dataclass(frozen=True, slots=True)
class Account:
    """One login of the demo."""

    username: str
    name: str
    surname: str
    role: str
    groups: tuple[str, ...] = ()
    is_superuser: bool = False


ACCOUNTS = [
    Account("ada", "Ada", "Marsh", "answers for the shop", (SHOP_TEAM,)),
    Account("emile", "Émile", "Lenoir", "answers for the shop", (SHOP_TEAM,)),
    Account("noor", "Noor", "Haddad", "answers for the second site", (QUAY_TEAM,)),
    Account(
        "editor",
        "Edith",
        "Grey",
        "edits the shop's pages and all that its chat says, and studies what is asked",
        (EDITORS,),
    ),
    Account("admin", "Admin", "Lamplighter", "may do everything", is_superuser=True),
]
AGENTS = ["ada", "emile", "noor"]


def open_accounts(port: int) -> None:
    """Make the groups and the accounts; an account or a group that is already there is left as it is."""
    shop = Site.objects.get(hostname=SHOP_HOST, port=port)
    quay = Site.objects.get(hostname=QUAY_HOST, port=port)
    _team(SHOP_TEAM, shop)
    _team(QUAY_TEAM, quay)
    _editors(shop)
    users = get_user_model()._default_manager
    password = make_password(PASSWORD)  # once for all: it is slow on purpose
    for account in ACCOUNTS:
        user, is_new = users.get_or_create(
            username=account.username,
            defaults={
                "first_name": account.name,
                "last_name": account.surname,
                "email": f"{account.username}@lamplighter.example",
                "password": password,
                "is_superuser": account.is_superuser,
                "is_staff": account.is_superuser,
            },
        )
        if is_new:
            user.groups.set(Group.objects.filter(name__in=account.groups))


def add_surnames() -> None:
    """Without one, Wagtail's account page saves nothing; accounts of earlier days had none."""
    users = get_user_model()._default_manager
    for account in ACCOUNTS:
        users.filter(username=account.username, last_name="").update(last_name=account.surname)


def _team(name: str, site: Site) -> None:
    group, is_new = Group.objects.get_or_create(name=name)
    if is_new:
        group.permissions.add(_permission("wagtailadmin", "access_admin"))
        for codename in ("reply_conversation", "view_transcript"):
            GroupSitePermission.objects.create(
                group=group, site=site, permission=_permission("wagtail_livechat", codename)
            )


def _editors(site: Site) -> None:
    group, is_new = Group.objects.get_or_create(name=EDITORS)
    if not is_new:
        return
    group.permissions.add(_permission("wagtailadmin", "access_admin"))
    for home in site.root_page.get_translations(inclusive=True):
        for codename in ("add_page", "change_page", "publish_page"):
            GroupPagePermission.objects.create(
                group=group, page=home, permission=_permission("wagtailcore", codename)
            )
    written = [all_of(model) for model in ("cannedreply", "curatedanswer", "signpostscript")]
    for codename in ("change_livechatsettings", "study_exchanges", *chain(*written)):
        GroupSitePermission.objects.create(
            group=group, site=site, permission=_permission("wagtail_livechat", codename)
        )


def all_of(model: str) -> list[str]:
    """To write a snippet, and to publish, lock and delete it: both lines of its panel."""
    return [f"{act}_{model}" for act in ("add", "change", "publish", "lock", "unlock", "delete")]


def _permission(app_label: str, codename: str) -> Permission:
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)
