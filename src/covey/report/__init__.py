"""An Explanation becomes HTML, JSON and CSV; pure: same input, same bytes.

::

    bundle        all files at once
    ├── page      report.html: context for templates/, one self-contained page
    │   └── figures   the pictures in their order, each drawn for a desk and for a phone
    │       ├── scatter heat bars silhouettes elbow    one picture a file
    │       └── axes placement svg palette             places, labels, shapes, colors
    ├── data      report.json
    └── tables    profile.csv, segments.csv
    summary       the text for a terminal
    words numbers what page and summary say, and how figures are written

Text from the data is escaped where it enters: by the templates (autoescape), by ``svg.Drawing``
and by ``tables.cell``; ``summary`` drops control characters. Nothing here reads a clock, draws a
random number or looks at the machine. Elements carry ``data-test`` for the tests to hold on to.
"""
