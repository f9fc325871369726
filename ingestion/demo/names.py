"""What are they called? Invented places and people, put together from parts."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from ingestion.demo.dice import choose_weighted


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FAMILIES = words(
    """
Abernath Adair Aldous Alvarado Amsden Anselm Arbuck Ardmont Arkell Atwell Averill Bagley Ballard Bancroft Barlow
Barrick Bascom Baxley Beamer Beckett Bellamy Benning Bexley Birdsall Blaine Bodine Bolander Bonham Brandt Brewster
Bristow Brockway Burdett Burnham Cadwell Calhoun Camden Carrick Carver Caswell Chaffee Chandler Clifton Colby
Colfax Conrad Corbin Corley Cranston Creighton Crowell Cullen Cutler Dabney Dalton Darby Darnell Dawes Delano
Denham Desmond Dexter Dobson Dorsey Draper Dunbar Dunmore Easton Eckert Edgerly Elkins Ellery Elwood Emmet Everly
Fairley Farrell Fenton Finley Fletcher Forsyth Foster Fulton Gaines Galvin Garner Garrick Gentry Gifford Gilmer
Glidden Gorham Grady Granger Greeley Griggs Hadley Haines Halsey Hanley Harlan Harmon Hartley Haskell Hayden Hewitt
Hobart Holden Hollis Hopper Hubbard Huxley Ingram Irvin Jarvis Jessup Judson Keaton Keene Kendall Kenyon Kimball
Kirby Lamar Landon Langley Larkin Lathrop Lawton Ledyard Lennox Linden Lockwood Loring Lowell Ludlow Mabry Maddox
Manning Marlow Mayfair Meeker Mercer Merrill Milburn Monroe Morley Munson Nash Nesbit Newell Norwood Oakley Ogden
Orville Osborn Paxton Pelham Perrin Pickett Pomeroy Prentice Quimby Radcliff Ramsey Rankin Redfern Renwick Ripley
Rollins Roscoe Rowan Sabine Saxon Selby Sewell Shelby Sherrill Sibley Stanton Sterling Stoddard Talbot Tanner
Tatum Thayer Tilden Truman Upton Vance Vernal Wadley Wakely Walden Warrick Weldon Westcott Whitley Wickham Wilcox
Winslow Wyatt Yancey Yardley
"""
)
FEATURES = words(
    """
Bay Bend Bluff Bluffs Bottoms Canyon Center Cove Creek Crossing Fork Forks Gap Glen Grove Harbor Hills Hollow
Junction Knolls Lake Landing Meadow Meadows Mesa Mills Narrows Orchard Park Pass Plains Point Prairie Ranch Ridge
River Rock Run Shoals Springs Station Summit Terrace Trace Valley View Wells
"""
)
FRONTS = words(
    """
Alder Ash Barrow Beck Birch Bram Briar Calder Carn Cinder Crane Dun Elder Ember Farn Fen Flint Gorse Hazel Heron
Hollin Juniper Kel Kes Lark Lin Marl Merri Nether Oaken Orrin Otter Pell Pine Quail Raven Rook Sage Sedge Shale
Sorrel Stave Tarn Teasel Thistle Thorn Umber Vale Wex Whin Winter Wren Yar Yarrow
"""
)
ENDS = words(
    """
bourne brook bury by combe croft dale den ford gate ham haven holm hurst ley low marsh mere moor more ridge stead
stoke thorpe ton wick worth
"""
)
BEFORE_FAMILY = ("Fort", "Lake", "Mount", "Point", "Port", "New")
BEFORE_PLACE = ("North", "South", "East", "West", "New", "Upper", "Lower")

FIRST_NAMES = words(
    """
Aaliyah Aaron Aiko Alejandra Amara Amir Ana Andre Anita Anjali Beatriz Benjamin Bianca Brandon Caleb Carlos Carmen
Chen Chidi Claire Clara Daniel Darius Deepa Denise Diego Elena Elijah Emeka Emily Esperanza Ethan Fatima Felix Gloria
Grace Hannah Hassan Hiroshi Imani Ingrid Isaac Ivan Jamal Jasmine Jerome Jin Joanna Jorge Josephine Kaleb Karim Kayla
Keisha Kenji Kiara Laila Lamar Leilani Lena Liam Linh Lorenzo Lucia Malik Marcus Margaret Maria Mateo Mei Miriam
Mohammed Monique Nadia Naomi Nathan Nia Nikolai Olivia Omar Patricia Pedro Priya Quentin Rachel Rafael Rashida Raj
Rebecca Roberto Rosa Ruth Samir Samuel Sandra Sanjay Sofia Soren Tamika Tariq Teresa Thuy Tomas Victoria Walter Wei
Xavier Yara Yolanda Yusuf Zainab Zoe
"""
)
LAST_NAMES = words(
    """
Abdi Achebe Aguilar Ahmed Anderson Arroyo Baker Banerjee Barnes Begay Bennett Bianchi Boone Brooks Bui Campbell
Cardenas Castillo Chang Chavez Chowdhury Clark Cohen Cruz Daniels Delgado Diaz Dubois Edwards Ellis Espinoza Evans
Farah Fernandez Fischer Flores Foster Freeman Garcia Gibson Gonzales Grant Greene Gupta Gutierrez Hall Hansen Harjo
Hassan Hayes Herrera Hoang Holmes Huang Hughes Ibrahim Ito Iyer Jackson Jensen Jimenez Johansson Kapoor Kaur Kelly
Khan Kim Kowalski Kumar Larsen Lee Levy Lin Lopez Lowe Maldonado Martinez Mbeki Medina Mendoza Meyer Mitchell Morales
Moreno Murphy Nakamura Nelson Nguyen Novak Obi Okafor Olsen Ortega Osei Park Patel Perez Petrov Pham Powell Quinn
Ramirez Reed Reyes Rivera Robinson Rossi Salazar Sanders Santos Sato Schmidt Sharma Silva Singh Soto Stewart Sullivan
Suzuki Tanaka Taylor Thomas Torres Tran Tsosie Turner Vargas Vasquez Volkov Walker Wallace Washington Weber Williams
Wong Wright Yamamoto Yang Yazzie Young Zhang Zimmerman
"""
)


def place_names(rng: np.random.Generator, count: int) -> list[str]:
    """`count` different names of places, simple ones first choice. ValueError beyond their number, about 80,000."""
    joined = [front + end for front, end in product(FRONTS, ENDS)]
    two_words = _pairs(FAMILIES, FEATURES)
    kinds = (
        (0.01, _pairs(BEFORE_PLACE, two_words)),
        (0.2, _pairs(BEFORE_PLACE, joined)),
        (1.5, _pairs(BEFORE_FAMILY, FAMILIES)),
        (1.0, two_words),
        (3.0, joined),
    )
    weight = {place: weight for weight, places in kinds for place in places}
    if count > len(weight):
        raise ValueError(f"{count} accounts asked for, but there are names for {len(weight)} only. Ask for fewer.")
    places = list(weight)
    return [places[index] for index in choose_weighted(rng, np.array(list(weight.values())))[:count]]


def person_names(rng: np.random.Generator, count: int) -> list[str]:
    """`count` full names; no name twice while there are others, of about 17,000."""
    names = _pairs(FIRST_NAMES, LAST_NAMES)
    rounds = -(-count // len(names))
    order = np.concatenate([rng.permutation(len(names)) for _ in range(rounds)])
    return [names[index] for index in order[:count]]


def _pairs(first: Sequence[str], second: Sequence[str]) -> list[str]:
    return [f"{a} {b}" for a, b in product(first, second)]


def slug(name: str, separator: str) -> str:
    """'City of Harlan Springs' → 'city-of-harlan-springs'."""
    return separator.join(name.lower().split())
