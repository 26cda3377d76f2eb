"""A small painting programme: it paints the style pictures that the studio ships.

Every picture is composed and rendered from a seed with numpy and Pillow alone, so that their origin
is beyond doubt and anyone can make them again.
"""
