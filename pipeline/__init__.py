"""What moves events to metrics: ingest, aggregate, score, seal, the timer and the simulator."""
