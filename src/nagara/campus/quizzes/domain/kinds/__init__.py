"""The kinds of items, one slice each, all of one shape (`shape.Kind`)."""

from __future__ import annotations

from nagara.campus.quizzes.domain.kinds.choices import Multiple, Single
from nagara.campus.quizzes.domain.kinds.maps import MapPoint
from nagara.campus.quizzes.domain.kinds.numeric import Numeric
from nagara.campus.quizzes.domain.kinds.pairs import Matching, Ordering
from nagara.campus.quizzes.domain.kinds.shape import Kind
from nagara.campus.quizzes.domain.kinds.words import Words

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (Single(), Multiple(), Numeric(), Words(), Matching(), Ordering(), MapPoint())
}
