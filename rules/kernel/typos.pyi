# `rules.typos`, compiled: its class is its own, and answers alike.
from rules.typos import Typos as Typos
