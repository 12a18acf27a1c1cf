"""Where an answer begins and ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.rules.tidying import is_dateline, tidied


@pytest.mark.parametrize(
    ("text", "span", "whole"),
    [
        ("It sank.\nBREMERVIK - Kestrel Ferries owned it.", "BREMERVIK - Kestrel Ferries", "Kestrel Ferries"),
        ("WASHINGTON (AP) — A storm came.", "WASHINGTON (AP) — A storm", "A storm"),
        ("WASHINGTON (AP) — A storm came.", "WASHINGTON", "WASHINGTON"),
        ("PORT VELLE: The council voted.", "PORT VELLE: The council", "The council"),
        ("Port Velle, Corvia (HN) — The council voted.", "Port Velle, Corvia (HN) — The council", "The council"),
        ("They heard the UNESCO - and others.", "UNESCO - and others", "UNESCO - and others"),
        ("It shook at 4.12 a.m. on Monday.", "4.12 a.m", "4.12 a.m."),
        ("They left the U.S. in May.", " the U.S", "the U.S."),
        ("He left at noon. She stayed.", "noon ", "noon"),
        ("She won 44.1 percent of it.", "44.1", "44.1 percent"),
        ("She won 34.6 per cent of it.", "34.6", "34.6 per cent"),
        ("It fell 12% on Monday.", "12", "12%"),
        ("It cost $96,500 in all.", "96,500", "$96,500"),
        ("It cost $1.3 million in all.", "1.3", "$1.3 million"),
        ("It took 2:10:20 in all.", "10:20", "2:10:20"),
        ("It took 2:10:20 in all.", "2:10", "2:10:20"),
        ("It began at 9:30 a.m. on Monday.", "9:30", "9:30 a.m."),
        ("It began at 9pm.", "9", "9pm"),
        ("It began at 9 PM.", "9", "9 PM"),
        ("She took 2\u00a0hours 23\u00a0minutes.", "23\u00a0minutes", "2\u00a0hours 23\u00a0minutes"),
        ("It cost $1.3\u202fmillion in all.", "1.3", "$1.3\u202fmillion"),
        ("It has 12 members.", "12", "12"),
        ("She won 3-6 7-6(9) 6-4 in all.", "3-6 7-6", "3-6 7-6(9) 6-4"),
        ("She won 3-6, 7-6 (9-7), 6-4.", "7-6 (9-7), 6-4", "3-6, 7-6 (9-7), 6-4"),
        ("She won 3-6 7-6(9) 6-4 in all.", "3-6", "3-6"),
        ("It is on Moorland TV at noon.", "Moorland", "Moorland TV"),
        ("It is of Hart & Western Ltd.", "Hart", "Hart & Western Ltd"),
        ("It is on Moorland FM Radio.", "Moorland", "Moorland"),
        ("It is live TV.", "live", "live"),
        ("Ana Castellane-Reid won.", "Ana Castellane", "Ana Castellane-Reid"),
        ("The Rovers-Town match.", "Rovers", "Rovers"),
        ("It won in 1998, 12 years on.", "12", "12"),
        ("The 46-year-old former pilot won.", "46-year", "46-year-old"),
        ("The 46-year-old former pilot won.", "46", "46"),
        ("Write to corrections@courier.example or call.", "@courier", "corrections@courier.example"),
        ("Write to corrections@courier.example.", "corrections", "corrections@courier.example"),
        ("See (https://news.example/a-b/c?d=1).", "news", "https://news.example/a-b/c?d=1"),
        ("See www.news.example, or call.", "www.news", "www.news.example"),
        ("A B52 came.", "52", "52"),
        ("He ran 2 hours 23 minutes 41 seconds.", "23 minutes 41 seconds", "2 hours 23 minutes 41 seconds"),
        ("He got six years and four months in prison.", "four months", "six years and four months"),
        ("He got six years and four months in prison.", "six years", "six years and four months"),
        ("He got six years and left.", "six years", "six years"),
        ('They took "The Lace Seller" and a drawing.', 'Lace Seller" and a drawing', '"The Lace Seller" and a drawing'),
        ('They took "The Lace Seller" home.', 'The Lace Seller"', '"The Lace Seller"'),
        ('They took "The Lace Seller" home.', '"The Lace', "The Lace"),
        ('They took "The Lace Seller" home.', 'Seller"', "Seller"),
        ("He said “go now” to “them”.", "“go now” to “them", "“go now” to “them”"),
        ("He said “go now” to them.", "go now” to them", "“go now” to them"),
        ("Ann Lee (Labour) won.", "Ann Lee (Labour", "Ann Lee (Labour)"),
        ("Ann Lee (Labour) won.", "Labour)", "Labour"),
        ("- **Novel:** Winter Quarters by Ola", "** Winter Quarters", "Winter Quarters"),
        ("| Dunmoor | 11 | 5 |", "| 11 |", "11"),
        ("It is _very_ old.", "_very_", "very"),
        ("It came in at #1 in May.", "#1", "#1"),
        ("## Results of May", "## Results", "Results"),
        ("Ann’s dog’s lead.", "dog’s lead", "dog’s lead"),
        ('The 5" pipe burst.', '5" pipe', '5" pipe'),
    ],
)  # fmt: skip
def test_an_answer_comes_whole(text, span, whole):
    start = text.index(span.strip()) - (len(span) - len(span.lstrip()))
    first, last = tidied(text, start, start + len(span.rstrip()))
    assert text[first:last] == whole


@given(st.text('ab1. ,:$%"“”()\n-AB', max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_any_span_stays_in_its_text_and_is_tidied_once(text, start, end):
    start, end = sorted((min(start, len(text)), min(end, len(text))))
    first, last = tidied(text, start, end)
    assert 0 <= first <= last <= len(text)


@pytest.mark.parametrize(
    ("text", "span", "is_one"),
    [
        ("T\nSORREL, June 8 (AP) - It rained in SORREL - again.", "SORREL", True),
        ("T\nSORREL, June 8 (AP) - It rained.", "June 8", True),
        ("T\nSORREL - It rained.", "It", False),
        ("SORREL It rained.", "SORREL", False),
        ("Halvern, 3 March – The council voted to close it.", "3 March", True),
        ("Port Sorrel, Oct. 4, 2024 -- “It is over”, he said.", "Port Sorrel", True),
        ("Platte County - $148,215 for the road.", "Platte County", False),
        ("Saturday, March 5, 2005 - Phoenix and Las Vegas.", "March 5, 2005", False),
        ("Halvern, 3 March – a grey town – was quiet.", "3 March", False),
    ],
)
def test_a_dateline_is_told(text, span, is_one):
    start = text.index(span)
    assert is_dateline(text, start, start + len(span)) is is_one


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("It was dark. " * 9 + "He said “no.\nThe Lace Seller” and a drawing went.", "Lace Seller” and a drawing"),
        ("He said “go now.\nThey said it again” and left.", "said “go"),
    ],
)
def test_the_other_half_of_a_quotation_stands_in_the_same_line(text, span):
    start = text.index(span)
    assert tidied(text, start, start + len(span)) == (start, start + len(span))
