"""The office: pages for those who look after people, objects and the log, by day."""
