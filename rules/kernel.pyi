# `rules.page`, compiled: its classes are its own, and answer alike.
from rules.page import FORM as FORM
from rules.page import Chunk as Chunk
from rules.page import Chunks as Chunks
from rules.page import Page as Page
from rules.page import Phrases as Phrases
from rules.page import code as code
from rules.typos import Typos as Typos
