"""A stand-in of WeChat Pay for a mall: signs and seals callbacks with keys of its own, sends them again until they are
answered, and takes what it is told of points. What the real one does beyond its documents nobody here knows.
"""
