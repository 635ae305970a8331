"""The bench: how fast Relevo answers and what it costs, measured from outside (bench/README.md)."""
