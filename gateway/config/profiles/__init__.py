"""Ready instruments: what is known of a make stands in a file of its own, and `profile: NAME` takes it from there.

profile     what such a file says
in_force    which profile an instrument took, and what the file was then
shelf       where the files lie: those that ship, and the integrator's own
parameters  a profile's quantities as a station's parameters
unit_steps  how a quantity in the device's unit becomes a parameter in the station's
merge       a document whose instruments have taken what they lack from their profiles
example     an instrument of all that a profile has, for a page of a manual or a scan
"""
