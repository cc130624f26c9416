# `desk.places.plain`, compiled.
from desk.places.plain import FORM as FORM
from desk.places.plain import Idle as Idle
from desk.places.plain import parts_of as parts_of
from desk.places.plain import pieces_of as pieces_of
