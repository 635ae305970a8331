"""Pages for agents, their live stream and their JSON twin. Rules live in `handoff`; here they are shown and asked for."""
