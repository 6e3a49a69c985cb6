"""The before/after page: one file that needs nothing else, with a slider, zoom and every figure."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from covey.picture import ImageFacts, Indexed, Palette, Variant
from covey.report import palette as colors
from covey.report.images import words
from covey.report.images.chart import bytes_chart
from covey.report.images.embedding import (
    SHOWN,
    Embedded,
    embed,
    embed_file,
    image_of,
    indexed_image,
    level_image,
    reduced_text,
)
from covey.report.images.error_map import averaged, error_levels, legend, scale, spread_text
from covey.report.images.swatches import ink_on, over_white, shares_text
from covey.report.numbers import count, fixed, number

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TEMPLATES = Path(__file__).parents[1] / "templates"
_MOST_SWATCHES = 256
_AT_ONCE, _SPARE = 48, 16  # swatches in sight; so few more are shown with them

# Bytes that each picture may take, before they become base64 text, which is a third longer:
# together 28 MB, so that no page is larger than about 40 MB.
_BEFORE, _AFTER, _MAP, _VARIANTS = 10_000_000, 8_000_000, 2_000_000, 8_000_000

_MAP_PIXELS = 2_000_000

_MAP_TEXT = "where colors differ"


def render_page(facts: ImageFacts, difference: NDArray[Any] | None = None) -> bytes:
    """Render the before/after page of a compressed image.

    Parameters
    ----------
    facts : ImageFacts
        What was made of the picture.
    difference : ndarray of shape (h, w), float, optional
        CIEDE2000 of each pixel of the first frame; without it the page has no error map.

    Returns
    -------
    bytes
        UTF-8 HTML, at most about 40 MB. No request: a content security policy in the page forbids
        any, and runs no script but the page's own. Without script both pictures stand side by side.
    """
    from markupsafe import Markup

    script = (_TEMPLATES / "image.js").read_text(encoding="utf-8")
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    context = {
        **_pictures(facts, difference),
        **_sentences(facts),
        **_palette(facts),
        "x": facts,
        "style": Markup(_style()),  # noqa: S704 — our own style sheet, no data in it
        "script": Markup(script),  # noqa: S704 — our own script, no data in it
        "script_hash": f"sha256-{digest}",
    }
    html = _environment().get_template("image.html.j2").render(**context)
    return html.encode("utf-8", "replace")


@cache
def _environment() -> Any:
    """Make the template engine: everything from the data is escaped, nothing may be undefined."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    """Return the report's style sheet and this page's, with the colors of both schemes put in."""
    sheets = [(_TEMPLATES / name).read_text("utf-8") for name in ("report.css", "image.css")]
    sheet = "".join(sheets)
    for name, scheme in colors.variables().items():
        block = "".join(f"--{key}:{color};" for key, color in scheme.items())
        sheet = sheet.replace(f"/*{name}*/", block)
    return sheet


# ---------------------------------------------------------------- pictures


def _pictures(facts: ImageFacts, difference: NDArray[Any] | None) -> dict[str, Any]:
    """Embed the pictures, each within its share, and say what had to be changed for that."""
    from markupsafe import Markup

    before = embed(image_of(facts.picture.frames[0].pixels), _BEFORE)
    after = _after(facts)
    found = None if difference is None else _map(difference)
    rows = [
        _row(facts, i, embed(indexed_image(indexed), _VARIANTS // len(facts.variants)))
        for i, indexed in enumerate(facts.images[: len(facts.variants)])
    ]
    animation = _animation(facts)
    shown = [("The picture before", before), ("The result", after), ("The map", found)]
    return {
        "before": before,
        "after": after,
        "map": found,
        "map_text": _MAP_TEXT,
        "legend": Markup(legend("fig")),  # noqa: S704 — drawn from constants
        "spread": "" if difference is None else spread_text(difference),
        "variants": rows,
        "chart": Markup(_chart(facts)),  # noqa: S704 — ``svg`` escapes every text in it
        "choices": _choices(facts, rows, found),
        "animation": animation,
        "animation_text": _animation_text(facts),
        "notes": _notes(facts, shown, animation, any(row["note"] for row in rows)),
    }


def _map(difference: NDArray[Any]) -> Embedded:
    """Embed the error map; a large one shows the mean of small blocks."""
    small = averaged(difference, _MAP_PIXELS)
    embedded = embed(level_image(error_levels(small), scale()), _MAP)
    if small is difference or embedded.note:
        return embedded
    return Embedded(embedded.uri, reduced_text((small.shape[1], small.shape[0])))


def _after(facts: ImageFacts) -> Embedded:
    """Embed the file that was made where a browser shows it, else its pixels."""
    kind = facts.format.upper()
    if not facts.picture.animated and kind in SHOWN and len(facts.content) <= _AFTER:
        return embed_file(facts.content, kind)
    return embed(indexed_image(facts.indexed), _AFTER)


def _animation(facts: ImageFacts) -> Embedded | None:
    """Embed the file that was made when it moves."""
    kind = facts.format.upper()
    if not facts.picture.animated or kind not in SHOWN or len(facts.content) > _AFTER:
        return None
    return embed_file(facts.content, kind)


def _animation_text(facts: ImageFacts) -> str:
    seconds = sum(facts.indexed.durations) / 1000
    n = len(facts.indexed.indices)
    return f"The {facts.format} that was made: {count(n)} frames, {number(seconds)} seconds."


def _chart(facts: ImageFacts) -> str:
    return bytes_chart(facts, 640, 300, "fig wide") + bytes_chart(facts, 350, 300, "fig narrow")


def _notes(
    facts: ImageFacts,
    shown: list[tuple[str, Embedded | None]],
    animation: Embedded | None,
    rows_changed: bool,
) -> list[str]:
    notes = [
        f"{what} is shown here as {one.note}, to keep this page small."
        for what, one in shown
        if one is not None and one.note
    ]
    if rows_changed:
        notes.append("Pictures of the table are reduced copies, to keep this page small.")
    if notes:
        notes.append("The figures are those of the full pictures.")
    if facts.format.upper() not in SHOWN:
        notes.append(f"Browsers do not show {facts.format}; the same pixels are shown as PNG.")
    elif facts.picture.animated and animation is None:
        notes.append("The animation is too large for this page; its first frame is shown.")
    return notes


def _row(facts: ImageFacts, i: int, embedded: Embedded) -> dict[str, Any]:
    """Format a row of the table over K."""
    variant = facts.variants[i]
    return {
        "key": f"variant-{i}",
        "text": _variant_text(variant),
        "uri": embedded.uri,
        "note": embedded.note,
        "chosen": variant.k == facts.chosen.k and variant.dither == facts.chosen.dither,
        "n_colors": count(variant.n_colors),
        "n_bytes": count(variant.n_bytes),
        "bits": fixed(variant.bits_per_pixel),
        "raw": f"{variant.ratio_raw:,.1f}",
        "given": "" if variant.ratio_file is None else f"{variant.ratio_file:,.2f}",
        "ciede2000": words.difference_text(variant.fidelity.ciede2000),
        "ssim": words.ssim_text(variant.fidelity.ssim),
        "psnr": words.psnr_text(variant.fidelity.psnr).removesuffix("\u00a0dB"),
    }


def _variant_text(variant: Variant) -> str:
    return f"{words.colors_text(variant.n_colors)}, {words.size_text(variant.n_bytes)}"


def _choices(
    facts: ImageFacts, rows: list[dict[str, Any]], found: Embedded | None
) -> list[dict[str, str]]:
    """Return what can be shown on the right; ``source`` is the id of the image that holds it."""
    chosen = {"key": "result", "text": _variant_text(facts.chosen), "source": "result"}
    others = [{"key": row["key"], "text": row["text"], "source": row["key"]} for row in rows]
    if found is not None:
        others.append({"key": "map", "text": _MAP_TEXT, "source": "differences"})
    return [chosen, *others]


# ---------------------------------------------------------------- words and palette


def _sentences(facts: ImageFacts) -> dict[str, Any]:
    options = [(name, _option(value)) for name, value in facts.options.items()]
    return {
        "given": words.picture_text(facts.picture),
        "headline": words.headline(facts),
        "verdict": words.verdict(facts),
        "gauges": words.gauges(facts),
        "cautions": (*facts.picture.cautions, *facts.cautions),
        "graphics": words.GRAPHICS,
        "options": options,
        "sheer": facts.picture.frames[0].pixels.shape[2] == 4,
    }


def _option(value: Any) -> str:
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _palette(facts: ImageFacts) -> dict[str, Any]:
    palette = facts.indexed.palette(0)
    shares = palette.shares.tolist()
    texts = shares_text(palette)
    swatches = [
        {
            "hex": palette.hex(i),
            "share": texts[i],
            "width": f"{100 * shares[i]:.4f}" if shares[i] > 0 else "",
            "ink": ink_on(over_white(palette, i)),
            "sheer": bool(palette.colors[i, 3] < 255),
        }
        for i in range(min(len(shares), _MOST_SWATCHES))
    ]
    return {
        "swatches": swatches,
        "n_shown": _AT_ONCE if len(swatches) > _AT_ONCE + _SPARE else len(swatches),
        "palette_text": _palette_text(facts.indexed, palette),
    }


def _palette_text(indexed: Indexed, palette: Palette) -> str:
    n = len(palette.colors)
    text = words.colors_text(n)
    if n > _MOST_SWATCHES:
        text = f"The first {_MOST_SWATCHES} of {text}"
    if len(indexed.palettes) > 1:
        text += " of the first frame; each frame has its own"
    counted = ", with their share of the pixels" if palette.counts.sum() else ""
    return f"{text}{counted}. Click a color to copy its HEX value."
