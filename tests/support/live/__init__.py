"""The whole station as processes: simulator and `gateway run`, started, watched and ended the way systemd would."""
