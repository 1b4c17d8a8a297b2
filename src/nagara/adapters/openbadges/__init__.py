"""Open Badges 3.0 as W3C Verifiable Credentials: sign, bake, and judge those of others. Open Badges 2.0 are
recognised. Plain records in and out; no network: what would need it is named instead of guessed.

    judge(data, contexts=..., keys=..., status=..., now=...) -> Judgement

Sources: 1EdTech Open Badges 3.0 and 2.0; W3C Verifiable Credentials Data Model 2.0, Data Integrity 1.0,
Data Integrity EdDSA Cryptosuites 1.0, Bitstring Status List 1.0.
"""

from nagara.adapters.openbadges.baking import bake_png, bake_svg, baked
from nagara.adapters.openbadges.contexts import UnknownContext, load
from nagara.adapters.openbadges.judging import Judgement, Problem, Verdict, judge
from nagara.adapters.openbadges.proofs import add_proof, check_proof
from nagara.adapters.openbadges.tokens import sign_token

__all__ = [
    "Judgement",
    "Problem",
    "UnknownContext",
    "Verdict",
    "add_proof",
    "bake_png",
    "bake_svg",
    "baked",
    "check_proof",
    "judge",
    "load",
    "sign_token",
]
