"""A compressed image becomes files, pages and pictures; pure: same input, same bytes.

::

    encoding      the image file itself: PNG, GIF, WebP
    page          the before/after page: context for templates/, one self-contained file
    ├── embedding     pictures as data URIs, each within its share of the page
    ├── error_map     where colors differ, as a picture with a legend
    └── chart         bytes against color difference, over K
    sheet         the contact sheet of the variants, a PNG
    swatches      the palette as a picture, SVG and PNG
    data          JSON and CSV
    summary       the text for a terminal
    words         the sentences that page and terminal share
"""
