"""What is laid down on a machine: units, nginx's site, composed containers, and which queue takes what."""
