"""Numbers in words, as parts of patterns: "two", "fifteen", "thirty-one", "dozens"."""

from __future__ import annotations

UP_TO_TWELVE = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
SMALL = "|".join(UP_TO_TWELVE)
_TENS = "(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
IN_WORDS = rf"{SMALL}|(?:thir|four|fif|six|seven|eigh|nine)teen|{_TENS}(?:-(?:{'|'.join(UP_TO_TWELVE[:9])}))?"
"""From one to ninety-nine."""
MANY = "dozens?|hundreds?|thousands?|millions?|billions?|trillions?"
