"""Schedules: when and how often a trial's network is pruned, and from where training goes on."""
