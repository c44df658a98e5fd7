"""What a message is about: its words without endings, accents and what says nothing.

No list of words decides what belongs together: what people ask again and again shows in
the words that they share. The lists here only take away what every message has.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from threading import Lock
from typing import Final

import snowballstemmer

STEMMERS: Final = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

# Without accents, as words are when they are looked up here.
_ENGLISH: Final = """
    a about above after again all also am an and any anybody anyone anything are as at away be
    because been before being but by can cannot could did didn do does doesn doing don down each
    either else even ever every for from get gets getting give go going gone got had has hasn have
    haven having he her here hers him his how however i if im in into is isn it its ive just know
    let like ll may me might mine more most much must my need needs no nor not now of off on once
    one only or other our ours out over own please possible put re really same say see shall she
    should so some somebody someone something still such sure take tell than that the their them
    then there these they thing things this those though through to too u under until up ur us use
    ve very want wanted wants was wasn way we well were weren what whatever when where whether
    which while who whom whose why will wish with within without won wonder wondering would wouldn
    yet you your yours
"""
_FRENCH: Final = """
    ai aie ainsi alors apres as au aucun aucune aura aurait auriez aussi autre autres aux avait
    avant avec avez aviez avoir avons ayant beaucoup bien c ca car ce ceci cela celle celles celui
    ces cet cette ceux chaque chez ci comme comment d dans de deja depuis des dois doit donc dont du
    elle elles en encore entre es est et etaient etait etant ete etes etre eu eux f fais fait faire
    faites faut fera ferez font hui il ils j je jusqu jusque juste l la laquelle le lequel les leur
    leurs lorsque lui m ma mais me meme memes mes mettre mien moi moins mon n ne ni non nos notre
    nous on ont ou par parce parmi pas peu peut peuvent peux plus possible pour pourquoi pourra
    pourrais pourrait pouvez pouvoir pourriez presque puis puisque qu quand que quel quelle quelles
    quelque quelques quels qui quoi quant rien s sa sans se sera serait serez ses si sien soi soit
    sommes son sont sous suis sur t ta tel telle tes tien toi ton tous tout toute toutes tres trop tu
    un une va vais vas vers veut veux vont vos votre voudrais voudrait voulais voulez vouloir vous vs
    y aimerais aimerait souhaite souhaiterais dire donner savoir sait auj aujourd vraiment
"""
_SMALL_TALK: Final = """
    hello hi hey hiya dear good morning afternoon evening day night bye goodbye thanks thank thx ty
    cheers ok okay okey yes yeah yep nope great perfect fine nice lovely sorry welcome lol sir madam
    best regards kind kindly
    bonjour bonsoir salut coucou slt bjr bsr madame monsieur mme mr messieurs journee soiree merci
    mrc svp stp plait oui ouais dac accord parfait super genial desole desolee pardon revoir bientot
    cordialement bonne mdr infiniment volontiers
"""

SAY_NOTHING: Final = frozenset(f"{_ENGLISH} {_FRENCH}".split())
SMALL_TALK: Final = frozenset(_SMALL_TALK.split())

_WORD: Final = re.compile(r"[^\W\d_]+")
_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"})
# A stemmer keeps the word that it is at, and whoever shares it would find another one's.
_ONE_AT_A_TIME: Final = Lock()
MOST_WORDS: Final = 60
LONGEST_WORD: Final = 40


def main_language(language: str) -> str:
    """``pt-BR`` as ``pt``."""
    return language.lower().replace("_", "-").partition("-")[0]


def folded(text: str) -> str:
    """In small letters, without accents."""
    text = unicodedata.normalize("NFKD", text).lower().translate(_LIGATURES)
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """The words that say something, in their order, the first sixty of them."""
    found = (
        word
        for word in _WORD.findall(folded(text))
        if 1 < len(word) <= LONGEST_WORD and word not in SAY_NOTHING and word not in SMALL_TALK
    )
    return [word for word, _ in zip(found, range(MOST_WORDS), strict=False)]


@lru_cache(maxsize=200_000)
def stem_of(word: str, language: str) -> str:
    """The word without its ending; as it is where nobody knows the language's endings."""
    stemmer = _stemmer(language)
    if stemmer is None:
        return word
    with _ONE_AT_A_TIME:
        return str(stemmer.stemWord(word))


@lru_cache(maxsize=len(STEMMERS))
def _stemmer(language: str) -> snowballstemmer.stemmer | None:
    name = STEMMERS.get(main_language(language))
    return None if name is None else snowballstemmer.stemmer(name)
