# `rules.chunks`, compiled: its classes are its own, and answer alike.
from rules.chunks import FORM as FORM
from rules.chunks import Chunks as Chunks
