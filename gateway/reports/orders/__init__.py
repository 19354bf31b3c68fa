"""What is told of transport orders. Nothing of `gateway.orders` is imported where there are none."""
