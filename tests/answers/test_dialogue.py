"""What visitors mean besides the question, in English and in French."""

import pytest

from wagtail_livechat.answers import dialogue


@pytest.mark.parametrize(
    "text",
    [
        "Can I talk to a person?",
        "I want to speak with someone, please",
        "I'd like to talk to a bookseller about my order",
        "human",
        "A real person please!",
        "agent",
        "Could you put me through to a member of staff?",
        "Je voudrais parler à quelqu’un",
        "parler a un humain svp",
        "Puis-je discuter avec un libraire ?",
        "Une vraie personne, s'il vous plaît",
        "Je préfère un conseiller",
        "mettez-moi en relation avec une conseillère",
    ],
)
def test_a_person_is_asked_for(text):
    assert dialogue.wants_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "Who is the person on the cover?",
        "A book about a human who talks with animals",
        "Do you have “The Human Comedy”?",
        "I do not want to talk to anybody, just tell me the hours",
        "Je ne veux pas parler à quelqu’un, juste les horaires",
        "Avez-vous un livre sur un agent secret ?",
        "personne ne répond",
        "A person who lost a card: what happens?",
        "",
        "!!!",
    ],
)
def test_no_person_is_asked_for(text):
    assert not dialogue.wants_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "That did not help",
        "it didn't help me",
        "That's not what I asked",
        "useless",
        "Ça ne m’aide pas",
        "Cela ne m'a pas aidé",
        "ce n'est pas ce que je cherche",
        "Ça ne répond pas à ma question",
        "pas utile",
    ],
)
def test_that_it_did_not_help_is_understood_at_any_time(text):
    assert dialogue.says_no_help(text, asked=False)


@pytest.mark.parametrize("text", ["no", "Nope!", "Non", "non merci", "Not really.", "pas vraiment"])
def test_a_no_is_an_answer_to_who_asked_only(text):
    assert dialogue.says_no_help(text, asked=True)
    assert not dialogue.says_no_help(text, asked=False)


@pytest.mark.parametrize("text", ["yes", "Oui !", "Yes, thank you", "merci", "thanks a lot"])
def test_a_yes_or_thanks_are_an_answer_to_who_asked_only(text):
    assert dialogue.says_help(text, asked=True)
    assert not dialogue.says_help(text, asked=False)


@pytest.mark.parametrize(
    "text",
    [
        "Do you have no help desk hours on Sunday? No? Then when?",
        "Can you help me find a book?",
        "Pouvez-vous m’aider ?",
        "non-fiction",
    ],
)
def test_a_question_is_no_verdict(text):
    assert not dialogue.says_no_help(text, asked=True) or "no help" in dialogue.plain(text)
    assert not dialogue.says_help(text, asked=True)


def test_greetings_and_thanks_are_no_questions():
    assert all(map(dialogue.is_greeting, ["Hello!", "Bonjour", "good evening", "Salut 👋"]))
    assert not dialogue.is_greeting("Hello, are you open?")
    assert all(map(dialogue.is_thanks, ["Thank you", "Merci beaucoup", "ok thanks"]))
    assert not dialogue.is_thanks("thanks, and the hours?")


@pytest.mark.parametrize(
    "text, before, again",
    [
        ("When are you open?", ["when are you open"], True),
        ("When are you opne ?", ["When are you open?"], True),
        ("Ouvert dimanche ?", ["dimanche, ouvert ?"], True),
        ("What does delivery cost to Lyon", ["What does delivry cost to Lyon"], True),
        ("A book of 1984", ["A book of 1985"], False),
        ("Is it a boat?", ["Is it a boot?"], True),
        ("hat or cat", ["cat or rat"], False),
        ("Quand êtes-vous ouverts", ["QUAND ETES VOUS OUVERTS ?"], True),
        ("When are you open?", ["Where are you?"], False),
        ("Is it open on Sunday?", ["Is it open on Monday?"], False),
        ("delivery", ["Delivery!"], True),
        ("delivery", ["deliveries"], False),
        ("?!", ["?!"], False),
        ("", [""], False),
    ],
)
def test_the_same_again_is_noticed(text, before, again):
    assert dialogue.is_asked_again(text, before) is again


def test_huge_and_strange_texts_are_read_in_no_time():
    for text in ("a" * 4_000, "a b " * 1_000, "😀" * 4_000, "' OR 1=1; --" * 300, "ﷺ" * 4_000):
        assert not dialogue.wants_person(text)
        assert not dialogue.says_no_help(text, asked=True)
        dialogue.is_asked_again(text, [text[::-1], text[1:], "x" * 4_000])
