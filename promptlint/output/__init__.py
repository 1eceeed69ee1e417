"""What a run is written as. Every renderer is a pure function from a report to text."""
