"""The parts of ``covey image``: which files are read, where results go, one image, many images.

::

    sources        files and folders given → the images to read, in a stable order
    places         where each result goes; what is refused before any work
    making         a result → the files that were asked for beside the image
    one            one image, standard input and output
    many           several images side by side, and the list of what failed
    side_by_side   processes that make images, one at a time each
    results        what is told of several images: lines, CSV, JSON
"""
