"""What a visitor means besides the question: a person, no help, thanks, the same again.

Words in English and French; in any language there are the buttons. Each of these decides
something that is easily put right by a click, so they are few and plain. No database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

MOST_READ: Final = 300
"""Of a longer text only the beginning is read: whoever asks for a person says so early."""

LEAST_LETTERS: Final = 4
"""Of a shorter word, with one letter changed, nobody can say whether it was a slip."""

_NO_WORD: Final = re.compile(r"[^\w]+")

_PERSON_EN: Final = (
    r"(?:real |actual )?(?:person|human(?: being)?|someone|somebody|agent|advis[eo]r|operator"
    r"|representative|bookseller|employee|(?:member of (?:the )?)?(?:staff|team))"
)
_PERSON_FR: Final = (
    r"(?:vraie? )?(?:personne|humaine?|etre humain|quelqu un|conseill(?:er|ere)|agente?"
    r"|operat(?:eur|rice)|libraire|vendeu(?:r|se)|(?:membre de )?l equipe)"
)
_WANTS_PERSON: Final = re.compile(
    "|".join(
        (
            rf"\b(?:talk|speak|chat|connect me|put me through|transfer me|hand me over)"
            rf" (?:to|with) (?:an? |the |your |one of your )?{_PERSON_EN}\b",
            rf"\b(?:want|need|get me|prefer|like) (?:an? )(?:real |actual )?(?:{_PERSON_EN})\b(?! who)",
            rf"^(?:an? )?(?:{_PERSON_EN})(?: please)?$",
            r"\b(?:real|actual) (?:person|human)\b",
            rf"\b(?:parler|discuter|echanger|dialoguer) (?:a|avec) (?:une? |le |la |votre )?"
            rf"{_PERSON_FR}\b",
            rf"\b(?:joindre|contacter|passez moi|transferez moi (?:a|vers)|relation avec)"
            rf" (?:une? |le |la )?{_PERSON_FR}\b",
            rf"\b(?:veux|voudrais|prefere|prefererais) (?:une? )(?:{_PERSON_FR})\b(?! qui)",
            r"^(?:une? )?(?:vraie? )?(?:humaine?|conseill(?:er|ere)|agente?|libraire|operateur"
            r"|vendeu(?:r|se))(?: s il (?:vous|te) plait| svp| stp)?$",
            r"^(?:une (?:vraie )?|vraie )personne(?: s il (?:vous|te) plait| svp| stp)?$",
            r"\bvraie? (?:personne|humain)\b",
        )
    )
)
_WANTS_NONE: Final = re.compile(
    r"\b(?:not|don t|dont|no need|without|ne|sans|pas besoin)\b.{0,25}"
    r"\b(?:talk|speak|chat|want|need|veux|voudrais|parler|discuter|besoin)\b"
)

_NO_HELP: Final = re.compile(
    "|".join(
        (
            r"\b(?:not|\w+n t|didnt|doesnt) (?:really )?(?:help|helped|helping|helpful)\b",
            r"\b(?:unhelpful|useless|no help)\b",
            r"\bnot what i (?:asked|meant|want|wanted|need|needed|am looking|m looking|was looking)\b",
            r"\b(?:wrong answer|(?:not|\w+n t|doesnt) answer(?:ing)? my question)\b",
            r"\b(?:m|nous) ?(?:a )?aide(?:nt)? pas\b",
            r"\bpas (?:vraiment )?(?:aide|utile)\b",
            r"\b(?:inutile|ca n aide pas|n aide pas)\b",
            r"\bpas (?:du tout )?ce que (?:j ai demande|je (?:demande|cherche|cherchais|veux|voulais))\b",
            r"\b(?:mauvaise reponse|repond pas a ma question)\b",
        )
    )
)
_NO: Final = re.compile(
    r"(?:no+|nope|nah|not really|not at all|non+|nan|pas vraiment|pas du tout)"
    r"(?: (?:thanks|thank you|sorry|merci|desolee?))?"
)
_YES: Final = re.compile(
    r"(?:yes+|yep|yeah|it did|oui+|ouais)(?: (?:it (?:did|helped)|thanks|thank you|merci|tout a fait))?"
)
_THANKS: Final = re.compile(
    r"(?:(?:ok|okay|great|perfect|super|parfait|genial|d accord) )?"
    r"(?:thanks|thank you|thx|cheers|merci)(?: (?:a lot|so much|very much|beaucoup|bien|for your help"
    r"|pour votre aide|that helped))?"
)
_GREETING: Final = re.compile(
    r"(?:hello|hi|hey|good (?:morning|afternoon|evening|day)|bonjour|bonsoir|salut|coucou)"
    r"(?: (?:there|all|everyone|a tous|madame|monsieur))?"
)


def plain(text: str) -> str:
    """Small letters, no accents, one blank between words, and nothing else."""
    decomposed = unicodedata.normalize("NFKD", text[:MOST_READ].casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _NO_WORD.sub(" ", bare).strip()


def wants_person(text: str) -> bool:
    """Whether the visitor asks to talk to a person."""
    said = plain(text)
    return bool(_WANTS_PERSON.search(said)) and not _WANTS_NONE.search(said)


def says_no_help(text: str, *, asked: bool) -> bool:
    """Whether the visitor says that the answer did not help; ``asked``: one wanted to know."""
    said = plain(text)
    return bool(_NO_HELP.search(said)) or (asked and bool(_NO.fullmatch(said)))


def says_help(text: str, *, asked: bool) -> bool:
    """Whether the visitor says that the answer helped; thanks are a yes to who asked."""
    said = plain(text)
    return asked and bool(_YES.fullmatch(said) or _THANKS.fullmatch(said))


def is_thanks(text: str) -> bool:
    """Whether it is thanks and no question."""
    return bool(_THANKS.fullmatch(plain(text)))


def is_greeting(text: str) -> bool:
    """Whether it is a greeting and no question."""
    return bool(_GREETING.fullmatch(plain(text)))


def is_asked_again(text: str, before: Iterable[str]) -> bool:
    """Whether this was asked before, in these words or nearly."""
    said = plain(text)
    if " " not in said:
        return bool(said) and any(said == plain(each) for each in before)
    return any(_are_alike(said, plain(each)) for each in before)


def _are_alike(one: str, other: str) -> bool:
    """The same words in any order, or in the same order with a slip of the finger in some."""
    words, others = one.split(), other.split()
    if len(words) != len(others):
        return False
    return sorted(words) == sorted(others) or all(map(_is_slip, words, others))


def _is_slip(one: str, other: str) -> bool:
    """Whether two words are the same one but for a letter: more would be another word, as a
    day of the week is; and a number is never meant to be another."""
    if one == other:
        return True
    if min(len(one), len(other)) < LEAST_LETTERS or not (one.isalpha() and other.isalpha()):
        return False
    if len(one) > len(other):
        one, other = other, one
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start : start + 2] == other[start : start + 2][::-1]
    return one[start + 1 :] == other[start + 1 :] or (
        swapped and one[start + 2 :] == other[start + 2 :]
    )
