"""The sections `ports` and `ports_policy`: what every port is for, and how they are watched."""
