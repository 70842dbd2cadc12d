"""The world on loopback: a Twilio that executes TwiML, callees who follow a script, a backend that collects results.

A test instrument, not a telephone network: nothing leaves this machine and no telephone rings.

Reading order: `world` (what there is), `script` and `callee` (who answers), `line` (who hears what, and when),
`twilio.server`, `twilio.live_call`, `twilio.interpreter` (a call), `phone_call` and `report` (what came of it).
"""
