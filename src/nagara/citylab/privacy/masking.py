"""Masking: text without handles, phones, e-mails, page addresses, identity numbers and coordinates.

Each is replaced by a token such as [phone]. Masking a masked text changes nothing. Numbers that are
not personal (prices, dates, times, depths of water, street and RT/RW numbers) stay. Where in doubt a long
number is masked: a post loses little by it, a person may lose much.

Digits of every script count (Thai, Khmer, Lao, Burmese, full width ...).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings
from nagara.citylab.privacy.identity_numbers import ANNOUNCED, NUMBERS, digits_of

TOKENS = ("[url]", "[email]", "[handle]", "[coordinates]", "[id]", "[phone]", "[number]")
"""What masked pieces are replaced by."""
OF_PEOPLE = ("[email]", "[handle]", "[id]", "[phone]")

_LAST_DIGIT = 0x1FBF9
"""The last decimal digit of Unicode (segmented digit nine)."""
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_LATIN = r"A-Za-z0-9_\u00c0-\u024f\u1e00-\u1eff\u0300-\u036f\u200b"
_GAP = r"[\s.\-()\u2010-\u2015\u200b]"

_URL = re.compile(
    r"(?:https?|ftp)://[^\s<>\"']+|www\.[^\s<>\"']+|"
    rf"(?<![{_LATIN}@.\-])(?:[a-z0-9][a-z0-9\-]*\.)+"
    r"(?:com|net|org|info|biz|io|co|me|be|ly|gl|gg|tv|app|link|page|site|online|xyz|asia|"
    r"id|my|sg|th|vn|ph|kh|la|mm|bn|tl)/[^\s<>\"']*",
    re.IGNORECASE,
)
_EMAIL = re.compile(
    rf"[{_LATIN}.%+\-]+\s?@\s?[{_LATIN}\-]+(?:\.[{_LATIN}\-]+)+|[{_LATIN}.%+\-]*[{_LATIN}]@[{_LATIN}\-]+|"
    rf"[{_LATIN}.%+\-]+\s?[(\[{{]\s?at\s?[)\]}}]\s?[{_LATIN}\-]+(?:\s?(?:\.|[(\[{{]\s?dot\s?[)\]}}])\s?[{_LATIN}\-]+)+",
    re.IGNORECASE,
)
_HANDLE = re.compile(
    rf"@(?:[{_LATIN}](?:[{_LATIN}.\-]*[{_LATIN}])?|[^\s\x00-\x7f]+)|"
    rf"(?<![{_LATIN}])/?u/[{_LATIN}\-]{{3,}}"
)
_HANDLE_NAMED = re.compile(
    r"(?:(?<![A-Za-z])(?:line(?:\s?(?:id|official|oa))?|id\s?line|ig|insta(?:gram)?|fb|facebook|twitter|telegram|"
    r"tiktok|wechat|weixin|zalo|kakao(?:talk)?|snapchat|signal|pin\s?bbm?|bbm)|ไอดีไลน์|ไลน์ไอดี|แอดไลน์|ไลน์|ไอจี)"
    rf"(?:\s?id)?\s?[:=\uff1a]\s?~?([{_LATIN}][{_LATIN}.\-]{{2,}})|"
    rf"(?:ไอดีไลน์|ไลน์ไอดี|แอดไลน์|ไลน์|(?<![A-Za-z])(?:line\s?id|id\s?line))\s+~?((?=[a-z._\-]*[0-9_])[{_LATIN}.\-]{{4,}})",
    re.IGNORECASE,
)
_DEGREES = r"[+\-]?[0-9]{1,3}[.,][0-9]{4,}(?:\s?°)?(?:\s?[NSEWnsew](?![A-Za-z]))?"
_COORDINATES = re.compile(
    rf"{_DEGREES}\s*[,;/|\s]\s*{_DEGREES}|"
    r"[0-9]{1,3}\s?°\s?[0-9]{1,2}\s?['′]\s?(?:[0-9.]{1,7}\s?(?:\"|″|'')\s?)?[NSEWnsew]?|"
    r"(?<![A-Z0-9])[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}(?![A-Z0-9])"
)
_NOT_A_PHONE = re.compile(
    r"(?<![0-9])(?<![0-9][./\-])(?:"
    r"[0-9]{1,2}[./\-][0-9]{1,2}[./\-](?:19|20|25)[0-9]{2}|(?:19|20|25)[0-9]{2}[./\-][0-9]{1,2}[./\-][0-9]{1,2}|"
    r"(?:[01]?[0-9]|2[0-4])[.:][0-5][0-9]\s?[\-\u2013~]\s?(?:[01]?[0-9]|2[0-4])[.:][0-5][0-9]|"
    r"(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9])?|0\.[0-9]{3,}|[0-9]{1,3}\.[0-9]{9,}"
    r")(?![./\-]?[0-9])"
)
_PHONE_PLUS = re.compile(
    # +62 812 3456 7890, 0066 81 ...
    rf"(?:\+|(?<![0-9])00){_GAP}?[0-9](?:{_GAP}{{0,2}}/?[0-9]){{6,14}}"
)
_PHONE = re.compile(
    # 0812-3456-7890, (021) 345 6789, 08 1645 1166 and the extension 037-243018-20
    rf"(?<![0-9])(?<![0-9][.,:])\(?0[0-9](?:{_GAP}{{0,2}}/?[0-9]){{5,11}}(?![0-9])|"
    rf"(?<![0-9])(?<![0-9][.,:])0[ \-][2-9][0-9]{{3}}(?:{_GAP}{{0,2}}[0-9]){{4,7}}(?![0-9])"
)
_PHONE_COUNTRY = re.compile(
    rf"(?<![0-9])\(?(?:60|62|63|65|66|84|95|670|673|855|856)\)?(?:{_GAP}{{0,2}}[0-9]){{7,11}}(?![0-9])"
)
_PHONE_EIGHT = re.compile(r"(?<![0-9])(?<![0-9][.,\-])[36789][0-9]{3}[ \-]?[0-9]{4}(?![0-9])(?![.,\-][0-9])")
_PHONE_NAMED = re.compile(
    r"(?:(?<![A-Za-z])(?:tel|telp|tlp|telepon|telefon|telephone|phone|ph|no\.?\s?hp|hp|wa|whatsapp|call|sms|mobile|"
    r"hub|hubungi|kontak|contact|fax|faks|cp|sđt|đt|số điện thoại|liên hệ|telemovel|telemóvel|tawag|viber)|"
    r"โทรศัพท์|โทร|เบอร์|ติดต่อ|มือถือ|ទូរស័ព្ទ|ទូរសព្ទ|លេខ|ໂທ|ເບີ|ဖုန်း)"
    rf"[^0-9A-Za-z]{{0,4}}(\(?[0-9](?:{_GAP}{{0,2}}/?[0-9]){{5,13}})",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"(?<![0-9])[0-9](?:\u200b?[0-9]){8,}(?![0-9])")

_NAMES = (
    r"line|official|oa|ig|insta(?:gram)?|fb|facebook|twitter|telegram|tiktok|wechat|weixin|zalo|kakao(?:talk)?|"
    r"snapchat|signal|pin\s?bbm?|bbm|id|ไลน์|ไลน์ไอดี|ไอจี"
)
_FEW_DIGITS = r"\p{Nd}(?:[^\p{L}\p{Nd}]{0,6}\p{Nd}){4}"
MAY_HOLD = (
    rf"(?i)[@＠]|{_FEW_DIGITS}|://|www\.|[a-z0-9]\.[a-z]{{2,6}}/|[\(\[{{]\s?at\s?[\)\]}}]|u/|"
    rf"\p{{Nd}}\s?°|[23456789CFGHJMPQRVWX]{{4}}[+＋]|(?:{_NAMES})\s?[:=：]|ไลน์|line\s?id|id\s?line"
)
"""RE2 pattern: a text without a match has nothing to mask (it may be skipped)."""

_Test = Callable[[str], bool]


@cache
def _shadow_table() -> tuple[re.Pattern[str], dict[int, int]]:
    """One character for one: digits of every script to ASCII, odd blanks, invisible marks and full width."""
    table = {ord(c): ord("\u200b") for c in _INVISIBLE}
    for code in range(0x80, _LAST_DIGIT + 1):
        if chr(code).isdecimal():
            table[code] = ord("0") + unicodedata.decimal(chr(code))
    for code in range(0xFF01, 0xFF5F):  # full width ! to ~
        table.setdefault(code, code - 0xFEE0)
    table.update(dict.fromkeys((0xA0, 0x2007, 0x202F, 0x3000), ord(" ")))
    return re.compile("[" + "".join(map(chr, table)) + "]"), table


def _grouped_like_phone(text: str) -> bool:
    """A country code without plus: "62 812 3456 7890" is a phone, "60 70 80 90 100" is a list."""
    groups = re.findall(r"[0-9]+", text)
    return len(groups) == 1 or sum(len(g) >= 3 for g in groups) >= len(groups) - 1


def _eight_like_phone(text: str) -> bool:
    """ "9123 4567" is a phone; "7000-8000", "3000 2002" and "90000000" are prices and years."""
    return not (re.search(r"00$|00[ \-]|[ \-](?:19|20|25)[0-9]{2}$", text))


def _not_years(text: str) -> bool:
    return not re.fullmatch(r"(?:(?:19|20|25)[0-9]{2}\D*)+", text)


def _not_one_digit(text: str) -> bool:
    """5555555555 is how Thai writes laughter."""
    return len(set(digits_of(text))) > 1


def _enough_digits(text: str) -> bool:
    return len(digits_of(text)) >= 5


@dataclass(frozen=True, slots=True)
class _Step:
    """Cut group `group` of `pattern` where `test` holds, put `token` there; an empty token protects.

    `gate` must be found in the text for the step to be worth trying.
    """

    token: str
    pattern: re.Pattern[str]
    gate: str
    group: int = 0
    test: _Test | None = None


_STEPS = (
    _Step("[url]", _URL, "page"),
    _Step("[email]", _EMAIL, "at"),
    _Step("[handle]", _HANDLE, "at"),
    _Step("[handle]", _HANDLE_NAMED, "name"),
    _Step("[coordinates]", _COORDINATES, "place"),
    _Step("[id]", ANNOUNCED, "digits", 1, _enough_digits),
    *(_Step("[id]", number.pattern, "digits", 0, number.valid) for number in NUMBERS),
    _Step("", _NOT_A_PHONE, "digits"),
    _Step("[phone]", _PHONE_NAMED, "digits", 1, _not_years),
    _Step("[phone]", _PHONE_PLUS, "digits"),
    _Step("[phone]", _PHONE_COUNTRY, "digits", 0, _grouped_like_phone),
    _Step("[phone]", _PHONE, "digits"),
    _Step("[phone]", _PHONE_EIGHT, "digits", 0, _eight_like_phone),
    _Step("[number]", _LONG_NUMBER, "digits", 0, _not_one_digit),
)

_GATES = {
    "page": re.compile(r"://|www\.|\.[a-z]{2,6}/", re.IGNORECASE),
    "at": re.compile(r"@|[(\[{]\s?at\s?[)\]}]|u/", re.IGNORECASE),
    "name": re.compile(rf"(?:{_NAMES})\s?[:=\uff1a]|ไลน์|line\s?id|id\s?line", re.IGNORECASE),
    "place": re.compile(r"[0-9]{4}|°|\+"),
    "digits": re.compile(r"[0-9](?:[^A-Za-z0-9]{0,6}[0-9]){4}|\([^0-9]{1,7}\)\s?[0-9]{6}"),
}


def _cut(shadow: str) -> list[tuple[int, int, str]]:
    """Where to cut, and what to put there."""
    cuts: list[tuple[int, int, str]] = []
    gates = {name: bool(pattern.search(shadow)) for name, pattern in _GATES.items()}
    for step in _STEPS:
        if not gates[step.gate]:
            continue
        hits = []
        for found in step.pattern.finditer(shadow):
            group = (found.lastindex or 0) if step.pattern is _HANDLE_NAMED else step.group
            if step.test is None or step.test(found.group(group)):
                hits.append(found.span(group))
        for start, end in hits:
            shadow = shadow[:start] + "\x00" * (end - start) + shadow[end:]
        if step.token:
            cuts += [(start, end, step.token) for start, end in hits]
    return sorted(cuts)


def mask_text(text: str, *, only: Collection[str] = TOKENS) -> str:
    """One text masked. Tokens: see TOKENS; `only` these are put in. Masking again changes nothing."""
    while True:
        shadow = text
        if not text.isascii():
            odd, table = _shadow_table()
            shadow = text.translate(table) if odd.search(text) else text
        cuts = [cut for cut in _cut(shadow) if cut[2] in only]
        if not cuts:
            return text
        pieces, at = [], 0
        for start, end, token in cuts:
            pieces += [text[at:start], token]
            at = end
        text = "".join((*pieces, text[at:]))


def mask(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A text column masked; empty stays empty. Texts that hold nothing to mask are passed by unread."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    suspect = pc.fill_null(pc.match_substring_regex(texts, MAY_HOLD), False)
    if not pc.any(suspect).as_py():
        return texts
    cleaned = [mask_text(text) for text in texts.filter(suspect).to_pylist()]
    return pc.replace_with_mask(texts, suspect, pa.array(cleaned, texts.type))


def mask_rejected(findings: Findings) -> None:
    """Mask the raw text of every row set aside and every example, in place.

    Coordinates and long numbers stay, so that the row can be mended and read again.
    """

    def masked(text: str) -> str:
        return mask_text(text, only=OF_PEOPLE)

    findings.rejected = [replace(row, raw=masked(row.raw)) for row in findings.rejected]
    found = list(findings)
    findings._found.clear()
    findings.extend(replace(f, example=masked(f.example)) for f in found)
