"""Keeping it running: migrations, the doctor, backup and restore, health, logs. Imported by the app and by ./run alone."""
