"""The world on loopback: a Twilio that executes TwiML, callees who follow a script, a backend that collects results.

A test instrument, not a telephone network: nothing leaves this machine and no telephone rings.
"""
