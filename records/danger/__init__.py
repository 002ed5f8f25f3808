"""Words of danger in what children and families write: a pure look, a text in, a level and the phrases out.

It asks an adult to read again and to act. It never says that there is no danger, stores nothing and sends nothing.
"""

from records.danger.look import look
from records.danger.reading import Danger, Level, Mark

__all__ = ["Danger", "Level", "Mark", "look"]
