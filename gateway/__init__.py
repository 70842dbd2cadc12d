"""The HTTP side of the service: Twilio's webhooks and the backend's calls, translated into the orchestrator's gRPC API.

It knows no consultation logic and keeps no state: any replica can answer any request. In the order of a webhook's
path: `twilio_signature` (is it Twilio?), `twilio_voice` (which step of which call?), `orchestrator_client` (ask),
`twiml` (say it to Twilio). A call that is two streams of audio: `twilio_media`.
"""
