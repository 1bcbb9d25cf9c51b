"""The Web API, as slack.com/api answers it."""
