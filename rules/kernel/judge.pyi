# `rules.judge`, compiled: its class is its own, and answers alike.
from rules.judge import Judge as Judge
