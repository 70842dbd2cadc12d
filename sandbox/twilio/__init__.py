"""A Twilio on loopback: REST, signed webhooks, and an interpreter for TwiML, as Twilio documents them.

Numbers such as 11200 in this package are Twilio's error codes (https://www.twilio.com/docs/api/errors).
"""
