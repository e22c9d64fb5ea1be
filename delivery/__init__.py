"""What is carried to the cloud: the functions' bundles and the worker's release. Never deployed itself."""
