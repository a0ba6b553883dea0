"""The pictures in docs/pictures: the pages of a demo that is the same whenever they are taken."""
