"""Load tests: storm traffic at a rate that waits for nobody, and how the desk bears it."""
