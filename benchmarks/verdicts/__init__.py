"""Are the verdicts right? Generated sets whose truth is known, and how often each way tells it."""
