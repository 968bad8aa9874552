"""The settings that Berth is served with, and a bare view beside it, to compare hand-outs with."""

from console.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.bare_urls"
