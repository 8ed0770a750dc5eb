"""The composition root: settings, engines, roles, assembly and the command line.

The one package that knows everything; nothing imports it.
"""
