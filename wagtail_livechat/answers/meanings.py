"""Small words that say nothing of a question, and words that visitors use for one another.

Folded as in :func:`.words.words_in`: lower case, no accents. About websites at large, never
about one site: what is special to a site belongs in its curated answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SMALL_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "en": frozenset(
        """
        a about after again all also am an and another any anybody anyone anything are as ask at
        be because been before being but by came can cannot come could couldn did didn do does
        doesn doing don done else for from get getting give go going got had has hasn have haven
        having he hello help her here hers hey hi him his how i if in into is isn it its just know
        let like ll look looking made make many may maybe me might mine more most much must my need of
        off ok okay on one or other our ours out own please quite re really s same say see shall
        she should shouldn so some somebody someone something somewhere still such sure t take
        tell than thank thanks that the their them then there these they thing things this those
        through to too until up us use ve very want was wasn we well were what when whether
        which while who whom whose why will with within without won would wouldn yes yet you your
        yours try trying now today wondering possible
        """.split()
    ),
    "fr": frozenset(
        """
        a afin ai aie aimerais ainsi alors apres as au aucun aura aurait aussi autre autres aux avec
        avez avoir avons ayez beaucoup bien bonjour bonsoir bonne c ca car ce ceci cela celle celles
        celui ces cet cette ceux chaque chez combien comme comment d dans de depuis des deja dire
        dois doit donc dont du elle elles en encore entre es est et etais etait ete etes etre eu eux
        fait faire faites faut fois font hui il ils j je jusqu jusque l la laquelle le lequel les
        lesquels leur leurs lui m ma mais me meme merci mes moi moins mon n ne ni non nos notre nous
        on ont ou oui par parce pas peu peut peux plait plus plutot possible pour pourquoi pourrais
        pourrait pourriez pouvez pouvons puis puisque qu quand que quel quelle quelles quelqu quelque
        quelques quels qui quoi s sa salut sans savoir se sera ses si soit sommes son sont sous
        souhaite souhaiterais suis sur svp t ta te tes toi ton tous tout toute toutes tres tu un une
        va vais vers veux veut vos votre voudrais voulez vous y aujourd chose choses stp hello
        """.split()
    ),
    "ar": frozenset("في من على الى عن هل ما هذا هذه ذلك التي الذي مع او ان كان لا نعم".split()),
}

SOFT_WORDS: Final = frozenset({"where"})
"""Words that say something, but little: a place is asked for, whichever."""

MEANINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        "hours opening open opens close closed closing closes shut store shop time",
        "delivery deliver delivered shipping ship shipped shipment postage post send sending sent "
        "parcel package courier dispatch",
        "abroad overseas international foreign country countries",
        "cost costs price prices charge charges fee fees euro euros expensive",
        "free gratis nothing",
        "return returns returned exchange refund refunds money reimburse",
        "damaged broken torn damage faulty defective",
        "voucher vouchers card cards token",
        "wrap wrapping wrapped",
        "gift gifts present presents",
        "collect pickup pick collection reserve",
        "reserve reserved aside hold holding keep",
        "contact phone telephone call email mail write letter letters message reach",
        "where address located location find finding directions map way",
        "wheelchair accessible accessibility disabled access level ramp lift elevator",
        "bike bicycle bikes bicycles cycle",
        "tram bus train metro station parking park",
        "child children kid kids young",
        "event events evening evenings reading readings meeting meetings club group",
        "workshop workshops course class lesson",
        "repair repairing mend mending fix restore",
        "used secondhand second old",
        "buy buys purchase order orders ordering",
        "sell sells sold sale",
        "stock available availability left copy copies",
        "dog dogs pet pets animal animals",
        "staff team people employees work works",
        "crime detective mystery thriller",
        "poem poems poetry verse",
        "story stories tale tales storytime",
        "holiday holidays bank",
        "bookshop bookstore shop store",
        "job jobs vacancy career hiring",
        "pay payment paying checkout",
    ),
    "fr": (
        "horaire horaires heure heures ouvert ouverts ouverte ouverture ouvrir ouvrez ouvrent "
        "fermer fermez ferme fermee fermeture ferment",
        "livraison livrer livrez envoi envoyer envoyez expedition expedier port colis "
        "poste postal paquet transporteur",
        "etranger international pays",
        "prix tarif tarifs cout coute couter coutent frais euros cher",
        "gratuit gratuite gratuitement offert offerte offerts",
        "retour retours retourner rendre renvoyer echanger echange rembourser rembourse "
        "remboursement remboursons reprendre",
        "abime abimee casse dechire dechiree dechirees endommage defectueux",
        "cheque bon bons carte cartes",
        "emballage emballer paquet paquets",
        "cadeau cadeaux",
        "retirer retrait recuperer comptoir magasin",
        "reserver reserve cote garder gardez",
        "contact contacter telephone appeler courriel mail email ecrire ecrivez message joindre",
        "adresse trouver trouve situe plan venir acces",
        "fauteuil accessible accessibilite handicape plain pied ascenseur",
        "velo velos bicyclette arceaux garer",
        "tram tramway bus metro gare parking stationner",
        "enfant enfants jeune jeunes petits",
        "evenement evenements rencontre rencontres soiree soirees lecture lectures club groupe",
        "atelier ateliers cours stage",
        "reparer reparation restaurer",
        "occasion vieux ancien anciens",
        "acheter achetez achat commander commande commandez",
        "vendre vendez vente",
        "stock disponible disponibilite exemplaire exemplaires",
        "chien chiens animal animaux",
        "equipe personnel travaille travaillent",
        "policier policiers polar mystere enquete",
        "poeme poemes poesie recueil",
        "conte contes histoire histoires",
        "ferie feries vacances",
        "librairie boutique magasin",
        "emploi recrutement embauche",
        "payer paiement regler reglement",
    ),
}
