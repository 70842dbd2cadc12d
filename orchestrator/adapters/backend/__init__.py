"""The backend, which is told results and dangers over HTTP."""
