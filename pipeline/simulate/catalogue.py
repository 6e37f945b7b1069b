"""The demo's sixty restaurants. Every name is invented; the neighborhoods are New York's.

Each entry: name, neighborhood, cuisine, price (1-4), profile (see `PROFILES` in `world`),
editors' lists. The order is for reading only; a venue's seed is its position, so append.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """What an editor would know of a demo venue, and how hard the simulation makes it."""

    name: str
    neighborhood: str
    cuisine: str
    price: int
    profile: str
    lists: tuple[str, ...] = ()


HARDEST = "Hardest tables"
DATE = "Date night"
GROUPS = "Big groups"
COUNTER = "Counter seats"
NEW = "New this season"
SUNDAY = "Sunday supper"

ENTRIES: tuple[Entry, ...] = (
    Entry("Chapel of Smoke", "West Village", "Steakhouse", 4, "never", (HARDEST,)),
    Entry("Osteria Luna", "West Village", "Italian", 3, "hardest", (HARDEST, DATE)),
    Entry("Sable & Rye", "East Village", "New American", 4, "hardest", (HARDEST,)),
    Entry("Kurohana", "NoHo", "Japanese", 4, "hardest", (HARDEST, COUNTER)),
    Entry("The Brass Heron", "Tribeca", "Seafood", 4, "hardest", (HARDEST, DATE)),
    Entry("Maison Tilleul", "SoHo", "French", 4, "hardest", (HARDEST, DATE)),
    Entry("Nine Quinces", "Williamsburg", "Korean", 4, "hardest", (HARDEST, COUNTER, NEW)),
    Entry("Casa Azahar", "Lower East Side", "Spanish", 3, "hardest", (HARDEST,)),
    Entry("Gilt Lantern", "Flatiron", "Chinese", 4, "hardest", (HARDEST, GROUPS)),
    Entry("Foxglove Counter", "Greenpoint", "New American", 4, "hard", (COUNTER, DATE)),
    Entry("Trattoria Sordina", "Carroll Gardens", "Italian", 3, "hard", (DATE, SUNDAY)),
    Entry("Little Umber", "Fort Greene", "West African", 3, "hard", (DATE, NEW)),
    Entry("Halyard", "Tribeca", "Seafood", 4, "hard", (DATE,)),
    Entry("Hoshizora Row", "East Village", "Japanese", 3, "hard", (COUNTER,)),
    Entry("Bar Cascabel", "Lower East Side", "Mexican", 2, "hard", (NEW,)),
    Entry("Petit Corbeau", "Upper East Side", "French", 4, "hard", (DATE,)),
    Entry("Ember & Oat", "Williamsburg", "Scandinavian", 3, "hard", (NEW,)),
    Entry("The Velvet Pear", "Chelsea", "Wine bar", 3, "hard", (DATE,)),
    Entry("Tamarind Yard", "Astoria", "Thai", 2, "hard", (GROUPS,)),
    Entry("Cardamom Assembly", "Flatiron", "Indian", 3, "hard", (GROUPS,)),
    Entry("Pomander", "West Village", "Persian", 3, "hard", (DATE,)),
    Entry("Stillwater Room", "SoHo", "New American", 4, "hard"),
    Entry("Ottanta Forni", "Park Slope", "Pizza", 2, "hard", (SUNDAY,)),
    Entry("Blue Mulberry", "Greenpoint", "Georgian", 2, "hard", (GROUPS, NEW)),
    Entry("Quiet Sparrow", "Harlem", "Soul food", 3, "hard", (SUNDAY,)),
    Entry("Larkspur & Lime", "NoHo", "New American", 3, "harder", (DATE,)),
    Entry("The Copper Finch", "Fort Greene", "Gastropub", 3, "easier"),
    Entry("Sesame Parade", "Long Island City", "Chinese", 2, "busy", (GROUPS,)),
    Entry("Vermilion Stairs", "Chelsea", "Spanish", 3, "busy", (DATE,)),
    Entry("Marrow & Thyme", "Upper West Side", "Gastropub", 3, "busy", (SUNDAY,)),
    Entry("Isola Nove", "SoHo", "Italian", 3, "busy", (DATE,)),
    Entry("Paper Crane Supper", "East Village", "Japanese", 2, "busy", (COUNTER,)),
    Entry("Old Saltworks", "Carroll Gardens", "Seafood", 3, "busy"),
    Entry("Meyhane Mavi", "Astoria", "Turkish", 2, "busy", (GROUPS,)),
    Entry("Juniper Social", "Williamsburg", "New American", 2, "busy", (NEW,)),
    Entry("Rue Sans Nom", "Upper West Side", "French", 3, "busy", (DATE,)),
    Entry("Masa Dorada", "Harlem", "Mexican", 2, "busy"),
    Entry("Northlight Kitchen", "Greenpoint", "Polish", 2, "busy", (SUNDAY,)),
    Entry("Saffron Meridian", "Flatiron", "Indian", 3, "busy", (GROUPS,)),
    Entry("Ginger Almanac", "Lower East Side", "Malaysian", 2, "busy"),
    Entry("The Tin Orchard", "Park Slope", "New American", 2, "busy", (SUNDAY,)),
    Entry("Levant Hour", "West Village", "Lebanese", 2, "busy", (GROUPS,)),
    Entry("Hearth on Ninth", "Park Slope", "Italian", 2, "busy"),
    Entry("Seven Anchors", "Long Island City", "Seafood", 2, "busy"),
    Entry("Plum Rain", "Tribeca", "Korean", 3, "busy", (DATE,)),
    Entry("Canary Canteen", "Upper East Side", "Diner", 1, "easy", (SUNDAY,)),
    Entry("Big Table Pasta", "Chelsea", "Italian", 2, "easy", (GROUPS,)),
    Entry("Harbor & Hound", "Long Island City", "Gastropub", 2, "easy", (GROUPS,)),
    Entry("Cantina Girasol", "Upper West Side", "Mexican", 2, "easy", (GROUPS,)),
    Entry("Dumpling Observatory", "Flatiron", "Chinese", 1, "easy"),
    Entry("The Daily Ladle", "Fort Greene", "Cafe", 1, "easy", (SUNDAY,)),
    Entry("Bricklayer's Table", "Astoria", "Gastropub", 2, "easy", (GROUPS,)),
    Entry("Olive & Ledger", "Upper East Side", "Greek", 2, "easy"),
    Entry("Curry Weather", "East Village", "Indian", 1, "easy"),
    Entry("Uptown Griddle", "Harlem", "Soul food", 1, "easy", (SUNDAY,)),
    Entry("Pho Postcard", "Chelsea", "Vietnamese", 1, "easy"),
    Entry("Red Awning Grill", "Upper East Side", "Steakhouse", 3, "easy", (GROUPS,)),
    Entry("Pier Sixty Ways", "Tribeca", "Seafood", 2, "easy", (GROUPS,)),
    Entry("Nonna's Elevator", "Carroll Gardens", "Pizza", 1, "easy", (SUNDAY,)),
    Entry("Garden of Forks", "Park Slope", "Vegetarian", 2, "easy"),
)

NEIGHBORHOODS: tuple[str, ...] = tuple(sorted({entry.neighborhood for entry in ENTRIES}))
CUISINES: tuple[str, ...] = tuple(sorted({entry.cuisine for entry in ENTRIES}))
