from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rules.inflection
from rules.inflection import forms
from rules.text import fold

LANGUAGES = ("en", "it", "es")


@pytest.mark.parametrize(
    ("word", "all_forms"),
    [
        ("lose", "lose loses losing lost"),
        ("go", "go goes going gone went"),
        ("cut", "cut cuts cutting"),
        ("trip", "trip trips tripped tripping"),
        ("flicker", "flicker flickered flickering flickers"),
        ("restore", "restore restored restores restoring"),
        ("try", "tries try trying tried"),
        ("fix", "fix fixed fixes fixing"),
        ("die", "die died dies dying"),
        ("burn", "burn burned burning burns burnt"),
        ("outage", "outage outages"),
        ("battery", "batteries battery"),
        ("zorbify", "zorbified zorbifies zorbify zorbifying"),
        ("zorb", "zorb zorbs zorbed zorbing"),
        ("zorbation", "zorbation zorbations"),
    ],
)
def test_an_english_word_has_these_forms_and_no_others(word: str, all_forms: str) -> None:
    assert forms(word, "en") == set(all_forms.split())


@pytest.mark.parametrize(
    ("language", "word", "some", "none"),
    [
        ("it", "saltare", "salta saltata saltato saltate saltano salterà saltò saltando", "salte"),
        ("it", "mancare", "manca mancano mancherà mancherebbe manchino mancava", "mancera manci"),
        ("it", "andare", "va andata andate vanno andrà vada", "anda andano"),
        ("it", "bruciare", "bruciato brucia brucerà bruciano", "brucierà bruciera"),
        ("it", "spegnere", "spento spenta spengono spegne spense", "spegnuto"),
        ("it", "interrompere", "interrotta interrotto interruppe interrompono", "interromputo"),
        ("it", "staccarsi", "staccarsi staccata stacca staccherà", "staccarse"),
        ("it", "finire", "finisce finita finiranno finì", "finono"),
        ("it", "bolletta", "bollette", "bolletti"),
        ("it", "guasto", "guasti guasta guaste", "guastare"),
        ("it", "zorbare", "zorbata zorberà zorbavano", "zorbuto"),
        ("it", "zorbista", "zorbisti zorbiste", "zorbisto"),
        ("es", "volver", "vuelve volvió vuelto volverá vuelva volvieron vuelta", "volvo volvido"),
        ("es", "irse", "fue va ido yendo irá vaya iba irse", "irso"),
        ("es", "cortar", "corta cortó cortado cortadas cortaron corten", "cortido"),
        ("es", "llegar", "llegue llegó lleguen llegado", "llege"),
        ("es", "restablecer", "restablezca restablecido restablecieron", "restableca"),
        ("es", "reventar", "revienta reventó reventado", "reventa"),
        ("es", "seguir", "sigue seguimos siguió siguiendo sigan", "sega segue"),
        ("es", "construir", "construye construyó construyendo", "construe"),
        ("es", "mantener", "mantiene mantuvo mantendrá", "mantenio"),
        ("es", "apagon", "apagones", "apagons"),
        ("es", "luz", "luces", "luzes"),
        ("es", "hospital", "hospitales", "hospitala"),
        ("es", "zorbear", "zorbea zorbeó zorbeado zorbeando", "zorbeido"),
        ("es", "zorbado", "zorbada zorbadas zorbados", "zorbadoes"),
    ],
)
def test_a_word_has_some_forms_and_not_others(
    language: str, word: str, some: str, none: str
) -> None:
    known = forms(word, language)
    assert {fold(form) for form in some.split()} - known == set()
    assert {fold(form) for form in none.split()} & known == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_a_table_is_among_its_forms_and_all_are_folded(language: str) -> None:
    path = Path(rules.inflection.__file__).parent / "words" / f"forms_{language}.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    words = [line.split()[0] for line in lines if not line.startswith("#")]
    assert len(words) > 1000
    assert len(set(words)) == len(words)
    for word in words:
        known = forms(word, language)
        assert word in known
        assert all(form.isalpha() and fold(form) == form for form in known), known


@given(st.text(max_size=20).map(fold), st.sampled_from((*LANGUAGES, "und", "")))
def test_a_word_is_always_among_its_forms(word: str, language: str) -> None:
    known = forms(word, language)
    assert word in known
    assert len(known) < 80


@pytest.mark.parametrize("word", ["power", "911", "3g"])
def test_a_word_that_no_rule_inflects_stands_for_itself(word: str) -> None:
    assert forms(word, "und" if word.isalpha() else "es") == {word}
