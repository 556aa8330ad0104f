"""SMTP2GO as an MCP server: every operation as a tool an assistant can call, safely."""
