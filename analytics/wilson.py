"""Within what does a share lie that was seen in so many cases? Wilson's score interval.

Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209–212:
(p + z²/2n ± z √(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n). Unlike p ± z √(p(1−p)/n) it never leaves 0 … 1, and it is not
empty where all, or none, of a few cases came true.
"""

import math

Z_95 = 1.959963984540054  # of the normal distribution, two-sided


def wilson(successes: float, cases: float, z: float = Z_95) -> tuple[float, float]:
    """Lower and upper bound of the share, 0 … 1; not a number where there are no cases."""
    if not cases > 0:
        return math.nan, math.nan
    share, square = successes / cases, z * z / cases
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / cases + square / (4 * cases)) / (1 + square)
    # At the ends the bound is the end itself, but for the last bit.
    low = 0.0 if successes == 0 else middle - half
    return low, 1.0 if successes == cases else middle + half
