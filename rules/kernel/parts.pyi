# `rules.parts`, compiled: its class is its own, and answers alike.
from rules.parts import Parts as Parts
