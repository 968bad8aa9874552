"""Berth's promises against real parts: registry servers, certificates and databases, all on loopback."""
