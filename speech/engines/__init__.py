"""The engines, one a module. `speech.bootstrap` imports only those that the settings name."""
