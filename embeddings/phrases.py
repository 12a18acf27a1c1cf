"""How page furniture reads, in regular expressions: one phrasing a line, by kind of furniture."""

from __future__ import annotations

import re
from collections.abc import Mapping

from embeddings.letters import CAPITAL

_NAME = rf"(?-i:{CAPITAL}[\w.’'-]*)"
_NAMES = rf"{_NAME}(?:,? (?:and |& )?{_NAME}){{0,6}}"
_NAMES_BUT_BY = rf"{_NAME}(?:,? (?:and |& )?(?!by\b){_NAME}){{0,6}}"
_TWO_NAMES = rf"{_NAME}(?:,? (?:and |& )?{_NAME}){{1,6}}"
_AGENCIES = rf"(?:the )?{_NAME}(?:,? (?:and |& )?(?:the )?{_NAME}){{0,6}}"
_POST = r"(?:reporter|correspondent|editor|columnist|writer|journalist|staff)s?"
_DATED = r"(?:first |last )?(?:published|updated|posted|modified)(?: on| at)?:?(?: \w+day,?)?"
_NETWORK = r"(?:facebook|twitter|x|instagram|whatsapp|linkedin|reddit|telegram|tiktok|youtube|threads|bluesky|e-?mail)"
_KIND = r"(?:generous |kind |continued )?"
_PRICE = r"(?:[£$€]\s?\d[\d.]*|\d+ \w+)"
_GIVING = r"(?:making|giving|becoming) an? (?:\w+ )?(?:contribution|donation|gift|member|supporter)"
_PICTURE = r"(?:photo|photograph|image|picture|illustration|graphic)s?"
_PIECE = r"(?:article|story|page|post|report)"
_DAY = (
    r"(?:\d{1,2} \w+ \d{4}|\w+ \d{1,2},? \d{4}|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{4}"
    r"|\d+ (?:minutes?|hours?|days?) ago|today|yesterday)"
)

_WRITTEN_DAY = (
    r"(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?,? )?"
    r"(?:\d{1,2}(?:st|nd|rd|th)?(?: of)? [a-z]{3,9}\.?,? \d{4}|[a-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
)
_TIME_OF_DAY = r"\d{1,2}[.:]\d\d(?: ?[ap]\.?m\.?)?+(?: ?(?-i:[A-Z]{2,4}))?"
_WRITER_OF = r"(?:interview|analysis|report|review|words|text|story|opinion|comment|photos?|photographs?|pictures?)"

HEAD_LINE: tuple[str, ...] = (
    # "Tessford Advertiser, 9 May 2023", "Saturday 14 October 2023 17.42 BST", "Carrick Post | 3 May 2024 | Ann Lee"
    rf"(?:{_NAMES}(?:,| [|·])? )?{_WRITTEN_DAY}(?:(?:,| at| [-–—|·])* {_TIME_OF_DAY})?"
    rf"(?:(?:,|[.,]? by) {_NAMES}| [|·](?: by)? {_TWO_NAMES})?",
    # possessive, and no name is "By": what can be cut in two ways is tried in all combinations of them
    rf"(?:(?>{_DATED})|{_TIME_OF_DAY},?+|{_WRITTEN_DAY},?+|[|·,]| at| by (?!by\b){_NAMES_BUT_BY}|\s)+",
    r"[\w ]{2,30} desk(?: [|·].{2,40})?",
    rf"(?:{_WRITER_OF}(?: by|:)|by) (?:(?:\w+ ){{0,3}}{_POST} )?{_NAMES}(?:,? (?:in|at|for|from) {_NAMES})?"
    rf"(?:,? (?:\w+ ){{0,3}}{_POST})?(?:,? {_WRITER_OF}(?: by|:) {_NAMES})?(?: [|·].{{2,60}})?",
    rf"{_TWO_NAMES} (?:reports )?(?:in|at|from) {_NAMES}",
    rf"(?:[\w-]+ ){{0,3}}{_POST} {_TWO_NAMES}",
    rf"{_TWO_NAMES}, (?:[\w-]+ ){{0,3}}{_POST}(?:, {_NAMES})?",
    r"(?-i:(?:[A-Z]\w+ ){1,3}(?:Reporter|Correspondent|Editor|Columnist|Writer)s?)",
    rf"(?:from )?our .{{0,30}}{_POST}(?: in {_NAMES})?",
    r"@\w{2,30}",
    r"reading time:? \d+ min\w*",
    r"(?-i:Reuters|(?:The )?Associated Press|AP|AFP|Agence France-Presse|PA(?: Media| [A-Z]\w+)?|Bloomberg)",
)
"""Lines between a headline and its story that say when, whence and by whom; elsewhere they may tell the story."""

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)|Apr(?:il|\.)|May|June|July|Aug(?:ust|\.)?|Sept?(?:ember|\.)?"
    r"|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
# without the day, "Halvern - The council" is a dateline as often as "Platte County - $148,215" is none
_PLACE_AND_DAY = (
    rf"(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b){CAPITAL}[\w’'-]+(?: {CAPITAL}[\w’'-]+){{0,3}}, "
    rf"(?:\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}})(?:,? \d{{4}})? [-–—]+ (?=[A-ZÀ-ÞĀ-Ț“‘\"'])"
)
DATELINE = re.compile(
    rf"{CAPITAL}[A-ZÀ-ÞĀ-Ț .,'’/-]{{2,40}}[^\n.!?]{{0,40}}? [-–—]+ (?=\S)"
    rf"|{CAPITAL}[A-ZÀ-ÞĀ-Ț .,'’/-]{{2,40}}(?::| \|) (?={CAPITAL})"
    rf"|{CAPITAL}[\w’'-]+(?: {CAPITAL}[\w’'-]+){{0,3}}(?:, {CAPITAL}[\w. ]{{1,30}})?"
    r" \([A-Z][\w&. ]{1,30}\) [-–—]+ (?=\S)"
    rf"|{_PLACE_AND_DAY}"
)
"""What a story begins with before it begins: "SORREL, June 8 (AP) - "."""

STORIES_HEADING: tuple[str, ...] = (
    r"(?:read more|related (?:stories|articles|content|posts|links|internet links|coverage))\W*",
    r"most (?:read|viewed|shared|commented|watched)(?: (?:in|on) .{2,30})?",
    rf"(?:more from|more on|more in) {_NAMES}|more on this story|what to read next|(?:read|up) next|keep reading",
    r"(?:recommended|read more|see more|more|other|similar|popular) (?:stories|articles|headlines|news)",
    r"you (?:may|might) also (?:like|be interested in).{0,3}",
)
"""Lines below which a list of other stories stands."""
LIST_HEADING: tuple[str, ...] = (
    *STORIES_HEADING,
    r"related(?: topics)?\W*|most popular|more on this(?: topic)?|recommended(?: for you| reading)?|archives",
    r"editors?['’]?s? picks?|trending(?: now)?|elsewhere on (?:the site|(?:the )?(?-i:[A-Z]{2,6}))",
    r"(?:latest|recent|today['’]s|top) (?:news|stories|posts|articles|headlines|jobs)",
    r"topics|tags|suggested topics|explore more(?: on these topics)?|promoted stories",
)
"""Lines below which a list stands, of stories or of words; one with marks before its points may tell the story."""

_SECTION = (
    r"(?:home|news|sports?|opinion|comment|politics|business|money|markets|world|local|culture|arts|lifestyle|weather|jobs"
    r"|video|live|health|science|tech(?:nology)?|entertainment|travel|obituaries|property|events|features|analysis"
    r"|podcasts?|(?:the )?magazine|newsletters?|puzzles|cartoons|games"
    r"|menu|search|sections|archive|about(?: us)?|contact(?: us)?|advertise"
    r"|donate|subscribe|register|sign ?in|log ?in|e-?paper|(?:my|your) account|skip to (?:main |the )?content"
    r"|accessibility(?: help)?)"
)
MENU = rf"{_SECTION}(?: ?[|·•/,] ?{_SECTION}){{0,9}}"
"""A line of a site's menu, which stands above a page that was copied whole."""
MENU_LINE = re.compile(MENU, re.IGNORECASE)

SHARED_ON = rf"{_NETWORK}(?: icon)?"
"""A line below one that asks to share; elsewhere it may be a point of the story's own list."""

COMMENTS_HEADING = (
    r"(?:(?:all|view|show|readers?['’]?s?|\d[\d,.]*) )*comments?(?:\W{0,2}\d[\d,.]*)?|conversation \W?\d[\d,.]*"
    r"|\d+ (?:thoughts?|repl(?:y|ies)|responses?) (?:on|to) .*|discussion about this post|join the debate"
)
"""A line below which readers' comments stand, where one of these lines is among them."""
OF_COMMENTS = (
    r"(?:like|share|report|flag)?\W{0,3}reply(?:\W{0,3}(?:like|share|report|flag)\b.*)?|report(?: (?:this )?comment)?"
    r"|view \d+ repl(?:y|ies)|(?:log|sign) ?in to reply|(?:newest|oldest)(?: first)?"
    r"|sort(?:ed)? by\W{0,3}(?:newest|oldest|best|most liked)(?: first)?"
)

WHOLE_LINE: Mapping[str, tuple[str, ...]] = {
    "advertisement": (
        r"(?:skip )?ad(?:vert)?|video ad feedback",
        r"(?:skip )?advertise?ment(?:\W+(?:continue reading below|scroll to continue))?",
        r"advertising feature|promoted",
        r"sponsored(?: content| stories| by .{2,40})?",
        r"paid (?:content|post|for by .{2,60})",
        r"(?:story|article) continues (?:below|after).*",
        r"scroll (?:down )?(?:for more|to continue).*",
        r".*\b(?:disable|turn off|switch off) your ad.?blocker\b.*",
        r"continue reading(?: below)?",
        r"this is an? (?:paid |sponsored )?(?:advertisement|advertorial|promotion)\b.*",
    ),
    "byline": (
        rf"by {_TWO_NAMES}(?:,? (?:in {_NAMES}|(?:\w+ ){{0,3}}{_POST}))?(?:\s*\|.*)?",
        rf"(?:words|text|story) by {_NAMES}",
        rf"(?:additional |further )?(?:reporting|writing|editing) by {_TWO_NAMES}.*",
        rf"(?:with )?(?:additional |further )?(?:reporting|writing|editing)(?: by| from|:) {_AGENCIES}"
        rf"(?: (?:in|at|for|from) {_NAMES})?",
        rf"edited by {_TWO_NAMES}",
        r"(?:our|from our) (?:own )?(?:staff|foreign|special)?\s?(?:reporters?|correspondents?|staff)",
        rf"{_DATED} \d{{1,2}}[:.]\d\d.{{0,12}},? (?:\w{{3,9}},? )?{_DAY}",
        r".{3,160}\bcontributed (?:to this (?:report|story|article)|reporting)(?: from .{2,60})?",
        r"(?-i:[a-z]{2,4}(?:/[a-z]{2,4}){1,4})",
        rf"{_DATED} {_TIME_OF_DAY}",
        rf"{_TWO_NAMES} reported from {_NAMES}(?:,? and {_TWO_NAMES} from {_NAMES})?",
        rf"{_DATED} {_DAY}(?:,?(?: at)? \d{{1,2}}[:.]\d\d.{{0,12}}| by {_NAMES})?",
        r"(?:about |around )?\d+.?min(?:ute)?s?(?: read)?",
        rf"{_DATED} {_DAY}\s*[|·•–—-]\s*\d+.?min(?:ute)?s?(?: read)?",
        rf"{_TWO_NAMES} column (?:appears|runs|is published) (?:every|each|on) \w+(?:\W{{1,3}}@\w{{2,30}})?",
        r"staff (?:writer|reporter)s?",
        rf"{_TWO_NAMES}, (?:\w+ ){{0,2}}(?:editor|correspondent|reporter|writer|columnist)",
    ),
    "copyright": (
        r"(?:©|\(c\)\s*(?:19|20)\d\d|copyright (?:©|\(c\)|(?:19|20)\d\d)).*",
        r".*\ball rights reserved\.?",
        r"our standards:.*\bprinciples\b.*",
        rf"copyright (?-i:{CAPITAL}).*",
        r"copyright: .{2,60}|purchase licensing rights|re-?use this content|all content is available under .*",
        r"this (?:material|article|story|content) may not be \w+,? .*\b(?:redistributed|rewritten)\b.*",
        r".*\b(?:no part|material|content|article|story|page|site)\b.*\b(?:may|must|can) ?not be\b.*\bpermission\b.*",
        rf"(?:.*[.] )?no part of (?:this|our|the (?:{_PIECE}|publication|site|content|newspaper))\b.*"
        r"\b(?:reproduced|republished|redistributed|copied)\b.*",
        r"(?:unauthori[sz]ed )?(?:reproduction|republication|redistribution|copying)\b.*\bis (?:\w+ )?prohibited\b.*",
        r".* is (?:published|owned) by .*\b(?:registered|registration|company)\b.*\b(?:no\b\.?|number):? ?\d.*",
        r"(?:terms(?: of (?:use|service)| and conditions)?|privacy policy|contact us|about us)(?:\s*[|·•/,].*)?",
    ),
    "links": (
        *LIST_HEADING,
        r"tagged:.*|filed under:.*",
        r"(?:read (?:more|next|also)|more on this|see also|related(?: stories| articles)?|also read)\s*[:|>»].*",
        r"(?:watch|listen|don['’]t miss|in pictures|gallery|video)\s*[:|>»].*",
        r"next (?:article|story|page)|previous (?:article|story|page)|back to top|load more(?: \w+)?",
        rf"(?:read|see|view|find) the (?:full|original|whole|complete) {_PIECE}.{{0,30}}",
        r"(?:click|tap) (?:here|below|on the link) (?:for|to)\b.*",
        # with a full stop it tells the story
        r"(?:explained|analysis|opinion|live)\s*[:|>»](?!.*[.!?][\"'”’)]*$).*",
        r"(?:more|(?:next|previous)(?: post| story| article)?)\s*[:|>»](?!.*\.[\"'”’)]*$).*",
        r"the post (?-i:[^a-z]).{1,200} appeared first on .{2,80}",
        r"read more (?:about|on|in|from) .*",
    ),
    "share": (
        rf"(?:share|print|e-?mail|save|bookmark|like|gift) (?:(?:this|on|via|the) )?(?:{_PIECE}|{_NETWORK})\b"
        r"[^,]{,40}",
        r"share(?: this| full article| what you think)?",
        r"[\d.,]+k? (?:shares|likes|restacks|views)(?:[\s·|]*[\d.,]+k? (?:shares|likes|restacks|views|comments))*",
        r"copy (?:the )?link|click to (?:share|print|e-?mail)\b[^,:]{,60}|like this:?|(?:like )?loading",
        r"save for later|print|tweet(?: this)?",
        r"(?:open|read|view) in (?:the )?app",
        rf"{_NETWORK}(?:[\s|/,·]+(?:and )?{_NETWORK})+",
        r"(?:please )?follow (?:us|me|him|her|them|@\w+)\b.*",
        rf"follow {_NAMES} on {_NETWORK}.*",
        r"follow .{2,60} coverage (?:at|on) .*",
        r"(?:follow|more|read|see|full) .{2,60} (?:coverage|stories)\b.{0,60}\bhttps?://.*",
        rf"(?:like us on|find us on|join us on|(?:like|find|join) our (?:page|{_NETWORK}|group|channel))\b.*",
        rf"share this(?: {_PIECE})?\s*[:|].*",
        r"like|restack|(?:invite|tell) (?:your )?friends|refer a friend",
        r"this post is public so feel free to share it",
    ),
    "comments": (
        r"report (?:this|a) comment",
        rf"{COMMENTS_HEADING}|leave a reply",
        r"(?:show|view|hide|load|read|leave|post|add|write) (?:a |all |more |the |your )?comments?",
        r"what do you think\?.*\b(?:say|comments?|know)\b.*",
        r"(?:the )?comments(?: below)? (?:are|have(?: not)? been) (?:closed|disabled|turned off|moderated).*",
        r"be the first to comment.*",
    ),
    "app": (
        r"(?:listen to|hear) this (?:article|story)",
        r"listen now",
        r"available on the app store.*",
        r"get the app",
        r"listen to (?:post|episode)(?:\W{1,3}\d[\d:]*)?",
    ),
    "note": (
        rf"this {_PIECE} (?:has been|was) (?:updated|corrected|amended|edited)\b.*",
        r"ends|(?<=[-–—])30(?=[-–—])",
        r"(?:is|was) this (?:page|article|story) (?:helpful|useful)\?|report a problem with this page",
        rf"a version of this {_PIECE} (?:appear(?:s|ed)|ran|was published) in .*\b(?:print|headline)\b.*",
        r"when we learn of a mistake, we (?:acknowledge|correct) .*",
        r"published in the print edition of\b.*|poll|vote",
        r"the (?:views|opinions) expressed\b.*\b(?:are those of|do not|own)\b.*",
        rf"{_TWO_NAMES} is .{{2,240}}[.”\"’'] (?:you can )?(?:follow|e-?mail|reach|contact|write to) "
        r"(?:him|her|them)(?:\W*| (?:at|by|here|in|on|via)\b.*)",
        rf"{_TWO_NAMES} is (?:our (?:[\w-]+ ){{0,4}}{_POST}\b"
        rf"|an? (?:\w+ ){{0,3}}{_POST} (?:for|at|with|based in|who covers|covering) ).*",
    ),
    "newsletter": (
        r"unsubscribe(?: here| now)?(?:\s*[|·•/,-].{2,80})?",
        r"(?:(?:view|read|open|see) (?:this|it|the) ?(?:e-?mail|newsletter|message)?|view) (?:in|on) "
        r"(?:(?:your|a|the) )?(?:web ?)?(?:browser|site|page)(?:\W.{0,40})?",
        r"(?:manage|update|change) (?:your )?(?:e-?mail |subscription )?preferences",
        r"forwarded this (?:e-?mail|newsletter)\?.{0,60}",
        r"type your e-?mail.{0,3}|ready for more\?|privacy notice: .*|(?:skip past|after) newsletter promotion",
        rf"sign up(?: (?:to|for) {_NAMES})?|free (?:daily|weekly) newsletter|get e-?mails about this page",
    ),
    "subscription": (
        r"subscribed?",
        r"upgrade (?:to (?:paid|premium)|your subscription)",
        r"(?:give|buy|send) (?:a gift|this as a gift|a gift subscription)",
        r"pledge your support",
    ),
    "contact": (
        r"(?:found|seen|spotted|noticed|bought|got|have|do you (?:have|know)) [^.?!]{2,80}\? "
        r"(?:tell|e-?mail|contact|write to|call|message) us (?:at|on|via) \S*@\S+",
        r"(?:(?:do you )?(?:have|know)|got|have you got) [^.?!]{0,40}\b(?:story|stories|news|tips?|something)\b"
        r"[^.?!]{0,40}\? (?:please )?(?:tell|e-?mail|contact|write|call|message|text|ring|phone|get in touch)\b.{2,99}",
        r"(?:e-?mail|news ?desk|newsroom|tel(?:ephone)?|phone):? (?:[\w.+-]+@[\w.-]+|[\d +()-]{5,20})",
        r"whatsapp: [\d +()-]{5,20}|tweet: @\w+|upload (?:your )?(?:pictures|photos|videos?)\b.{0,20}",
    ),
    "picture": (
        rf"\(?(?:file )?{_PICTURE}(?: credit)?\s*[:/|©].{{2,80}}",
        rf"\(?(?:file )?{_PICTURE} by {_NAMES}(?:(?:\s*[/|,;(–-]| for {_NAME}).{{0,60}})?",
        r"(?:image|photo|picture) (?:source|caption|credit),.*",
        r"(?:file|archive|stock) (?:photo|picture|image)|\d\d:\d\d [-–—] source: .{2,40}",
        r"credits?: (?![$£€\d]).{2,80}",
        r"(?:getty(?: images)?|reuters|afp|epa|shutterstock|alamy|ap photo)(?:\s*/.*)?",
    ),
}
"""What a line is when it says nothing but this."""

SPEECH: Mapping[str, tuple[str, ...]] = {
    "picture": (rf"^(?:photo|photograph|picture|image)s?(?::| by) {_TWO_NAMES}$",),
    "donation banner": (
        rf"\byour {_KIND}(?:support|donation|contribution|gift)s? (?:help|allow|make|let|keep|mean)s?\b",
        rf"\byour {_KIND}support (?:of|for) (?:our|quality|independent|local) (?:journalism|news|work)\b",
        r"^(?:many )?(?:thanks|thank you)(?: all)? for your (?:support|donation|contribution|gift)\b",
        rf"\b(?:support|join|subscribe to) .{{2,40}}\bfrom (?:just |only )?{_PRICE} an? (?:week|month|year)\b",
        r"^(?:please )?donate (?:now|today|here|to)\b",
        r"^(?:please )?(?:support|fund) (?:our|quality|independent|local) (?:journalism|reporting|newsroom)\b",
        r"\bsupport (?:our|the \w+['’]s) (?:journalis[mt]s?|reporting|newsroom)\b",
        r"\bwe (?:need|rely on|depend on|count on) (?:reporters|(?:our |all )?readers|you\b(?! to\b))",
        r"\bpaid for by those who can\b",
        r"\bthanks to (?:our (?:supporters|members|readers)|readers['’]? support|the support of (?:our|readers))\b",
        r"\b(?:quality|independent|local|free) journalism (?:should be|costs|matters|needs)\b",
        r"\bour (?:reporting|journalism)(?: and analysis)? (?:with|behind) (?:a )?paywalls?\b",
        r"\bour (?:reporting|journalism|newsroom|news) is (?:free|funded|made possible|paid)\b",
        r"\breaders? (?:like|such as) you\b",
        r"\bif (?:everyone|every reader|each of you|all of you) who reads (?:our|us|this)\b",
        rf"(?:^|\b(?:please|we hope you(?: will|['’]ll)) )consider (?:supporting us|{_GIVING})\b",
        rf"\b(?:us|our \w+(?: \w+)?) by {_GIVING}\b",
        r"^(?:please )?become a (?:member|supporter|patron)\b",
        r"^(?:please )?make a (?:one-off|monthly|regular|small|single)\b",
        r"^(?:please )?help us (?:keep|hold|tell|continue|to)\b",
        r"\b(?:no|without) (?:billionaire|wealthy|corporate) owners?\b.*\b(?:we|our|shareholders)\b",
        r"\b(?:news|journalism|we) needs? you\b(?! to\b)",
        r"^since you['’]re here\b|^support local news(?::|$)",
        r"\bsmall favou?r to ask\b",
        r"\bis a reader-supported (?:publication|newsletter)\b|^to receive new posts and support my work\b",
        r"\breaders (?:fund|pay for) (?:this|our|us)\b",
        r"^support (?-i:us)\b",
        r"^become one of (?:them|us)\b",
        r"\b(?:good|quality|independent) journalism takes\b",
        r"\bevery (?:\w+ )?(?:crown|dollar|pound|euro|penny|contribution|gift) counts\b",
    ),
    "newsletter": (
        r"^(?:please )?(?:sign|signing) up\b.*\b(?:here|now|today|free|newsletter|inbox|briefing|alerts?|e-?mails?)\b",
        r"\bsign up here\b",
        r"^our (?:\w+ ){1,3}(?:e-?mail|newsletter|briefing) (?:breaks|brings|gives|sends|tells|rounds)\b",
        r"\bsubscribe to our\b",
        r"^subscribe to\b.*\b(?:newsletter|briefing|alerts?|edition|podcast|channel)\b",
        r"\b(?:delivered|straight|sent|direct(?:ly)?|get|in) .{0,60}\b(?:to|in) your (?:inbox|e-?mail)\b",
        r"\b(?:enter|confirm|provide) your e-?mail\b",
        r"\bcheck your (?:inbox|e-?mail|spam)\b",
        r"\bthank(?:s| you) for (?:signing up|subscribing)\b",
        rf"^thanks for reading(?: (?-i:{CAPITAL}).{{1,60}})?(?:!|$)",
        r"\byou can unsubscribe\b|^this post is public so feel free to share it$",
        r"^you(?:['’]re| are) (?:receiving|getting) this (?:e-?mail|newsletter|message) because\b",
        r"^was this (?:e-?mail|newsletter) (?:forwarded|sent) to you\b",
        r"^(?:having )?(?:trouble|problems|difficulty) (?:viewing|reading) this (?:e-?mail|newsletter)\b",
        r"\bby (?:signing up|subscribing|registering),? you\b",
        r"^get it by e-?mail\b|^to get the latest (?:\w+ ){1,3}updates\b.*\b(?:click|sign up|subscribe)\b",
        r"(?:^|\byou )never miss (?:a|an|another)\b",
        r"\b(?:turn on|enable|allow) (?:breaking |news |push )*(?:alerts|notifications)\b",
        r"^(?:want|looking for) more (?:stories|news|articles|like this)\b",
        r"^join (?:the )?[\d,.]+ (?:other )?(?:readers|people|subscribers)\b",
        r"\bis our (?:editor|newsroom|team|weekly|daily|free)\S* (?:pick|round-?up|newsletter|briefing|digest)\b",
        r"^(?:stay|keep) up to date with\b.*\b(?:our|e-?mail|newsletter|app)\b",
        r"^invalid e-?mail\b",
        r"^please try again\b",
        r"^something went wrong(?:,? please try.*)?$",
    ),
    "cookie notice": (
        r"\b(?:this|our) (?:site|website|page) uses cookies\b",
        r"\bwe (?:and our .{0,20}partners )?(?:use|store|set) .{0,30}\bcookies\b",
        r"(?:^|\byou (?:must|need to|have to) )accept (?:all |additional |social media |these |our )*cookies\b",
        r"^(?:(?:see|read|view|manage) )?(?:your |our |the |.* & )?cookie (?:policy|preferences|settings|notice)$",
        r"\b(?:your|our) cookie (?:policy|preferences|settings|notice)\b",
        r"\bby (?:clicking|continuing|using)\b.*\byou (?:agree|accept|consent)\b",
        r"\b(?:we|our)\b.*\bpartners (?:store|process|use|access)\b.*\b(?:data|device)\b",
        r"\b(?:your|manage|our) privacy (?:is important|settings|choices|policy|preferences)\b",
        r"\benable javascript\b",
        r"^we value your privacy\b",
        r"\bneed your consent to\b",
        r"^(?:reject|accept|allow|deny) all$",
        r"\bwithout cookies$",
        r"^(?:accept|reject|view|manage) (?:all |additional |optional |non-essential )*cookies$",
    ),
    "subscription": (
        r"\b(?:already|not) (?:a|yet a)?\s?subscriber\b",
        rf"^(?:this|the) (?:\w+ )?(?:content|{_PIECE}) is\b.*\b(?:for|to) (?:\w+ ){{0,3}}subscribers(?: only)?$",
        r"\bsubscribe (?:now|today)\b|^subscribe (?:for|from)\b",
        r"^(?:enjoy|get) .*\b(?:unlimited|full|digital) .{0,20}access\b",
        r"\b(?:log|sign) ?in (?:to|or) (?:read|continue|create|comment|register|subscribe)\b",
        r"^(?:please )?(?:log|sign) in$",
        r"\byou(?:['’]ve| have) (?:read|used|reached|\d+) .{0,30}\b(?:articles?|stories|limit|left)\b",
        r"\b(?:start|begin) (?:your (?:free )?|a free )(?:\w+ )?trial\b",
        r"^cancel (?:at )?any ?time$",
        r"\bsee our offers\b",
        r"\bregister (?:for free|now|here)\b.*\b(?:read|continue|access)\b",
        r"^unlock (?:this|all|every|the)\b",
        r"\byour (?:subscription|payment details|free trial)\b",
        r"^(?:log in to|sign in to|manage|update) your account$",
        r"^(?:this is )?(?:a )?(?:premium|subscriber-only|members-only) (?:article|content|story)$",
        r"^subscribe to read\b",
        rf"^subscribe to .{{2,60}} (?:for|from) (?:just |only |as little as )?{_PRICE}",
        r"^try .{0,30}\bfor free$|^try \d+ (?:days|weeks|months) for [£$€]",
        r"^to (?:continue|keep) reading(?: this \w+)?, .*\b(?:subscribe|subscriber|register|account|log in|sign in)\b",
        r"^unlimited access to .*\b(?:on any device|articles|content)$|^why am i seeing this\b|^no ads with this\b",
        r"^(?:only |our )?subscribers can (?:read|enjoy|access)\b",
        r"^already have an account\b",
    ),
    "comments": (
        r"^(?:join the conversation|have your say|tell us what you think)\b",
        r"\bin the comments below$",
        r"^(?:let us know|tell us|share|leave|join|discuss|sound off|post|comment)\b.*\bin the comments$",
        r"\bour comment(?:s|ing)? (?:policy|guidelines|rules)\b",
        r"^(?:please )?(?:read|see|review) our\b.*\b(?:policy|terms|guidelines|rules)\b",
        r"^(?:please )?report any comments?\b|^required fields are marked\b",
        r"^your e-?mail address will not be published\b",
        r"^you (?:must|need to|have to) be (?:logged|signed) in to (?:comment|post|reply|join|leave)\b",
        r"\b(?:log|sign) ?in to (?:join|post|leave|add)\b.*\b(?:comments?|discussion|conversation)\b",
        r"^to (?:leave|post|add|make) (?:a |your )?comments?,? (?:please|you|sign|log|create|register)\b",
    ),
    "app": (
        r"^(?:download|get|try|install) (?:our|the \w+(?: \w+)?) app\b",
        r"\bour app\b",
        r"\bwherever you get your podcasts\b",
        r"^listen to this (?:story|article)\b",
        r"^(?:read|watch|see|listen|get|follow|find|view)\b.*\b(?:on|in|via) the app$",
        r"\bfollow our channel\b",
    ),
    "contact": (
        r"^(?:tell|write to|message) us (?:at|on|via) \S*@",
        r"^(?:do you (?:have|know)|have you got|got a|were you)\b.*\b(?:story|tips?|information|affected)\?$",
        r"^have you been affected by\b|^share your experiences? by (?:e-?mail|filling|writing)",
        r"^(?:please )?(?:get in touch|contact) (?:with us|us|our (?:reporters|newsroom|news desk|team))\b",
        r"^(?:please )?(?:let us know|e-?mail us|write to us|call us)\b",
        r"^e-?mail \w+@.* or call us\b",
        r"^(?:send|e-?mail|write)\b.*\b[\w.]+@[\w.-]+",
        r"^send (?:us )?your (?:story|stories|photos|news|letters)\b|^you can also get in touch in the",
        r"^if it is safe to do so, get in touch$|^please include a contact number\b",
        r"\badheres? to the independent press standards\b|\bcomplaint about (?:the |our )?editorial content\b",
        r"\bnot responsible for the content of external (?:sites|websites)\b",
        r"^for more (?:information|news|stories|details),? (?:visit|go to)\b",
        r"^(?:spotted|seen|found) (?:a|an) (?:mistake|error|typo)\b",
        r"^contact (?:the|our) (?:newsroom|news desk|editors?)\b",
        r"^(?:please )?(?:call|ring|phone|text|e-?mail) (?:the |our )(?:news ?desk|newsroom|news team)\b.*(?:\d{3}|@)",
        r"^to (?:contact|reach) (?:us|our|the (?:news ?desk|newsroom))\b",
        r"^if you have (?:a |any )?(?:news|story|stories|tips?)\b",
        r"^(?:you can )?(?:reach|contact) .{2,80} (?:at|on|via) [\w.+-]+@[\w.-]+",
    ),
}
"""What page furniture says to its reader, somewhere in a sentence; a sentence of the story hardly ever does."""
