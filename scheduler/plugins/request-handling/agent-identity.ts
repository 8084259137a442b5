import { definePlugin } from '../../plugin-type.ts';
import type { RequestHeaderProcessor } from '../../plugin.ts';

/*
 * agent-identity: the flow of a request that names none, from the first of these headers that is not empty.
 * Parameters: additionalSessionHeaders (names, looked at before the well-known ones).
 * Source: pkg/epp/framework/plugins/requestcontrol/agentidentity of llm-d-router at ebab6879.
 */
export const agentIdentity = definePlugin({
  type: 'agent-identity',
  roles: ['request-header'],
  maturity: 'alpha',
  parameters: (reader) => ({
    headers: (reader.strings('additionalSessionHeaders') ?? []).map((name) => name.toLowerCase()),
  }),
  create: ({ headers }, { name }): RequestHeaderProcessor => {
    const all = [...headers, ...SESSION_HEADERS];
    return {
      type: 'agent-identity',
      name,
      flowOf(given) {
        for (const header of all) {
          const value = given[header];
          if (value !== undefined && value !== '') return value;
        }
        return undefined;
      },
    };
  },
});

/** Claude Code, OpenCode, Codex and others. */
const SESSION_HEADERS = ['x-claude-code-session-id', 'x-session-affinity', 'session-id', 'session_id'];
