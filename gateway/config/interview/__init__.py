"""A first configuration, question by question: which there are, in which order, what each answer means, and the file
that they make. Pure: who is asked, and what can be found around the box, is `gateway.cli.init`'s."""
