"""Turns of conversations about one story, for the tests of what follows them."""

from dataclasses import replace

from spans import answer_of, hit_in, span_in

from qa.followups.antecedents import Turn

STORY = (
    "Renée Solberg was elected mayor of Port Sorrel in June 2021. She had been a ship's pilot. "
    "Solberg beat Halvar Munk; he conceded at once. The old Kilbray Bridge fell in March. "
    "The harbour master, Ivo Brandt, stayed. A cup was won in Port Sorrel. "
    "The Rovers won. The mayoral race was close; he lost boats. "
    "Ann Bray, Tom Lund and Eva Moe led the inquiry. Sorrel Ferries runs the boats."
)


def turn(question, answer=""):
    span = span_in(hit_in(STORY, "Solberg wins"), answer or "Renée")
    return Turn(question, replace(answer_of(span, question=question), found=bool(answer)))


MAYOR = turn("Who was elected mayor of Port Sorrel in June 2021?", "Renée Solberg")
BRIDGE = turn("When did the old Kilbray Bridge fall?", "March")
INQUIRY = turn("Who led the inquiry?", "Ann Bray, Tom Lund and Eva Moe")
FERRIES = turn("Who owns Sorrel Ferries?")
