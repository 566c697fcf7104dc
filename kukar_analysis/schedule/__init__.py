"""The yearly clockwork: what is due, doing it, and how each kind of machine is told to ask.

`kukar schedule run` is all that a clockwork calls, whether systemd, cron, Windows or CI. What is
due is decided here (due.py) from the calendar (definitions/calendar.csv), the files that arrived
and what was done last, so that a run missed by a machine that was off is made up everywhere.
"""
