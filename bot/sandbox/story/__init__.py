"""The story that the sandbox opens with: a call-tracking company and 18 months of its billing.

The same at every start on the same day: nothing in it is left to chance, and its dates are relative
to the moment at which it is told.
"""

from bot.sandbox.story.first_steps import lay_out_first_steps
from bot.sandbox.story.talk import talk
from bot.sandbox.story.telling import beginning_of, tell_story
from bot.sandbox.story.told import Told

__all__ = ["Told", "beginning_of", "lay_out_first_steps", "talk", "tell_story"]
