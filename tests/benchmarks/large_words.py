"""Made-up words, as unevenly common as words are, with some Swedish ones at known places."""

from __future__ import annotations

import random
from itertools import accumulate

LENGTH = 85  # words of a text: some 600 characters
SYLLABLES = ("ba", "de", "fo", "gi", "ha", "jo", "ka", "li", "mo", "nu", "pe", "ra", "si", "to", "ve", "lä", "kö", "må")
PLACED = {2: "kommunen", 3: "och", 40: "avlopp", 400: "vattenskydd", 4_000: "vänortsutbyte"}  # rank and word


class Words:
    """A long row of words, of which every text is a piece."""

    def __init__(self, different: int = 20_000, length: int = 1_000_000) -> None:
        dice = random.Random(7)  # noqa: S311 - made-up data
        made = ["".join(dice.choice(SYLLABLES) for _ in range(dice.randint(2, 4))) for _ in range(different)]
        self.known = [PLACED.get(rank, word) for rank, word in enumerate(made)]
        weights = list(accumulate(1 / (rank + 2) for rank in range(different)))
        self.row = dice.choices(self.known, cum_weights=weights, k=length)

    def some(self, dice: random.Random, number: int) -> str:
        """Return a piece of the row."""
        start = dice.randrange(len(self.row) - number)
        return " ".join(self.row[start : start + number])

    def title(self, dice: random.Random) -> str:
        """Return six to twelve words."""
        return self.some(dice, dice.randint(6, 12)).capitalize()

    def text(self, dice: random.Random, number: int) -> str:
        """Return a text; one of each thousand has a word that it shares with few others."""
        rare = f" sällsynt{number % 97_000}" if number % 1_000 == 7 else ""
        return f"{self.some(dice, LENGTH)}{rare}."
