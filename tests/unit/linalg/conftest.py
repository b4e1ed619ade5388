from hypothesis import settings

settings.register_profile("linalg", derandomize=True, deadline=None, max_examples=40, database=None)
settings.load_profile("linalg")
