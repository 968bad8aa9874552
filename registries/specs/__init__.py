"""
What a workload file says about images, and what is to be said of that: which login each image gets, before the run.

Sources: product page, sections 6 and 7. This package knows `distribution`, `resolution`, `formats`, sentences and a
YAML parser; it knows neither teams nor tables, and it runs, stores and logs nothing of a file.
"""
