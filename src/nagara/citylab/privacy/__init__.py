"""Privacy: what is masked, hashed and looked for before anything is stored.

Four verbs: `mask` (a column of text without handles, phones, e-mails, addresses of pages, identity numbers
and coordinates), `pseudonyms` (people as hashes that only this city's salt can make), `scan` (does a table
hold people?) and `mask_rejected` (rows set aside are masked too). The rules are in docs/privacy.md.
"""

from nagara.citylab.privacy.hashing import pseudonym, pseudonyms
from nagara.citylab.privacy.masking import TOKENS, mask, mask_rejected, mask_text
from nagara.citylab.privacy.scanning import PersonalScan, scan, scan_file

__all__ = [
    "TOKENS",
    "PersonalScan",
    "mask",
    "mask_rejected",
    "mask_text",
    "pseudonym",
    "pseudonyms",
    "scan",
    "scan_file",
]
