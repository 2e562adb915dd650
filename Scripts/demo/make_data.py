"""Writes the demonstration's data sets.

    python make_data.py FOLDER
    python make_data.py --selection FOLDER    # instead, cases to choose settings by

Standard library only; the same world gives the same bytes.
"""

import pathlib
import random
import sys

import datasets
from things import Things
from world import SEED, World

if sys.argv[1] == "--selection":
    datasets.write_selection(World(), pathlib.Path(sys.argv[2]))
else:
    datasets.write_all(World(), Things(random.Random(SEED + 1)), pathlib.Path(sys.argv[1]))
