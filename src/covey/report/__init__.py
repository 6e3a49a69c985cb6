"""An Explanation becomes HTML, JSON and CSV; pure: same input, same bytes."""
