"""Berth in a real browser: journeys with JavaScript and without, axe on every page, and what may leak."""
