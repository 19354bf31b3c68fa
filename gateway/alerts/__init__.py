"""Being told: what begins and ends in the journal goes to people by webhook, mail or command, and none of it is lost
between the event and the call."""
