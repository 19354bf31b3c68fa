"""What people do at the page: resend, acknowledge, pin, seal. The page leaves a request; the daemon, which alone writes
its database, carries it out and tells it in the journal."""
