"""Tests. A test process holds all of them, and the application, from beginning to end: the collector of cyclic garbage
walks over that again and again and finds nothing. It is called more rarely, from before the first import on.
"""

import gc

gc.set_threshold(50_000, 20, 50)
