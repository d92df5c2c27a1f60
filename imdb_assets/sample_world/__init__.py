"""The invented film industry, in IMDb's file formats and OMDb's response format, deterministic by seed.

It imports nothing else of the platform, so that it cannot know what the platform expects.
"""
