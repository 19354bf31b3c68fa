"""A picture of each camera now and then: what is wrong with it."""
