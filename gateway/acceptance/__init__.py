"""The acceptance test of the station (nghiệm thu): a checklist that runs against the station as it works, asks people
for what only they can do, and ends in a protocol for both sides' signatures.

It looks at the running daemon through the database, and at what the authority holds through the uplink. It starts and
stops nothing, cuts nothing, and changes no file: whatever happens to the station, a person does.
"""
