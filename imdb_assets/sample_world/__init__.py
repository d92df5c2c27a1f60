"""An invented film industry in IMDb's file formats and OMDb's response format, reproducible from a seed.

It imports nothing else of the platform, so it cannot depend on what the platform expects. Reading its files belongs in
`resources/`.
"""
