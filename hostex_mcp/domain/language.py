"""The language of a short text, told only where it is plain.

A script of one language decides; in scripts of several, letters or small words that only one of them has.
Where they are too few or speak for two languages, the language is unknown.
"""

import re
from collections.abc import Mapping

_KANA, _HANGUL, _HAN = "[\u3041-\u30ff]", "[\u1100-\u11ff\uac00-\ud7a3]", "[\u4e00-\u9fff]"
# The first that fits decides: Japanese and Korean have Chinese characters too.
_SCRIPTS: Mapping[str, str] = {
    "ja": _KANA,
    "ko": _HANGUL,
    "zh": _HAN,
    "th": "[\u0e01-\u0e5b]",
    "he": "[\u05d0-\u05ea]",
    "el": "[\u0370-\u03ff]",
    "ka": "[\u10a0-\u10ff]",
    "hy": "[\u0531-\u058f]",
}
_ARABIC, _CYRILLIC = re.compile("[\u0621-\u064a\u067e-\u06d3]"), re.compile("[\u0400-\u04ff]")
_NOT_ARABIC = re.compile("[\u067e\u0686\u0698\u06a9\u06af\u06cc\u0679\u0688\u06d2]")
_ONLY_ARABIC = re.compile("\u0629|\u0649|(?<![\u0621-\u064a])\u0627\u0644")
_UKRAINIAN, _RUSSIAN = re.compile("[іїєґ]"), re.compile("[ыэё]")
_LATIN = re.compile("[a-z\u00df-\u024f]+")

_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the is are and you your we have can could would please thank thanks what there with this our "
        "where when hi hello it's i'm be will of for at that not how was my it do i "
        "any early late some from been would much",
        "de": "und ist wir sie ich nicht der die das ein eine bitte danke vielen für mit können haben wann "
        "gibt auf den zu von wäre möchten noch hallo guten auch kann uns unser es im wo",
        "fr": "le les est et nous vous pour une des je pas merci bonjour avec sur quelle quel peut peux dans "
        "du avons est-ce votre notre bien il que qui au aux où ça très heure quand arriver "
        "bonsoir s'il aujourd'hui",
        "es": "el los las y por para una es gracias hola podemos puede está con del muy nos hay qué dónde "
        "pero más tenemos buenos buenas su como cómo cuál al lo",
        "it": "il gli è grazie ciao per una con del della che non possiamo buongiorno dove sono di abbiamo "
        "vorremmo molto nel alla anche ho si ci quale",
        "pt": "o os um uma obrigado obrigada olá não é para com você em do da podemos muito bom dia nós "
        "está qual onde mas são tem nos à mais chegar cedo tarde nosso boa",
        "nl": "het een de en wij we niet bedankt hallo kunnen met voor dat van zijn hebben graag wanneer "
        "onze is er ook op jullie waar dank eerder later kunt",
        "pl": "jest nie czy się dzień dobry proszę dziękuję możemy na do w z i jak gdzie mamy bardzo "
        "będziemy o",
        "tr": "ve bir bu için merhaba teşekkürler var çok nas\u0131l zaman biz değil lütfen mümkün mü",
        "sv": "och är inte jag ett från när där tack också finns gärna",
        "cs": "děkuji jsme můžeme ještě při když bychom máme dobrý prosím",
    }.items()
}
_LEAST, _AHEAD = 2, 2


def language_of(text: str) -> str | None:
    """Return the code (ISO 639-1) of the language that a text is in, None if it is not plain."""
    folded = text.casefold()
    letters = sum(map(str.isalpha, folded))
    for language, script in _SCRIPTS.items():
        # A name or a place may stand in another script than the text.
        if _share(re.compile(script), folded, letters):
            return language
    if _share(_ARABIC, folded, letters):
        return "ar" if _ONLY_ARABIC.search(folded) and not _NOT_ARABIC.search(folded) else None
    if _share(_CYRILLIC, folded, letters):
        return _cyrillic(folded)
    return _latin(folded)


def _share(script: re.Pattern[str], text: str, letters: int) -> bool:
    """Whether a good part of a text is in a script. A Chinese character is a whole word."""
    return letters > 0 and 4 * len(script.findall(text)) >= letters


def _cyrillic(text: str) -> str | None:
    ukrainian, russian = bool(_UKRAINIAN.search(text)), bool(_RUSSIAN.search(text))
    if ukrainian == russian:
        return None
    return "uk" if ukrainian else "ru"


def _latin(text: str) -> str | None:
    words = frozenset(re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*", text))
    counts = sorted(((len(words & own), language) for language, own in _WORDS.items()), reverse=True)
    (most, language), (second, _) = counts[:2]
    return language if most >= _LEAST and most >= second + _AHEAD else None
