"""A stand-in for Slack: a real HTTP server that behaves as Slack does towards one app.

Where Slack's pages and the facts we measured disagree, the stricter one is enforced: what passes
here passes there. What it covers, and the test that says so:

- Commands: every field, signature v0, three seconds, errors as people see them: test_slack_commands
- Acks: empty, text or JSON, checked as strictly as a posted message: test_slack_commands
- Presses and choices in messages, read from the kept message only: test_slack_presses
- Response URLs: five uses, thirty minutes, what they may replace: test_slack_presses
- Modals: trigger ids, the stack of three, hashes, submissions: test_slack_views
- App Home, message shortcuts, looked-up options: test_slack_home_and_menus
- Events with three retries and their headers: test_slack_events
- The Web API: arguments, types, scopes, messages, rate limits, files: test_slack_web_api
- People, groups, channels and threads as the bot may know them: test_slack_people_and_places
- Block Kit: every block and element, each on its surfaces: test_slack_block_kit
- Lengths and counts of blocks, to the last one: test_slack_block_bounds
- What is wrong with a block, and where: test_slack_block_faults
- Our tables against the reference data, both ways: test_slack_reference
- Faults: slow, 429, 500 before and after, lost, HTML, cut short, duplicates: test_slack_faults
- Socket Mode: envelopes, acks, disconnects, ten connections, tickets: test_slack_sockets
- The page's JSON, stream, hints, notices, unread counts and files: test_slack_page

It leaves out: OAuth and installing, Enterprise Grid, scheduled messages, unfurls, work
objects, custom workflow steps, reactions, pins and bookmarks, search, canvases and lists, legacy
attachments' actions, mentions typed by name (commands with should_escape aside) and emoji.
"""

from bot.sandbox.slack.cast import open_workspace
from bot.sandbox.slack.standin import StandIn

__all__ = ["StandIn", "open_workspace"]
