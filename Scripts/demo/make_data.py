"""Writes the demonstration's data sets.

    python make_data.py FOLDER

Standard library only; the same world gives the same bytes.
"""

import pathlib
import random
import sys

import datasets
from things import Things
from world import SEED, World

datasets.write_all(World(), Things(random.Random(SEED + 1)), pathlib.Path(sys.argv[1]))
