"""The calls, by subject. Each function is one call: `call(process, *arguments)`.

It returns what goes into x0 (or x0 and x1), raises Failure for an errno of
Darwin, lets an OSError of the host through to be translated, or raises
Interrupted when a signal ended its wait. The order of the checks is XNU's.
"""
