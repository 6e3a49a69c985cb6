"""The page and the pictures of a compressed image: complete, inert, bounded, the same each time."""

from __future__ import annotations

import base64
import csv
import dataclasses
import hashlib
import io
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import image_sample
import numpy as np
import pytest
from PIL import Image

import covey
from covey.features.images import read_picture
from covey.flow import Caution
from covey.picture import Fidelity, ImageFacts, Palette
from covey.report.images import embedding
from covey.report.images import page as page_module
from covey.report.images.chart import bytes_chart
from covey.report.images.data import (
    SCHEMA,
    facts_json,
    failed_row,
    result_row,
    table_csv,
    variant_row,
)
from covey.report.images.embedding import embed, image_of, indexed_image
from covey.report.images.error_map import (
    END,
    averaged,
    error_levels,
    error_map,
    legend,
    scale,
    spread_text,
)
from covey.report.images.page import render_page
from covey.report.images.sheet import contact_sheet
from covey.report.images.summary import summary_text, table_text
from covey.report.images.swatches import swatch_picture, swatch_png
from covey.report.images.words import (
    PHOTOGRAPHS,
    headline,
    photographic,
    printable,
    ratio_text,
    size_text,
    ssim_text,
    verdict,
)
from covey.report.numbers import plain
from covey.report.palette import contrast

EVIL = "<script>alert(1)</script>\"'&"


@pytest.fixture(scope="module")
def facts() -> ImageFacts:
    return image_sample.sample()


@pytest.fixture(scope="module")
def difference(facts: ImageFacts) -> np.ndarray:
    return image_sample.difference(facts.picture.frames[0].pixels, facts.indexed.pixels(0))


def changed(facts: ImageFacts, **chosen: Any) -> ImageFacts:
    """Change figures of what was made."""
    return dataclasses.replace(facts, chosen=dataclasses.replace(facts.chosen, **chosen))


def repeated(facts: ImageFacts, n: int) -> ImageFacts:
    """Take what was made for each of n variants."""
    variants, images = (facts.chosen,) * n, (facts.indexed,) * n
    return dataclasses.replace(facts, variants=variants, images=images)


class Reader(HTMLParser):
    """Collect the elements and the text of a page."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(content.decode())
        self.close()
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside != "style":
            self.words.append(data)

    def images(self) -> list[bytes]:
        uris = [attributes["src"] or "" for tag, attributes in self.elements if tag == "img"]
        return [base64.b64decode(uri.partition(",")[2]) for uri in uris]


# ---------------------------------------------------------------- the page


def test_same_bytes_twice(facts: ImageFacts, difference: np.ndarray) -> None:
    assert render_page(facts, difference) == render_page(facts, difference)
    assert render_page(facts, difference) != render_page(facts)
    assert contact_sheet(facts) == contact_sheet(facts)
    assert facts_json(facts) == facts_json(facts)


def test_page_refers_to_nothing_outside(facts: ImageFacts, difference: np.ndarray) -> None:
    content = render_page(facts, difference)
    reader = Reader(content)
    for tag, attributes in reader.elements:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:image/", "#")), (tag, value)
        assert not any(name.startswith("on") for name in attributes), tag
    style = re.search(r"<style>(.*?)</style>", content.decode(), re.DOTALL)
    assert style and "url(" not in style[1] and "@import" not in style[1]
    assert "/*light*/" not in style[1] and "--bg:#14171b" in style[1]  # both schemes are put in


def test_policy_allows_the_pages_own_script_only(facts: ImageFacts) -> None:
    reader = Reader(render_page(facts))
    (script,) = reader.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policies = [
        attributes["content"] or ""
        for tag, attributes in reader.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0] and f"script-src 'sha256-{digest}'" in policies[0]


def test_text_from_the_file_is_escaped(facts: ImageFacts, difference: np.ndarray) -> None:
    poisoned = dataclasses.replace(
        facts,
        picture=dataclasses.replace(
            facts.picture, name=EVIL, held=EVIL, format=EVIL, cautions=(Caution(EVIL, EVIL),)
        ),
        space=EVIL,
        options={EVIL: EVIL},
        cautions=(Caution(EVIL, EVIL),),
    )
    content = render_page(poisoned, difference).decode()
    assert EVIL not in content and "<script>alert" not in content
    reader = Reader(content.encode())
    assert reader.text.count(EVIL) >= 7
    assert len(reader.scripts) == 1


def test_page_tells_each_figure(facts: ImageFacts, difference: np.ndarray) -> None:
    text = plain(Reader(render_page(facts, difference)).text)
    made = facts.chosen
    for figure in (
        f"{made.bits_per_pixel:.2f}",
        f"{made.fidelity.psnr:.1f} dB",
        f"{made.fidelity.ssim:.3f}",
        f"{made.fidelity.ciede2000:.2f}",
        "OKLab",
        "none",
        "The color profile was converted to sRGB.",
        plain(size_text(facts.chosen.n_bytes)),
        *(f"{variant.n_bytes:,}" for variant in facts.variants),
        *(facts.indexed.palette().hex(i) for i in range(16)),
    ):
        assert figure in text, figure


def test_after_is_the_file_that_was_made(facts: ImageFacts) -> None:
    before, after, *variants = Reader(render_page(facts)).images()
    assert after == facts.content
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(before))), image_sample.waves())
    for variant, indexed in zip(variants, facts.images, strict=True):
        shown = np.asarray(Image.open(io.BytesIO(variant)).convert("RGB"))
        assert np.array_equal(shown, indexed.pixels(0))


def test_format_that_browsers_cannot_show(facts: ImageFacts) -> None:
    reader = Reader(render_page(dataclasses.replace(facts, format="TIFF", content=b"II*")))
    shown = np.asarray(Image.open(io.BytesIO(reader.images()[1])).convert("RGB"))
    assert np.array_equal(shown, facts.indexed.pixels(0))
    assert "Browsers do not show TIFF" in reader.text


def test_animation_plays_beside_its_first_frame() -> None:
    facts = image_sample.moving()
    reader = Reader(render_page(facts))
    images = reader.images()
    assert images[-1] == facts.content
    assert np.array_equal(
        np.asarray(Image.open(io.BytesIO(images[1])).convert("RGB")), facts.indexed.pixels(0)
    )
    assert "4 frames, 0.32 seconds" in reader.text
    assert "each frame has its own" in reader.text


def test_without_variants_there_is_no_table() -> None:
    content = render_page(image_sample.sample(ks=())).decode()
    assert "data-test=variants" not in content and 'data-test="variants"' not in content
    assert 'data-test="variants"' in render_page(image_sample.sample()).decode()


def test_shares_of_the_page_stay_below_its_limit() -> None:
    shares = (page_module._BEFORE, page_module._AFTER, page_module._MAP, page_module._VARIANTS)
    assert sum(shares) * 4 / 3 < 38_000_000


@pytest.mark.parametrize("channels", [3, 4])
def test_pictures_are_reduced_to_their_share(channels: int, rng: np.random.Generator) -> None:
    noise = rng.integers(0, 256, (200, 300, channels), np.uint8)
    embedded = embed(image_of(noise), 20_000)
    content = base64.b64decode(embedded.uri.partition(",")[2])
    assert len(content) <= 20_000
    shown = Image.open(io.BytesIO(content))
    assert shown.size[0] < 300 and shown.size[0] / shown.size[1] == pytest.approx(1.5, rel=0.02)
    assert f"reduced to {shown.size[0]} × {shown.size[1]}" in embedded.note
    assert ("JPEG" in embedded.note) == (channels == 3)


def test_what_fits_is_embedded_as_it_is() -> None:
    embedded = embed(image_of(image_sample.waves()), 1_000_000)
    assert embedded.note == "" and embedded.uri.startswith("data:image/png;base64,")


def test_photograph_becomes_a_jpeg_before_it_is_reduced(rng: np.random.Generator) -> None:
    noise = rng.integers(0, 256, (100, 100, 3), np.uint8)
    embedded = embed(image_of(noise), 29_000)  # the PNG takes 30 kB
    assert embedded.note == "a JPEG of quality 92"


def test_size_of_a_large_picture_is_guessed_from_bands(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    noise = image_of(rng.integers(0, 256, (1100, 200, 3), np.uint8))
    calm = image_of(image_sample.waves(1100, 200))
    monkeypatch.setattr(embedding, "_QUICK", 100_000)
    for image in (noise, calm):
        for kind in ("PNG", "JPEG"):
            size = len(embedding._written(image, kind))
            assert embedding._guess(image, kind) == pytest.approx(size, rel=0.3)
    assert "reduced" in embed(noise, 50_000).note and embed(calm, 500_000).note == ""


def test_page_says_what_it_reduced(
    facts: ImageFacts, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    assert "shown here as" not in Reader(render_page(facts)).text
    monkeypatch.setattr(page_module, "_BEFORE", 2_000)
    monkeypatch.setattr(page_module, "_VARIANTS", 6_000)
    monkeypatch.setattr(page_module, "_MAP_PIXELS", 1_000)
    noisy = image_sample.facts_of([rng.integers(0, 256, (64, 64, 3), np.uint8)], ks=(4, 64))
    text = plain(Reader(render_page(noisy, np.ones((64, 64), np.float32))).text)
    assert "The map is shown here as a copy reduced to 21 × 21 pixels" in text
    assert "Pictures of the table are reduced copies" in text
    assert re.search(r"The picture before is shown here as a JPEG .*reduced to", text)
    assert "figures are those of the full pictures" in text


# ---------------------------------------------------------------- honest words


def test_says_when_the_result_is_larger() -> None:
    facts = image_sample.sample(given=("JPEG", "8-bit RGB", 400))
    assert facts.chosen.ratio_file is not None and facts.chosen.ratio_file < 1
    said = " ".join(verdict(facts))
    assert re.search(r"\d times larger than the JPEG given; keep that file", said)
    assert PHOTOGRAPHS in said
    assert "larger than the JPEG given" in headline(facts)


def test_graphics_are_not_told_to_be_photographs() -> None:
    flat = np.zeros((64, 64, 3), np.uint8)
    flat[:, 32:] = 200
    facts = image_sample.facts_of([flat])
    assert facts.exact
    assert verdict(facts)[0].startswith("Not a pixel differs")
    assert PHOTOGRAPHS not in verdict(facts)
    assert "PSNR is infinite" in plain(Reader(render_page(facts)).text)


@pytest.mark.parametrize(
    ("k", "n_bytes", "kind", "told"),
    [
        (256, 1_000_000, "PNG", True),
        (16, 1_000_000, "PNG", False),
        (16, 400, "PNG", True),  # larger than the file given
        (256, 1_000_000, "WebP", False),
    ],
)
def test_photographs_are_told_where_it_helps(k: int, n_bytes: int, kind: str, told: bool) -> None:
    given = ("PNG", "8-bit RGB", n_bytes)
    facts = image_sample.facts_of([image_sample.waves(100, 120)], k=k, given=given)
    facts = dataclasses.replace(facts, format=kind)
    assert (PHOTOGRAPHS in verdict(facts)) is told


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kodim23.png", True),
        ("china.jpg", True),
        ("hopper_exif_orientation_6.jpg", True),
        ("rgba_small.png", False),
        ("palette_transparent.png", False),
        ("grey_16bit.pgm", False),
        ("skimage_logo_rgba.png", False),
    ],
)
def test_which_pictures_are_photographs(covey_data: Path, name: str, expected: bool) -> None:
    assert photographic(read_picture(covey_data / "03_images" / name)) is expected


def test_a_tiny_picture_has_no_sizes_beside_its_pixels() -> None:
    one = covey.compress(np.full((1, 1, 3), 9, np.uint8)).facts
    for text in (summary_text(one), headline(one), Reader(render_page(one)).text):
        assert "1" in text
        assert "times larger" not in text
        assert not re.search(r"[0-9] bits per pixel|Bits per pixel", plain(text))
    small = covey.compress(np.full((70, 70, 3), 9, np.uint8)).facts
    assert "bits per pixel" in summary_text(small)


def test_a_large_palette_is_folded() -> None:
    page = render_page(covey.compress(image_sample.waves(), k=256, effort=0).facts).decode()
    before, folded = page.split('<details class="more"')
    assert before.count("data-copy=") == 48
    assert folded.count("data-copy=") == 256 - 48
    assert "208 more colors" in folded
    assert "<details" not in render_page(covey.compress(image_sample.waves(), k=64).facts).decode()


def test_no_file_no_ratio_to_it() -> None:
    facts = image_sample.sample(given=("array", "8-bit RGB", None))
    assert "raw pixels" in headline(facts)
    text = Reader(render_page(facts)).text
    assert "Beside the file given" not in text and "Given ÷ made" not in text
    assert "given ÷" not in table_text(facts)


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (1, "1 byte"),
        (812, "812 bytes"),
        (87_421, "87.4 kB"),
        (999_960, "1.00 MB"),
        (2_310_000, "2.31 MB"),
    ],
)
def test_size_text(n_bytes: int, text: str) -> None:
    assert plain(size_text(n_bytes)) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (9.4, "9.4 times smaller than raw"),
        (1.28, "1.28 times smaller than raw"),
        (0.5, "2.0 times larger than raw"),
        (1.001, "as large as raw"),
    ],
)
def test_ratio_text(ratio: float, text: str) -> None:
    assert ratio_text(ratio, "raw") == text


def test_only_equal_pictures_have_an_ssim_of_one() -> None:
    assert (ssim_text(1.0), ssim_text(0.99996), ssim_text(0.9461)) == ("1.000", ">0.999", "0.946")


# ---------------------------------------------------------------- the error map


def test_error_map_spans_its_scale() -> None:
    levels = error_levels(np.array([[0, END / 4, END, 1e9, np.nan, np.inf]], np.float32))
    assert levels.tolist() == [[0, 128, 255, 255, 0, 255]]
    found = error_map(np.zeros((130, 3), np.float32))
    assert found.shape == (130, 3, 3) and found.dtype == np.uint8
    assert (found == scale()[0]).all()


def test_large_map_shows_the_mean_of_blocks() -> None:
    difference = np.arange(7 * 5, dtype=np.float32).reshape(7, 5)
    assert averaged(difference, 35) is difference
    assert averaged(difference, 10).tolist() == [[3, 5], [13, 15], [23, 25]]
    assert averaged(np.ones((1, 9), np.float32), 3).shape == (1, 9)


def test_scale_climbs_in_even_steps_of_lightness() -> None:
    encoded = scale() / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    to_lms = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    lightness = np.cbrt(linear @ to_lms.T) @ [0.2104542553, 0.7936177850, -0.0040720468]
    steps = np.diff(lightness[::15])
    assert steps.min() > 0 and steps.max() < 1.15 * steps.min()


def test_spread_counts_pixels() -> None:
    difference = np.zeros((100, 10), np.float32)
    difference[:25] = 1.0
    difference[:10] = 7.25
    said = plain(spread_text(difference))
    assert "75 % of the pixels differ by less than 1" in said
    assert "10 % by 5 or more" in said and "7.2" in said
    assert spread_text(np.zeros((4, 4))) == "No pixel differs."


def test_legend_has_ticks_and_parses() -> None:
    drawn = ElementTree.fromstring(legend("fig"))
    assert [one.text for one in drawn.iter("text")] == ["0", "1", "2", "5", "10", "20+"]


# ---------------------------------------------------------------- pictures


def test_contact_sheet_has_a_tile_for_each(facts: ImageFacts) -> None:
    sheet = np.asarray(Image.open(io.BytesIO(contact_sheet(facts))))
    assert sheet.shape == (2 * 28 + 2 * (64 + 66) + 20, 2 * 28 + 2 * 290 + 20, 3)
    assert np.array_equal(sheet[28:92, 28:124], image_sample.waves())
    for i, indexed in enumerate(facts.images, 1):
        y, x = 28 + i // 2 * (64 + 66 + 20), 28 + i % 2 * 310
        assert np.array_equal(sheet[y : y + 64, x : x + 96], indexed.pixels(0))


def test_contact_sheet_of_a_large_picture_has_details() -> None:
    pixels = image_sample.waves(600, 900)
    facts = repeated(image_sample.facts_of([pixels], k=4), 3)
    sheet = np.asarray(Image.open(io.BytesIO(contact_sheet(facts))))
    assert sheet.shape[1] == 2 * 28 + 2 * 480 + 20
    detail = sheet[28 + 320 + 6 : 28 + 320 + 6 + 144, 28 : 28 + 480]
    views = np.lib.stride_tricks.sliding_window_view(pixels[..., 0], (1, 480))[:, :, 0]
    rows = (views == detail[0, :, 0]).all(axis=2)
    assert rows.any()  # at 100 %: the pixels of the original themselves


def test_contact_sheet_of_many_stays_small() -> None:
    facts = repeated(image_sample.facts_of([image_sample.waves(500, 500)], k=4), 40)
    width, height = Image.open(io.BytesIO(contact_sheet(facts))).size
    assert width * height < 10_000_000


def test_contact_sheet_shows_alpha_over_checks() -> None:
    facts = image_sample.facts_of([image_sample.waves(alpha=True)])
    sheet = np.asarray(Image.open(io.BytesIO(contact_sheet(facts))))
    assert sheet[28, 28].tolist() == [255, 255, 255] and sheet[28, 36].tolist() == [226, 226, 226]


def test_swatches_parse_and_are_legible(facts: ImageFacts) -> None:
    palette = facts.indexed.palette()
    drawn = ElementTree.fromstring(swatch_picture(palette))
    name = "{http://www.w3.org/2000/svg}"
    texts = list(drawn.iter(f"{name}text"))
    assert [one.text for one in texts[::2]] == [palette.hex(i) for i in range(16)]
    assert all((one.text or "").endswith(" %") for one in texts[1::2])
    for one in texts[::2]:
        assert contrast(one.attrib["fill"], one.text or "") >= 4.5
    band = [r for r in drawn.iter(f"{name}rect") if r.attrib.get("y") == "16"]
    width = float(drawn.attrib["width"]) - 32
    assert [float(one.attrib["width"]) / width for one in band] == pytest.approx(
        palette.shares, abs=1e-3
    )
    shown = Image.open(io.BytesIO(swatch_png(palette)))
    assert shown.size == (int(drawn.attrib["width"]), int(drawn.attrib["height"]))


def test_swatches_of_a_palette_without_pixels_or_with_alpha() -> None:
    colors = np.array([[255, 0, 0, 255], [0, 0, 255, 64]], np.uint8)
    drawn = swatch_picture(Palette(colors, np.zeros(2, np.int64))).decode()
    assert "#0000ff40" in drawn and "%" not in drawn
    assert drawn.count('fill="url(#check)"') == 2  # in the band and in the grid


def test_chart_marks_what_was_chosen(facts: ImageFacts) -> None:
    drawn = ElementTree.fromstring(bytes_chart(facts, 640, 300, "fig"))
    dots = [one.attrib["class"] for one in drawn.iter("circle")]
    assert dots == ["knot", "knot now", "knot"]
    assert [one.text for one in drawn.iter("text")][-3:] == ["16", "4", "64"]
    assert bytes_chart(image_sample.sample(ks=(16,)), 640, 300, "fig") == ""


def test_alpha_of_a_palette_is_kept_in_pictures() -> None:
    facts = image_sample.facts_of([image_sample.waves(alpha=True)])
    image = indexed_image(facts.indexed)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    shown = np.asarray(Image.open(stream).convert("RGBA"))
    assert np.array_equal(shown, facts.indexed.pixels(0))


# ---------------------------------------------------------------- data and terminal


def test_json_has_every_fact_and_no_pixels(facts: ImageFacts) -> None:
    found = json.loads(facts_json(facts))
    assert found["schema"] == SCHEMA
    assert found["picture"]["width"] == 96 and found["picture"]["n_bytes"] == 9000
    assert found["chosen"]["fidelity"]["psnr"] == pytest.approx(facts.chosen.fidelity.psnr)
    assert sum(one["share"] for one in found["palettes"][0]) == pytest.approx(1)
    assert found["palettes"][0][0]["hex"] == facts.indexed.palette().hex(0)
    assert [one["k"] for one in found["variants"]] == [4, 16, 64]
    assert len(facts_json(facts)) < 10_000
    fields = {field.name for field in dataclasses.fields(ImageFacts)}
    assert set(found) - {"schema", "palettes"} == fields - {"indexed", "images", "content"}


def test_equal_pictures_have_a_psnr_of_null(facts: ImageFacts) -> None:
    equal = changed(facts, fidelity=Fidelity(math.inf, 1.0, 0.0))
    assert json.loads(facts_json(equal))["chosen"]["fidelity"]["psnr"] is None
    assert b"inf" in table_csv([variant_row(equal.chosen)])


def test_csv_of_variants_and_of_a_folder(facts: ImageFacts) -> None:
    rows = list(
        csv.DictReader(io.StringIO(table_csv([*map(variant_row, facts.variants)]).decode()))
    )
    assert [row["k"] for row in rows] == ["4", "16", "64"]
    assert float(rows[0]["ciede2000"]) == pytest.approx(facts.variants[0].fidelity.ciede2000, 1e-5)
    named = dataclasses.replace(facts, picture=dataclasses.replace(facts.picture, name='=a "b",\n'))
    content = table_csv([failed_row("bad.png", "not\nan image"), result_row(named, "out/a.png")])
    bad, good = csv.DictReader(io.StringIO(content.decode(), newline=""))
    assert bad["error"] == "not an image" and bad["n_bytes"] == ""
    assert good["file"] == '\'=a "b",\n'  # no spreadsheet runs it
    assert good["n_bytes"] == str(facts.chosen.n_bytes) and good["exact"] == "no"


def test_summary_is_aligned_and_inert(facts: ImageFacts) -> None:
    named = dataclasses.replace(
        facts, picture=dataclasses.replace(facts.picture, name="a\x1b[2J\nb")
    )
    lines = summary_text(named).splitlines()
    assert lines[0].startswith("a[2J b     96 × 64, 8-bit RGB, PNG of 9.0 kB")
    assert lines[1].startswith("16 colors  PNG of ") and "smaller than the file given" in lines[1]
    assert "bits per pixel, PSNR" in lines[2] and lines[2].startswith(" " * 11)
    assert not any(c in summary_text(named) for c in "\x1b\x00\u00a0")
    assert all(len(line) <= 60 for line in summary_text(named, width=60).splitlines())


def test_long_name_stands_above(facts: ImageFacts) -> None:
    name = "a very long name " * 3 + ".png"
    named = dataclasses.replace(facts, picture=dataclasses.replace(facts.picture, name=name))
    assert summary_text(named).splitlines()[0] == printable(name)


def test_table_over_k_is_aligned(facts: ImageFacts) -> None:
    lines = table_text(facts).splitlines()
    assert len(lines) == 2 + 3
    assert {len(line) for line in lines[1:]} == {len(lines[1])}
    assert lines[3].split()[:2] == ["16", f"{facts.variants[1].n_bytes:,}"]
    assert table_text(image_sample.sample(ks=())) == ""


# ---------------------------------------------------------------- real pictures


@pytest.mark.parametrize(
    "name", ["china.jpg", "skimage_logo_rgba.png", "animated_31_frames.gif", "tiny_animated.gif"]
)
def test_real_pictures_render(covey_data: Path, name: str) -> None:
    kind = "GIF" if name.endswith("gif") else "PNG"
    facts = image_sample.from_file(covey_data / "03_images" / name, k=32, kind=kind)
    reader = Reader(render_page(facts))
    assert name in reader.text
    assert facts.content in reader.images()
    assert contact_sheet(facts).startswith(b"\x89PNG")
