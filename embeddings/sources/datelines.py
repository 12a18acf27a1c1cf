"""What an article's first lines say about it: its date, its agency, its author; and the date in its file's name."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from itertools import dropwhile, pairwise

from embeddings.dates import DateFound, find_date
from embeddings.documents import Article
from embeddings.letters import CAPITAL
from embeddings.phrases import MENU_LINE

HEAD_LINES = 8
"""From the headline on, or from the top, in which it stands when and by whom."""
MOST_ABOVE = 20
"""Lines among which a headline is looked for."""
LEAST_HEADLINE = 3
"""Words of a line that is a headline by what stands behind it in the title."""
# PLACE (Agency) -   or   PLACE, June 8 (Agency) -   or   PLACE, Ill. (Agency) -   or   PLACE/PLACE, England, ...
_AGENCY = re.compile(
    rf"{CAPITAL}[A-ZÀ-ÞĀ-Ț .,'’/-]{{2,40}}(?:(?<=,) [A-Z][\w.]+(?: [A-Z][\w.]+)?(?=,| \())?"
    r"(?:,? [A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?)? "
    r"\((?P<agency>[A-Z][\w.&’' -]{1,40})\)\s*[-–—:]"
)
_WRITER = rf"{CAPITAL}[\w.’'-]+(?: (?:{CAPITAL}[\w.’'-]*|and|van|von|de|la|del|bin|al)){{1,6}}?"
_AUTHOR = re.compile(
    rf"(?:^|[.;|] )(?:(?:[Ww]ritten|Interview|Analysis|Report|Story|Words) )?(?:[Bb]y|BY) (?!Staff\b)"
    rf"(?P<author>{_WRITER})"
    rf"(?: [|·]|, (?:\d{{1,2}} )?[A-Z]|, (?:\w+ ){{1,3}}(?:editor|correspondent|reporter|writer)$"
    rf"| (?:in|at|for|from) {CAPITAL}.*$"
    r"| (?:The )?(?:Associated Press|Reuters|AFP|PA Media)[.,;]?$|[.,;]?$)"
    rf"|^(?P<writer>{_WRITER}), (?:[A-Z]\w+ )?(?:[Ww]riter|[Rr]eporter|[Cc]orrespondent|[Ee]ditor)$"
)
PAPER = (
    rf"(?:{CAPITAL}[\w’'&.-]* ){{1,4}}?(?:Post|Times|Herald|Gazette|News|Echo|Tribune|Journal|Observer|Chronicle"
    r"|Guardian|Telegraph|Mail|Express|Press|Courier|Record|Standard|Independent|Advertiser|Mercury|Argus|Reporter|Bulletin"
    r"|Dispatch|Register|Sentinel|Globe|Examiner|Inquirer|Leader|Star|Ledger|Weekly|Magazine|Citizen|Messenger)"
)
WEEKDAY = r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs?)?|Fri|Sat(?:ur)?|Sun)(?:day)?"
_SENDER = re.compile(
    rf"From (?!Our\b)(?P<author>{CAPITAL}[\w.’'-]+(?: {CAPITAL}[\w.’'-]*){{1,3}}) in {CAPITAL}[\w.,’' -]{{1,60}}"
)
# "National League North, Saturday 13 April 2024"; without the weekday it is the day of a fair as often
_EVENT = re.compile(rf"{CAPITAL}[\w.’'& -]{{1,60}}, (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? ")
_POST = re.compile(rf"(?:[A-Z]\w+ ){{0,3}}(?:Reporter|Correspondent|Editor|Writer) (?={CAPITAL})")
_WRITTEN_BY = re.compile(rf"\s*[|·] (?:[Bb]y )?(?P<author>{_WRITER})[*_]*")
_MASTHEAD = re.compile(rf"[*_]*(?P<paper>{PAPER})\s*[,|·]\s*(?:{WEEKDAY},? )?$")
# "Minutes of the meeting held on Monday 24 November 2025 at 6.30 pm in the Guildhall"
_MINUTES = re.compile(
    r"\W*(?:(?:draft|verbatim|official|approved) )?(?:minutes|record|transcript|proceedings|notes) of [^.:;]{2,100}",
    re.IGNORECASE,
)
_BEHIND_MINUTES = re.compile(r"\W*|(?:,| at| in) (?!which\b).*[^.]")
_MET = re.compile(r"\b(?:meeting|sitting|session|hearing|committee|council|debate)\b", re.IGNORECASE)
# What may stand before the date in a line that is there to give it: a label, a weekday, a time, a newspaper, or a place
# in capitals, with its country. _leads_up follows them one by one; one pattern would try all combinations of them.
_PLACE = rf"(?-i:{CAPITAL}[A-ZÀ-ÞĀ-Ț .'’-]{{2,40}}(?: and {CAPITAL}[A-ZÀ-ÞĀ-Ț .'’-]{{2,40}})?, )"
_BEFORE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\W|published|posted|updated|first|last|date|on|"
        rf"{WEEKDAY}|"
        r"\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?(?: (?-i:[A-Z]{2,4}))?,",
        rf"(?-i:{PAPER})\s*[,|·]",
        r"^[\w .’'-]{2,60} [|·](?: [\w .’'-]{2,60} [|·])?",
        _PLACE,
        rf"{_PLACE}(?-i:[A-Z][\w.]+(?: [A-Z][\w.]+)?, )",
        rf"(?-i:{CAPITAL}[A-ZÀ-ÞĀ-Ț .'’-]{{2,40}} \([A-Z][^)]*\), )",
        rf"^by (?-i:{_WRITER})(?: [|·]|,) ",
    )
)
_BEFORE_SITE = re.compile(r"\s+(?:[-–—]+|[|·•»]|::)\s+")
_GOES_ON = re.compile(r"(?!by )[a-zß-ÿ]\S* ")
"""What a headline goes on with behind a dash; a site has a name."""
MAX_BEFORE = 200
"""Characters before the date of a line that is there to give it."""
_HEAD_OF_PAGE = rf"\s*[|·•,]\s*(?:(?i:vol(?:ume|\.)|no\. ?\d|issue|page) ?.*|[A-Z]?\d{{1,3}}|[£$€]\d.*|{PAPER})"
_AFTER = re.compile(
    rf"\W*(?:(?:at |T)?\d{{1,2}}[:.]\d\d.{{0,20}}(?:, (?:The )?{PAPER})?"
    rf"|[Bb]y {CAPITAL}.*|BY .*|\([A-Z][^)]*\)\s*[-–—:].*)?"
    r"|\s*(?:/[A-Z][\w ]{1,30}/ )?[-–—]+(?: .*)?"
    r"|\s*[|·]\s*(?:[Ll]ast )?(?:[Uu]pdated|UPDATED|[Mm]odified)\b.*"
    rf"|{_HEAD_OF_PAGE}|\s*[|·] (?:[Bb]y )?{_WRITER}"
    rf"|\. [\"“]?{CAPITAL}.*"
)


_EMBARGO = r"embargoed(?:(?: (?:until|till|to|for)\b|:).{0,60})?"
_RELEASE = re.compile(
    rf"\W*(?:(?:press|news|media) (?:release|statement)|for (?:immediate )?release|{_EMBARGO})"
    rf"(?:\W+(?:for immediate release|{_EMBARGO}))?(?:\W+{WEEKDAY})?\W*",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"\W*(?:(?:media|press) )?(?:contacts?|enquiries|tel|phone|e-?mail|issued(?: by)?)(?:\W*$|\s*:"
    r"|\b.*(?:@|\d{3}\W{1,2}\d{3}))",
    re.IGNORECASE,
)
# "2024-02-14-dam", "courier_20240214_A1"
_NAMED_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)")
# what a scanner, a camera and a browser call what they make, and when they made it: "2024-02-14 10-22-33"
_MADE_THEN = re.compile(r"(?:scan(?:ned)?|img|image|photo|dsc|screenshot|capture)(?![a-z])", re.IGNORECASE)
_AND_TIME = re.compile(r"(?:[ _T-]|,? at )*\d\d[-_.:h]?\d\d")


def day_of_name(name: str) -> date | None:
    """Give the one day that a file's name says, year first; None where it says none, or when the file was made."""
    days = set[date]()
    for found in _NAMED_DAY.finditer(name):
        try:
            days.add(date(int(found[1]), int(found[3]), int(found[4])))
        except ValueError:  # 2024-13-99
            return None
        if _AND_TIME.match(name, found.end()):
            return None
    return days.pop() if len(days) == 1 and not _MADE_THEN.match(name) else None


def from_headline(lines: Sequence[str]) -> Sequence[str]:
    """Leave out what stands above a headline: a newspaper's name and the day, "PRESS RELEASE", who sends it."""
    if is_release(lines):
        return [line for line in lines[:HEAD_LINES] if not _is_above_release(line)] + [*lines[HEAD_LINES:]] or lines
    if len(lines) < 3 or not _is_masthead(lines[0], lines[1], _written(lines[1][:MAX_BEFORE])):
        return lines
    below = list(dropwhile(_author_of, lines[2:]))
    # "The Last Post", the day, and the story: there the name is the headline
    return below if below and not below[0].endswith(".") else lines


def is_release(lines: Sequence[str]) -> bool:
    """Say whether a text begins with "PRESS RELEASE" or the like, and maybe the day."""
    first = lines[0] if lines and len(lines[0]) <= MAX_BEFORE else ""
    return _RELEASE.fullmatch(first) is not None or _release_day(first, _written(first))


def _release_day(line: str, written: DateFound | None) -> bool:
    return (
        written is not None
        and _RELEASE.fullmatch(line[: written.start]) is not None
        and re.fullmatch(r"\W*", line[written.end :]) is not None
    )


def _is_above_release(line: str) -> bool:
    is_day = _date_of(line, _written(line)) is not None
    return is_day or _RELEASE.fullmatch(line) is not None or _CONTACT.match(line) is not None


def completed(article: Article) -> Article:
    """Fill in what an article's fields leave open from its own first lines; nothing is guessed.

    From the title goes what a site adds to it ("Mayor resigns - The Echo"). The date comes from a line that is there to
    give it ("Published 8 June 2021", "HALVERN, 25 September 2023. By ..."), the source from the agency that a
    dateline names ("WASHINGTON (AP) -") or the newspaper before the date, the author from a byline.
    """
    said = [line.strip() for line in article.text.lstrip()[:4_000].splitlines()]
    article = _without_site(article, said)
    if article.published is not None and article.source and article.author:
        return article
    lines = [line for line in said if line and not MENU_LINE.fullmatch(line)]
    # above the headline of a page that was printed may stand what is no menu
    headline = lines[:MOST_ABOVE].index(article.title) if article.title in lines[:MOST_ABOVE] else 0
    lines = lines[: headline + HEAD_LINES]
    published, source, author = article.published, article.source, article.author
    for above, line in pairwise(["", *lines]):
        written = _written(line)
        published = published or _date_of(line, written)
        source = source or _agency_of(line) or _paper_of(line, written, above, article.title)
        author = author or _author_of(line) or _behind_day(line, written)
        author = author or ("" if line == article.title else _sender_of(line))
    return replace(article, published=published, source=source, author=author)


def _without_site(article: Article, lines: Collection[str]) -> Article:
    """Take the site from a title: what stands behind a dash or a bar where it is the source, or the rest is a line."""
    for mark in _BEFORE_SITE.finditer(article.title):
        head, site = article.title[: mark.start()], article.title[mark.end() :]
        is_line = head in lines and article.title not in lines and len(head.split()) >= LEAST_HEADLINE
        is_line = is_line and not _GOES_ON.match(site)
        if is_line or site.casefold() == article.source.casefold():
            paper = _BEFORE_SITE.split(site)[-1]
            named = paper if is_line and re.fullmatch(PAPER, paper) else ""
            return replace(article, title=head, source=article.source or named)
    return article


def _written(line: str) -> DateFound | None:
    try:
        return find_date(line)
    except ValueError:  # the 31st of June
        return None


def _date_of(line: str, written: DateFound | None) -> date | None:
    """Give the day that is written in a line, where the line is there to give it."""
    if written is None:
        return None
    before, after = line[: written.start], line[written.end :]
    is_event = not after and _EVENT.fullmatch(before)
    is_minutes = _MINUTES.fullmatch(before) and _MET.search(before) and _BEHIND_MINUTES.fullmatch(after)
    is_told = is_event or is_minutes or _release_day(line, written)
    return written.day if is_told or (_leads_up(before) and _AFTER.fullmatch(after)) else None


def _leads_up(before: str) -> bool:
    """Say whether all that stands before a date is there for it."""
    if len(before) > MAX_BEFORE:
        return False
    reached, left = {0}, [0]
    while left and len(before) not in reached:
        at = left.pop()
        ends = {found.end() for pattern in _BEFORE if (found := pattern.match(before, at))} - reached
        reached |= ends
        left += ends
    return len(before) in reached


def _agency_of(line: str) -> str:
    match = _AGENCY.match(line)
    return match["agency"].strip() if match else ""


def _paper_of(line: str, written: DateFound | None, above: str, title: str) -> str:
    """Give the newspaper of a line like "The Carrick Post, 3 October 2024", or the one above "3 October 2024, No. 45".

    Above a date alone it may be a headline: "Town Hails New Leader".
    """
    if written is None:
        return ""
    before, after = line[: written.start], line[written.end :]
    if (match := _MASTHEAD.fullmatch(before)) and (not after or _AFTER.fullmatch(after)):
        return match["paper"]
    is_headline = above == title and not after
    return above if not is_headline and _is_masthead(above, line, written) else ""


def _is_masthead(above: str, line: str, written: DateFound | None) -> bool:
    """Say whether a newspaper's name and a date stand one above the other; "The" says that it is no headline, too."""
    if written is None or not re.fullmatch(PAPER, above) or not _leads_up(line[: written.start]):
        return False
    after = line[written.end :]
    return re.fullmatch(_HEAD_OF_PAGE, after) is not None or (not after and above.startswith("The "))


def _behind_day(line: str, written: DateFound | None) -> str:
    """Give the author of a line like "Carrick Post | 3 October 2024 | Ann Lee"."""
    is_dated = written is not None and _MASTHEAD.fullmatch(line[: written.start])
    match = _WRITTEN_BY.fullmatch(line[written.end :]) if written and is_dated else None
    return match["author"] if match else ""


def _sender_of(line: str) -> str:
    match = _SENDER.fullmatch(line.strip("*_ "))
    return match["author"] if match else ""


def _author_of(line: str) -> str:
    match = _AUTHOR.search(line.strip("*_ ")) if len(line) < 120 else None
    return _POST.sub("", match["author"] or match["writer"]) if match else ""
