"""Tables in plain text."""

import pytest

from qa.rules.columns import cells

RESULT = "\nAna Reyes   Green      11,482\nBo Lind     Labour     10,967\nTurnout was low."


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        (RESULT, ["Ana", "Green", "11,482", "Bo", "Labour", "10,967", "Turnout"]),
        (RESULT.replace("   ", "\t"), ["Ana", "Green", "11,482", "Bo", "Labour", "10,967", "Turnout"]),
        ("| Scooter | Fire |\n| Bars | Milk |", ["Scooter", "Fire", "|", "Bars", "Milk"]),
        ("Tuesday\nHarrow: no trains\nCoast: one an hour\nBuses run.", ["Harrow:", "Coast:"]),
        ("It rained.  It stopped.  It\nrained again.  It did.", []),
        ("It rained   all day\nand all night.", []),
        ("Harrow: no trains\nrun on any day.", []),
        ("", []),
    ],
)
def test_cells(text, begin):
    found = [text[at:].split() for at in cells(text)]
    assert list(dict.fromkeys(rest[0] for rest in found if rest)) == list(dict.fromkeys(begin))
