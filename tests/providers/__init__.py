"""Providers for tests: servers on loopback that speak the real protocols and can be told to misbehave."""
