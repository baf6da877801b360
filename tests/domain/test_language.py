"""The language of a guest's words is told where it is plain, and not guessed where it is not."""

import pytest

from hostex_mcp.domain.language import language_of

PLAIN = {
    "en": "Hi, what's the wifi password?",
    "de": "Hallo, gibt es einen Parkplatz?",
    "fr": "Bonjour, à quelle heure peut-on arriver aujourd'hui ?",
    "es": "Hola, ¿hay sitio para aparcar?",
    "it": "Ciao, possiamo arrivare prima? Non abbiamo la chiave",
    "pt": "Boa tarde, qual é o código da porta?",
    "nl": "Kunnen we eerder inchecken?",
    "pl": "Dzień dobry, czy możemy zameldować się wcześniej?",
    "ru": "Здравствуйте, можно ли заехать пораньше? Мы приедем около двенадцати часов.",
    "uk": "Доброго дня, чи можемо ми заїхати раніше?",
    "el": "Καλησπέρα, πού είναι το κλειδί;",
    "zh": "您好。我们星期五中午能提前入住吗",
    "ja": "金曜日の正午に早めにチェックインできますか",
    "ko": "금요일 정오에 일찍 체크인할 수 있을까요?",
    "th": "สวัสดีค่ะ ที่จอดรถอยู่ตรงไหน",
    "ar": "مرحبا، هل يمكننا تسجيل الوصول مبكرا يوم الجمعة؟",
    "he": "שלום, איפה המפתח?",
}
NOT_PLAIN = {
    "nothing": "",
    "a number": "22:30 !!",
    "one word": "OK",
    "thanks that many write": "Merci!",
    "Danish or Norwegian": "Kan vi tjekke ind tidligt?",
    "Cyrillic without a letter of its own": "Благодаря",
    "Persian": "سلام، می توانیم زودتر برسیم؟",
    "Slovak, which is near to Czech": "Možeme prísť skôr? Je to v poriadku?",
    "Croatian": "Dobar dan, možemo li doći ranije? Je li to u redu",
    "Catalan, which is near to Spanish": "Hola, podem arribar abans? On és la clau de la porta?",
}


@pytest.mark.parametrize(("language", "text"), PLAIN.items(), ids=PLAIN)
def test_a_plain_language_is_told(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_a_language_that_is_not_plain_is_not_told(text: str) -> None:
    assert language_of(text) is None


def test_a_name_in_another_script_does_not_decide() -> None:
    assert language_of("Hi, we are at 東京 and would like to know where the key is") == "en"
