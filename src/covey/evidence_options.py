"""Options of the commands that look for evidence; those of preparing a table are the same for all.

One table for each command, in the order in which its help tells them.
"""

from __future__ import annotations

from collections.abc import Mapping

from covey.options import SEGMENT, Option

#: how a table becomes features, told once in ``options.SEGMENT``
PREPARING: Mapping[str, Option] = {
    name: SEGMENT[name]
    for name in ("features", "drop", "id", "scale", "log", "missing", "categories", "where")
}

#: of every command here
COMMON: Mapping[str, Option] = {name: SEGMENT[name] for name in ("seed", "title")}
