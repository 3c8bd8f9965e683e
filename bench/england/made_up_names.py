"""Made-up names. Family names are put together of parts, so that they are nobody's."""

import random


def words(text: str) -> list[str]:
    return text.split()


GIVEN = words(
    """
    Aaron Abigail Adeel Adrian Aisha Alan Alice Alison Amara Amir Amy Andrew Angela Anita Ann
    Anthony Asha Barbara Ben Beth Brenda Brian Bronwen Caroline Catherine Charles Chloe Chris
    Claire Colin Daniel Darren David Dawn Deborah Deepak Denise Diane Dilip Donna Edward Eileen
    Elaine Eleri Elizabeth Emma Eric Esther Farah Fatima Fiona Frances Frank Gareth Gary
    Geoffrey George Gillian Glenys Graham Grace Hannah Harpreet Harry Hassan Hazel Helen Hugh
    Ian Imran Irene Ivy Jack Jacqueline James Jane Janet Jasmine Jean Jennifer Jeremy Joan John
    Jonathan Joseph Joy Judith Julia Karen Kate Keith Kenneth Kiran Laura Lee Leila Leonard
    Lesley Linda Louise Lucy Lynn Malcolm Mandeep Margaret Maria Mark Martin Mary Matthew
    Maureen Megan Michael Mohammed Monica Nadia Nasreen Neil Nicola Nigel Nisha Oliver Olu Owen
    Pamela Patricia Paul Pauline Peter Philip Priya Rachel Rajesh Ravi Raymond Rebecca Richard
    Robert Roger Rosemary Ruth Sally Samir Samuel Sandra Sanjay Sarah Satnam Sean Shabana Sharon
    Sheila Shirley Siân Simon Sophie Stephen Stuart Sunita Susan Sylvia Tariq Teresa Thomas
    Timothy Tracey Trevor Uzma Valerie Victor Vijay Vikram Wendy William Yasmin Yusuf Yvonne
    Zainab Zoë
    """
)
FIRST_PARTS = words(
    """
    Alder Amber Apple Arrow Ash Bar Beck Birch Bracken Bram Brindle Brock Burn Cald Chalk Clover
    Copper Cran Crook Dapple Dray Dun Elder Fallow Farth Fen Fern Finch Flax Garth Gold Gorse
    Hale Harrow Hazel Heath Hollin Holm Ivel Kestrel Kirk Lark Linden Lodes Mallow Marl Mere
    Mill Moss Nettle Oaken Orch Otter Pender Quill Raven Reed Rook Rowan Rush Sallow Sedge
    Silver Sorrel Thistle Thorn Tansy Under Wains Wether Whin Willow Winter Wood Yarrow
    """
)
LAST_PARTS = words(
    """
    acre beck berry bourne brook burgh by combe cote croft dale den field ford garth gate grave
    ham hanger hill holme hope hurst ing lake land leigh ley low march mead mere mond more ness
    ridge rigg rose scale shaw side stead stock stone stow thorpe thwaite ton vale ward water
    well wick wold wood worth
    """
)
HONORIFICS = ["Dr", "Dr", "Dr", "Professor", "Sir", "Dame", "Councillor", "Councillor"]
TOWNS = [
    f"{first}{last}" for first in FIRST_PARTS for last in ("ford", "ton", "bury", "wick", "ham")
]


def person_name(chance: random.Random) -> str:
    return f"{chance.choice(GIVEN)} {family_name(chance)}"


def family_name(chance: random.Random) -> str:
    name = chance.choice(FIRST_PARTS) + chance.choice(LAST_PARTS)
    if chance.random() < 0.02:
        name += f"-{chance.choice(FIRST_PARTS)}{chance.choice(LAST_PARTS)}"
    return name
