"""Data, training and measuring of the understanding. Nothing at run time imports this package."""
