# `rules.page`, compiled: its classes are its own, and answer alike.
from rules.page import Phrases as Phrases
