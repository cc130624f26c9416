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
        ("city", "city cities"),
        ("lineman", "lineman linemen"),
        ("tornado", "tornado tornados tornadoes"),
        ("photo", "photo photos"),
        ("refer", "refer refers referred referring"),
        ("cancel", "cancel cancels canceled cancelled canceling cancelling"),
        ("open", "open opens opened opening"),
        ("reconnect", "reconnect reconnects reconnected reconnecting"),
        ("restring", "restring restrings restrung restringing"),
        ("large", "large larges larger largest"),
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
        ("it", "capire", "capisce capiscono capito", "cape capono"),
        ("it", "dormire", "dorme dormono dormito", "dormisce"),
        ("it", "zorbire", "zorbisce zorbe zorbito", "zorbuto"),
        ("it", "connettere", "connesso connessa connette", "connettuto"),
        ("it", "conoscere", "conosciuta conobbe", "conoscuto"),
        ("it", "coinvolgere", "coinvolti coinvolse coinvolge", "coinvolgiuto"),
        ("it", "ridurre", "ridotta riduce ridurrà ridusse", "riducuto"),
        ("it", "provvedere", "provvederanno provvede provvisto", "provveduro provvedevuto"),
        ("it", "rivedere", "rivedremo rivista rivide", "rivedito"),
        ("it", "riaccendersi", "riaccesa riaccende riaccese", "riaccenduta"),
        ("it", "elettrico", "elettrica elettrici elettriche", "elettrichi"),
        ("it", "vergognoso", "vergognosa vergognose vergognosi", "vergognosissimo"),
        ("it", "rapidissimo", "rapidissima rapidissimi rapidissime", "rapidissimhi"),
        ("it", "albergo", "alberghi", "albergi alberga"),
        ("it", "distacco", "distacchi", "distacci"),
        ("it", "palo", "pali", "pala pale"),
        ("it", "quartiere", "quartieri", "quartisce quartendo"),
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
        ("es", "cerrar", "cierra cierran cerró cierre", "cerra cerran"),
        ("es", "encerrar", "encierra encerró", "encerra"),
        ("es", "concordar", "concuerda concordó concuerde", "concorda"),
        ("es", "portar", "porta portó", "puerta puertas"),
        ("es", "podar", "poda podó podado", "pueda puede"),
        ("es", "superar", "supera superan", "supiera supieran"),
        ("es", "colgar", "cuelga cuelgue colgó colgué", "colge cuelge"),
        ("es", "dormir", "duerme durmió durmiendo dormimos", "dorme dormio"),
        ("es", "pedir", "pide pidió pidiendo pedimos", "pede pedio"),
        ("es", "conducir", "conduce condujo conduzca condujeron", "conduca"),
        ("es", "adquirir", "adquiere adquirió adquiera", "adquire"),
        ("es", "romper", "roto rota rompió", "ruempe"),
        ("es", "electrico", "eléctrica eléctricos", "electricoes"),
        ("es", "hogar", "hogares", "hogando hogado"),
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
    assert len(words) > 300
    assert len(set(words)) == len(words)
    for word in words:
        known = forms(word, language)
        assert word in known
        assert all(form.isalpha() and fold(form) == form for form in known), known


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_of_a_table_says_no_form_twice_and_no_word_of_other_letters(language: str) -> None:
    path = Path(rules.inflection.__file__).parent / "words" / f"forms_{language}.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            said = [word for word in line.split() if word != "!"]
            assert len(set(said)) == len(said), line
            assert all(word.isascii() and word.isalpha() for word in said), line


@given(st.text(max_size=20).map(fold), st.sampled_from((*LANGUAGES, "und", "")))
def test_a_word_is_always_among_its_forms(word: str, language: str) -> None:
    known = forms(word, language)
    assert word in known
    assert len(known) < 80


@pytest.mark.parametrize("word", ["power", "911", "3g"])
def test_a_word_that_no_rule_inflects_stands_for_itself(word: str) -> None:
    assert forms(word, "und" if word.isalpha() else "es") == {word}
