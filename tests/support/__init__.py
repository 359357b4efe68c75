"""What the tests stand on: real services from wheels, standing people, two worlds, and a client that speaks JSON."""
