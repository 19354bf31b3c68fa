"""What runs: the wiring of the daemon (`daemon`) and of the cameras' recorder (`camera_recording`), and what the
configuration means for each of the daemon's stages (`settings`). Each is loaded by its own process alone."""
