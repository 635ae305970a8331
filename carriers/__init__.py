"""Carriers: what their words mean, where a parcel is, when to worry. Knows nobody.

Each carrier that is asked itself is one file of this folder with `TRACKER`; its codes are one file of `codes/`.
"""
