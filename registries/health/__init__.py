"""
The check: five steps up to a registry, in their order, and what each of them proved.

Source: product page, section 5; the words are those of the design's section 5. A registry's fault is a finding and
never an exception. No sentence holds words of a registry's own, but for the host of a token service it should not have.
"""

from registries.health.examination import LONGEST_SECONDS, RUNNING, SKIPPED, examine
from registries.health.looking import OWN_FAULT, Sight, look_at
from registries.health.way import TLS, Way
from registries.health.words import NEAR

__all__ = ["LONGEST_SECONDS", "NEAR", "OWN_FAULT", "RUNNING", "SKIPPED", "TLS", "Sight", "Way", "examine", "look_at"]
