"""What ``covey.compress`` gives: the file, the picture, its palette, and how near it is."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from covey.colors.fidelity import difference_map
from covey.colors.palette_files import dump_palette
from covey.errors import OptionError, OutputError
from covey.files import write_file, write_files
from covey.picture import Fidelity, ImageFacts, Palette
from covey.recipes._image_making import ImageRun
from covey.report.images.data import facts_json, table_csv, variant_row
from covey.report.images.encoding import FORMATS, encode, format_for
from covey.report.images.summary import summary_text, table_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from covey.features.images.counting import ImageFeatures


@dataclass(frozen=True, repr=False, eq=False)
class ImageResult:
    """A picture in few colors: what the command writes, and the same as arrays and facts."""

    features: ImageFeatures
    run: ImageRun
    facts: ImageFacts

    @property
    def content(self) -> bytes:
        """The file that was made."""
        return self.facts.content

    @property
    def format(self) -> str:
        """Its format: ``png``, ``gif``, ``webp``, ``png24`` or ``npz``."""
        return self.run.made.maker.format

    @property
    def palette(self) -> Palette:
        """The palette with its counts; of an animation, that of the first frame."""
        return self.facts.indexed.palette(0)

    @property
    def labels(self) -> Any:
        """Index of each pixel into the palette, (h, w); of an animation, one for each frame."""
        indices = self.facts.indexed.indices
        return indices if self.facts.picture.animated else indices[0]

    @property
    def pixels(self) -> Any:
        """Pixels (h, w, 3), or (h, w, 4) with alpha; of an animation, one for each frame."""
        indexed = self.facts.indexed
        found: list[NDArray[Any]] = [indexed.pixels(i) for i in range(len(indexed.indices))]
        return tuple(found) if len(found) > 1 else found[0]

    @property
    def metrics(self) -> Fidelity:
        """How near it is to the picture given: ``psnr``, ``ssim``, ``ciede2000``."""
        return self.facts.chosen.fidelity

    @property
    def image(self) -> Any:
        """A Pillow image: mode P with the palette; RGB or RGBA above 256 colors."""
        from covey.report.images.embedding import indexed_image

        return indexed_image(self.facts.indexed)

    @property
    def larger(self) -> bool:
        """The file made is not smaller than the file given."""
        given = self.facts.picture.n_bytes
        return given is not None and len(self.content) >= given

    @property
    def skipped(self) -> bool:
        """Nothing is to be written: it is ``larger``, and ``skip_if_larger`` was asked for."""
        return self.larger and bool(self.facts.options.get("skip_if_larger"))

    @functools.cached_property
    def _files(self) -> dict[str, bytes]:
        from covey.report.images.page import render_page
        from covey.report.images.sheet import contact_sheet

        facts = self.facts
        before, after = facts.picture.frames[0].pixels, facts.indexed.pixels(0)
        name = facts.picture.name
        files = {
            f"image{FORMATS[self.format]}": self.content,
            "palette.json": dump_palette(self.palette, ".json", name),
            "palette.gpl": dump_palette(self.palette, ".gpl", name),
            "report.html": render_page(facts, difference_map(before, after)),
            "report.json": facts_json(facts),
        }
        if facts.variants:
            files["table.csv"] = table_csv([variant_row(one) for one in facts.variants])
            files["sheet.png"] = contact_sheet(facts)
        return files

    def files(self) -> dict[str, bytes]:
        """Return every file that can be written: name to content."""
        return dict(self._files)

    def write(self, folder: str | os.PathLike[str], force: bool = False) -> Path:
        """Write every file into a folder, all of them or none, and return the folder.

        Raises
        ------
        OutputError
            A file is there already and ``force`` is false, the folder cannot be written, or the
            result is ``skipped``.
        """
        self._refuse_skipped(folder)
        write_files(folder, self.files(), force)
        return Path(folder)

    def save(self, path: str | os.PathLike[str], force: bool = False) -> Path:
        """Write the image alone, in the format that the name ends with, and return the path.

        Parameters
        ----------
        path : path
            Ends with ``.png``, ``.gif``, ``.webp`` or ``.npz``.
        force : bool
            Replace a file that is there.

        Raises
        ------
        OptionError
            It ends otherwise, or the format cannot hold so many colors.
        OutputError
            The file is there already and ``force`` is false, cannot be written, or the result is
            ``skipped``.
        """
        self._refuse_skipped(path)
        path = Path(path)
        wanted = format_for(str(path))
        if wanted is None:
            endings = ", ".join(dict.fromkeys(FORMATS.values()))
            raise OptionError(f"the name of an image must end with {endings}; got {path.name!r}")
        content = self.content
        if FORMATS[wanted] != FORMATS[self.format]:
            maker = self.run.made.maker
            metadata = self.facts.picture.metadata if maker.keep_metadata else None
            content = encode(self.facts.indexed, wanted, effort=maker.effort, metadata=metadata)
        write_file(path, content, force)
        return path

    def _refuse_skipped(self, place: str | os.PathLike[str]) -> None:
        if self.skipped:
            raise OutputError(
                f"{os.fspath(place)!r} was not written: with skip_if_larger the result must be "
                f"smaller than the file given; got {len(self.content):,} bytes for "
                f"{self.facts.picture.n_bytes:,}; keep that file, or leave skip_if_larger out"
            )

    def __repr__(self) -> str:
        table = table_text(self.facts)
        return summary_text(self.facts) + (f"\n{table}" if table else "")
