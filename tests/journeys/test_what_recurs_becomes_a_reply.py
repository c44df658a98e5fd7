"""J11: what visitors ask again and again becomes a canned reply: studied, drafted, approved,
published, used, and its use counted."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.fixtures import ContextMaker
from tests.browser.people import Agent, logs_in
from tests.browser.visitors import Visit
from tests.journeys.conftest import Staff
from tests.servers import SiteServer, site_server
from tests.servers.site import manage, site_environment

STUDY = "/admin/livechat/study/"
MOST_USED = "/admin/livechat/replies/?ordering=-uses_count"
WORKFLOW = "Four eyes"
# What Wagtail does with a form before it shows the next page, on a machine with more to do.
SLOWLY = 60_000

# Run in the bookshop's own project: what was said so far, and what an administrator does.
# Edith writes and studies, and publishes nothing. Émile approves, and writes nothing.
THIRTY_CHATS = """
import json
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from wagtail.models import (
    GroupApprovalTask, GroupSitePermission, Page, Site, Workflow, WorkflowContentType, WorkflowTask,
)
from wagtail.users.models import UserProfile
from tests.study.conversations import closed
from wagtail_livechat.canned_replies.models import CannedReply
told = json.loads({told!r})
site = Site.objects.get(is_default_site=True)
page = Page.objects.get(slug=told["slug"], locale__language_code=told["language"])
for asked, replied in told["chats"]:
    said = [("visitor", asked), *([("agent", replied)] if replied else [])]
    closed(site, *said, language=told["language"], page_id=page.pk)
approvers = Group.objects.create(name="Approvers")
GroupSitePermission.objects.filter(permission__codename="publish_cannedreply").update(
    group=approvers
)
get_user_model().objects.get(username="emile").groups.add(approvers)
task = GroupApprovalTask.objects.create(name="Approval")
task.groups.add(approvers)
workflow = Workflow.objects.create(name=told["workflow"])
WorkflowTask.objects.create(workflow=workflow, task=task)
WorkflowContentType.objects.create(
    workflow=workflow, content_type=ContentType.objects.get_for_model(CannedReply)
)
for user in get_user_model().objects.filter(username__in=["editor", "emile"]):
    UserProfile.objects.update_or_create(
        user=user, defaults={{"preferred_language": told["language"]}}
    )
"""


@dataclass(frozen=True)
class Words:
    """What was asked, and what is read, in one language."""

    language: str
    slug: str
    path: str
    often: tuple[str, ...]
    replies: tuple[str, ...]
    less: tuple[str, ...]
    less_reply: str
    unanswered: tuple[str, ...]
    once: tuple[str, ...]
    about: tuple[str, str, str]
    answer: str
    shortcut: str
    question: str
    begin: str
    draft: str
    drafted: str
    by_agents: str
    by_nobody: str
    to_draft: str
    approve: str
    changed: str


ENGLISH = Words(
    language="en",
    slug="opening-hours",
    path="/en/",
    often=(
        "Do you have a reading club?",
        "is there a reading club at the shop",
        "Hello, how do I join the reading club?",
        "When does the reading club meet?",
        "reading club: which day please",
        "Can anybody come to the reading club? My mail is ann.reader@mail.example",
        "I would like to join your reading club",
        "who runs the reading club",
        "Is the reading club free?",
        "what does the reeding club read next",
    ),
    replies=(
        "The reading club meets on the first Tuesday of the month at 7 pm: just come along.",
        "Our reading club meets on the first Tuesday of the month at 7 pm. Ask for Odile.",
        "The reading club meets on the first Tuesday of the month at 7 pm: just come along.",
    ),
    less=(
        "Do you have novels in large print?",
        "large print for my grandmother",
        "Where are the books in large print?",
        "large print please",
        "Is this one available in large print?",
        "Do you order large print as well?",
        "hello, have you anything in large print",
        "large print or not?",
    ),
    less_reply="Large print stands on the left of the till.",
    unanswered=(
        "Can I make photocopies?",
        "photocopies of old letters?",
        "How much are photocopies?",
        "photocopies in colour",
        "Do you make photocopies?",
        "where can I make photocopies",
    ),
    once=(
        "My umbrella stayed behind yesterday.",
        "Who wrote the sentence on your window?",
        "Is your cat called Whiskers?",
        "Do you need help on Saturdays?",
        "Which tram goes to the harbour?",
        "A lamp is broken in the stairwell.",
    ),
    about=("club", "large print", "photocopies"),
    answer="reading club meets on the first Tuesday of the month at 7 pm",
    shortcut="club",
    question="Is there a reading club for beginners?",
    begin="Study now",
    draft="Draft a canned reply",
    drafted="The draft is here.",
    by_agents="10 by agents",
    by_nobody="6 by nobody",
    to_draft="To the draft",
    approve="Approve",
    changed="2 (1 changed before)",
)
FRENCH = Words(
    language="fr",
    slug="horaires",
    path="/fr/",
    often=(
        "Avez-vous un club de lecture ?",
        "y a-t-il un club de lecture à la librairie",
        "Bonjour, comment rejoindre le club de lecture ?",
        "Quand se réunit le club de lecture ?",
        "club de lecture : quel jour svp",
        "Le club de lecture est-il ouvert à tous ? Mon adresse : anne.lectrice@mail.example",
        "Je voudrais rejoindre votre club de lecture",
        "qui anime le club de lecture",
        "Le club de lecture est-il gratuit ?",
        "que lit le club de lectrue le mois prochain",
    ),
    replies=(
        "Le club de lecture se réunit le premier mardi du mois à 19 h : venez comme vous êtes.",
        "Notre club de lecture se réunit le premier mardi du mois à 19 h. Demandez Odile.",
        "Le club de lecture se réunit le premier mardi du mois à 19 h : venez comme vous êtes.",
    ),
    less=(
        "Avez-vous des romans en gros caractères ?",
        "gros caractères pour ma grand-mère",
        "Où sont les livres en gros caractères ?",
        "gros caractères svp",
        "Celui-ci existe-t-il en gros caractères ?",
        "Commandez-vous aussi des gros caractères ?",
        "bonjour, vous avez quelque chose en gros caractères",
        "gros caractères ou pas ?",
    ),
    less_reply="Les gros caractères sont à gauche de la caisse.",
    unanswered=(
        "Peut-on faire des photocopies ?",
        "photocopies de vieilles lettres ?",
        "Combien coûtent les photocopies ?",
        "photocopies en couleur",
        "Faites-vous des photocopies ?",
        "où faire des photocopies",
    ),
    once=(
        "Mon parapluie est resté chez vous hier.",
        "Qui a écrit la phrase de votre vitrine ?",
        "Votre chat s’appelle-t-il Moustache ?",
        "Cherchez-vous quelqu’un le samedi ?",
        "Quel tram mène au port ?",
        "Une lampe est cassée dans l’escalier.",
    ),
    about=("club", "gros caractères", "photocopies"),
    answer="club de lecture se réunit le premier mardi du mois à 19 h",
    shortcut="lecture",
    question="Y a-t-il un club de lecture pour débutants ?",
    begin="Étudier maintenant",
    draft="Rédiger une réponse type",
    drafted="Voici le brouillon.",
    by_agents="10 par des agents",
    by_nobody="6 par personne",
    to_draft="Voir le brouillon",
    approve="Approuver",
    changed="2 (dont 1 après modification)",
)
LANGUAGES = pytest.mark.parametrize("words", [ENGLISH, FRENCH], ids=["English", "French"])


@pytest.fixture
def shop(words: Words, bookshop_file: Path, tmp_path: Path) -> Iterator[SiteServer]:
    """A bookshop with thirty conversations behind it, where two people must see what is published."""
    copy = tmp_path / "bookshop.sqlite3"
    shutil.copy(bookshop_file, copy)
    database = f"sqlite:///{copy}"
    env = site_environment(database=database)
    manage("shell", "--no-imports", "-c", THIRTY_CHATS.format(told=told_in(words)), env=env)
    with site_server(database=database) as server:
        yield server


def told_in(words: Words) -> str:
    """The thirty conversations, each a question and its reply."""
    replies = [words.replies[number % len(words.replies)] for number in range(len(words.often))]
    chats = [
        *zip(words.often, replies, strict=True),
        *((asked, words.less_reply) for asked in words.less),
        *((asked, "") for asked in [*words.unanswered, *words.once]),
    ]
    assert len(chats) == 30
    return json.dumps(
        {
            "language": words.language,
            "slug": words.slug,
            "chats": chats,
            "workflow": WORKFLOW,
        }
    )


def groups(page: Page) -> Locator:
    """What recurs, line by line."""
    return page.locator("main table.listing tbody tr")


def opens_actions(page: Page) -> None:
    """The menu beside the button that saves."""
    page.locator("footer [data-w-dropdown-target=toggle]").click()


def shows_in_list(page: Page, url: str, title: str, text: str) -> None:
    """Wait until the reply's line in the list says this: what is counted, is counted a moment
    after the visitor has the message."""
    line = page.locator("main table.listing tbody tr").filter(has_text=title)
    deadline = monotonic() + 60
    page.goto(url)
    while not line.filter(has_text=text).count():
        assert monotonic() < deadline, line.all_inner_texts()
        page.goto(url)


@LANGUAGES
def test_what_recurs_is_drafted_approved_used_and_counted(
    words: Words, shop: SiteServer, comes_to_work: Staff, new_context: ContextMaker
) -> None:
    editor = logs_in(new_context, shop, "editor").page
    address = studies(editor, shop, words)
    title = drafts(editor, words)
    visit, ada = visitor_and_agent(words, shop, comes_to_work, new_context)
    is_offered(ada, words, False)

    submits(editor, title)
    is_offered(ada, words, False)
    approves(logs_in(new_context, shop, "emile").page, shop, words, title)

    # Five keys and a visitor has it; then once more, in other words.
    is_offered(ada, words, True)
    ada.page.keyboard.press("Enter")
    expect(ada.composer).to_have_value(re.compile(re.escape(words.answer)))
    ada.page.keyboard.press("Enter")
    expect(visit.texts.last).to_contain_text(words.answer)
    visit.says(words.often[0])
    expect(ada.message(words.often[0])).to_be_visible()
    is_offered(ada, words, True)
    ada.page.keyboard.press("Enter")
    expect(ada.composer).to_have_value(re.compile(re.escape(words.answer)))
    for key in ("Backspace", "!"):
        ada.page.keyboard.press(key)
    ada.page.keyboard.press("Enter")
    expect(visit.texts.last).to_contain_text("!")
    assert visit.complaints == []

    shows_in_list(editor, shop.url + MOST_USED, title, words.changed)
    # Dealt with: it is not to be dealt with any more, and leads to what became of it.
    editor.goto(shop.url + STUDY)
    expect(groups(editor)).to_have_count(2)
    editor.goto(shop.url + address)
    expect(editor.get_by_role("link", name=words.to_draft)).to_be_visible()


def studies(editor: Page, shop: SiteServer, words: Words) -> str:
    """Press the button, see what recurs, and open the most frequent; its address."""
    editor.set_default_timeout(SLOWLY)
    editor.goto(shop.url + STUDY)
    expect(groups(editor)).to_have_count(0)
    editor.get_by_role("button", name=words.begin, exact=True).click()
    expect(groups(editor)).to_have_count(3, timeout=SLOWLY)
    for line, about, count in zip(groups(editor).all(), words.about, (10, 8, 6), strict=True):
        expect(line.get_by_role("cell").nth(0)).to_contain_text(about)
        expect(line.get_by_role("cell").nth(2)).to_have_text(str(count))
    expect(groups(editor).first).to_contain_text(words.by_agents)
    expect(groups(editor).last).to_contain_text(words.by_nobody)
    assert_accessible(editor, within="#main", without=[".messages"])

    groups(editor).first.get_by_role("link").click()
    expect(editor.locator("main blockquote")).to_contain_text(words.answer)
    for asked in (words.often[0], words.often[-1]):
        expect(editor.get_by_role("cell", name=asked)).to_be_visible()
    expect(editor.locator("main")).not_to_contain_text("mail.example")
    expect(editor.locator("main")).to_contain_text("•••")
    assert_accessible(editor, within="#main", without=[".messages"])
    return editor.url.removeprefix(shop.url)


def drafts(editor: Page, words: Words) -> str:
    """Make a draft of it, with a shortcut; its title."""
    editor.get_by_role("button", name=words.draft).click()
    expect(editor.locator(".messages")).to_contain_text(words.drafted, timeout=SLOWLY)
    title = editor.locator("[name=title]").input_value()
    assert title in words.often
    expect(editor.locator("[data-contentpath=text] [contenteditable=true]")).to_contain_text(
        words.answer
    )
    editor.locator("[name=shortcut]").fill(words.shortcut)
    return title


def submits(editor: Page, title: str) -> None:
    """Hand it to whoever must see it: there is no button that publishes."""
    opens_actions(editor)
    expect(editor.locator("[name=action-publish]")).to_have_count(0)
    editor.locator("[name=action-submit]").click()
    expect(editor.locator(".messages")).to_contain_text(title, timeout=SLOWLY)


def approves(approver: Page, shop: SiteServer, words: Words, title: str) -> None:
    """Find it on the first page of the admin, and approve it."""
    approver.goto(shop.url + "/admin/")
    line = approver.locator("#awaiting-review-section tbody tr").filter(has_text=title)
    approver.set_default_timeout(SLOWLY)
    line.locator("[data-w-dropdown-target=toggle]").click()
    line.get_by_role("button", name=words.approve, exact=True).click()
    # The page comes again, without it.
    expect(line).to_have_count(0, timeout=SLOWLY)


def visitor_and_agent(
    words: Words, shop: SiteServer, comes_to_work: Staff, new_context: ContextMaker
) -> tuple[Visit, Agent]:
    """A visitor asks, and Ada answers."""
    ada = comes_to_work("ada")
    visit = Visit(new_context().new_page(), shop.url).goes_to(words.path).opens()
    visit.says(words.question)
    ada.picks_up(words.question)
    return visit, ada


def is_offered(ada: Agent, words: Words, offered: bool) -> None:
    """Type its shortcut: the first reply that is offered is this one, or none is."""
    ada.composer.fill("")
    ada.composer.press_sequentially(f"/{words.shortcut}")
    options = ada.page.get_by_role("option")
    if offered:
        expect(options.first).to_contain_text(words.answer)
        expect(options.first).to_have_attribute("aria-selected", "true")
    else:
        # Silent while it is looked for.
        expect(ada.page.locator(".lc-canned [role=status]")).not_to_be_empty()
        expect(options.filter(has_text=words.answer)).to_have_count(0)
