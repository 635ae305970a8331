"""What a flow looks like: which boxes and lines (`scheme`), where they stand (`layers`), with which ink (`ink`)."""
