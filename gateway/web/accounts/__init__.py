"""Who may log in at the page, who is logged in, and who guesses: in `web.db`, in the page's own folder."""
