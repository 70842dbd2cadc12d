"""Calls and their recordings, at Twilio."""
