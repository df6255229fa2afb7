"""Maps that need no internet: what may lie in the map folder, and what is handed to a browser.

``DATA/karta/`` holds *layers* (kartlager: ``NAME.geojson``, our own vector files) and *archives*
(bildkartor: ``NAME.pmtiles``, raster tiles in one file). Each says what it is called and whose it
is. A file that cannot be used is refused with a sentence and the others stand.
"""
