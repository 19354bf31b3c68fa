"""Somebody who looks at the page with Debian's Chromium: it is never installed, and needs neither root nor a screen."""
