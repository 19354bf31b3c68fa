"""The ports of devices beside the box: doors of dataloggers, controllers and cameras, ports of managed switches. Asked
gently over the network; nothing is ever set."""
