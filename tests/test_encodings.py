"""Bytes -> text, where nothing says how they are written."""

import pytest
from test_sources import packed, read


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_decoded(tmp_path, encoding):
    text = "Le café de la rue a fermé ses portes après l’été, a déclaré Zoé Gagné. Les élèves étaient déçus."
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert read(tmp_path)[0].text == text


EASTERN = {
    "cp1254": "Belediye başkanı dün istifa etti. Şehrin köprüsü için ayrılan paranın yarısının eksik olduğu açıklandı.",
    "cp1250": "Starosta včera odstoupil. Na most přes řeku chyběla polovina peněz, řekl účetní; nikdo nevěděl.",
    "iso8859_2": "Burmistrz ustąpił wczoraj. Na most brakowało połowy pieniędzy, mówiła księgowa; nikt nie wiedział.",
}


@pytest.mark.parametrize("encoding", EASTERN)
@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
def test_the_encodings_of_eastern_europe_and_turkish_are_told_by_their_letters(tmp_path, encoding, name):
    text = EASTERN[encoding]
    (tmp_path / name).write_bytes((f'text\n"{text}"\n' if name == "a.csv" else text).encode(encoding))
    assert [article.text for article in read(tmp_path)] == [text]


@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
@pytest.mark.parametrize(
    "text",
    [
        "He paid £40 for a café in Žilina, where Jiří’s naïve brother – a Škoda dealer – had gone broke in the spring.",
        "El niño llegó a la estación en el vagón n.º 3 con una caña, según contó ayer su abuela, María Muñoz.",
        "Prices at the fair: £5 for adults, £3 for children.",
        "Résumé £5, £6, £7, £8, £9.",
        "A pump for 40 m³.",
        "Add ¾ cup of purée.",
        "Maðurinn sagði í gær að brúin yrði opnuð þegar árið væri liðið; það kostaði þrjár milljónir.",
    ],
)
def test_the_western_encoding_stays_the_likeliest(tmp_path, name, text):
    written = text.encode("cp1252", "replace")
    (tmp_path / name).write_bytes(b'text\n"%s"\n' % written if name == "a.csv" else written)
    assert read(tmp_path)[0].text == written.decode("cp1252")


def test_what_is_said_of_an_article_is_mended_where_it_was_decoded_wrongly_but_not_its_text_and_id(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("id,title,source,author,text\ncafÃ©,CafÃ©â€¨shuts,LibÃ©ration,By RenÃ© Roux,The cafÃ© shut.\n")
    [article] = read(file)
    said = (article.id, article.title, article.source, article.author, article.text)
    assert said == ("cafÃ©", "Café shuts", "Libération", "René Roux", "The cafÃ© shut.")


@pytest.mark.parametrize("written", ["Ärger.txt", "Ärger – zwei.txt"])
def test_the_names_in_an_archive_of_a_mac_are_read_as_they_are_meant(tmp_path, written):
    name = written.encode()
    place = "Z" * len(name)
    (tmp_path / "a.zip").write_bytes(packed(**{place: "It rained."}).replace(place.encode(), name))
    [article] = read(tmp_path)
    assert article.id.partition("!")[2].startswith(written.removesuffix(".txt"))
