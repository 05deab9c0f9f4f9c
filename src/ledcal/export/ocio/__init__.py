"""OpenColorIO configs: written, added to, and tried before they are kept."""
