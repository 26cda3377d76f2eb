"""Models on disk: manifests, where they come from, whether they are whole and licensed."""
