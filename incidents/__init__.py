"""Cases of delivery: late, lost, damaged, wrong, missing. Evidence, the carriers' claim rules, deadlines, the pack.

The desk and the bot both use it; neither owns it.
"""
