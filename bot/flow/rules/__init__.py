"""What lint looks for in flows that can be read. One file per kind of finding, with `RULE`."""
