"""Pages for agents, their live stream and their JSON twin. The rules live in `handoff`; here they are shown."""
