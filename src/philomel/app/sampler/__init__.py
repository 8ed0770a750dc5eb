"""A little music of Philomel's own making, so that everything can be tried without any.

    python -m philomel.app.sampler DIR

Four invented projects play in clearly different styles. All of it is computed: nothing is
recorded, sampled or copied. It runs as a process of its own, because NumPy, Pillow and the
encoders have no place in the server's memory.
"""
