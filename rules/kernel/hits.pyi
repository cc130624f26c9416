# `rules.hits`, compiled: its classes are its own, and answer alike.
from rules.hits import Phrases as Phrases
