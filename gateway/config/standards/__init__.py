"""Tables of limits: those that ship with the package, and an integrator's own beside the configuration."""
