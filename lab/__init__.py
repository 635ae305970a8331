"""The lab's doors, below `/lab/`: a clock that tests set, people and orders from one file, what customers write, what
reached the provider, and everything that is due done now. MODE=lab only, and only from this machine.
"""
