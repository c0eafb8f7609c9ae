"""Carries out a plan: look, journal, send, journal the outcome, settle."""
