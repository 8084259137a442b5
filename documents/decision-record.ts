import { z } from 'zod';

/** A score as JSON can hold it: "NaN", "Infinity" and "-Infinity" are texts. */
const score = z.union([z.number(), z.string()]);

/** One endpoint as a decision saw it, and what became of it. */
const decisionEndpoint = z.strictObject({
  /** `h100/3`, as in the per-request CSV. */
  endpoint: z.string(),
  /** The metrics that the router had of it: as old as its last scrape. Absent where it looks at none. */
  metrics: z
    .strictObject({
      waiting: z.number(),
      running: z.number(),
      kvUsage: z.number(),
      age: z.number().optional(),
    })
    .optional(),
  /** The filter that dropped it; then it has no scores. */
  droppedBy: z.string().optional(),
  /** Raw scores, before they are cut to 0..1 and weighted. */
  scores: z.array(z.strictObject({ scorer: z.string(), weight: score, score })).optional(),
  /** The weighted sum. */
  total: score.optional(),
});

const decisionProfile = z.strictObject({
  name: z.string(),
  endpoints: z.array(decisionEndpoint),
  /** Endpoints with the highest total, where there are several: the tie was broken among them. */
  tie: z.array(z.string()).optional(),
  picked: z.array(z.string()),
  /** Why nobody was picked. */
  error: z.string().optional(),
});

/** One decision of a router with its reasons: a line of `run --decisions`. Times are seconds. */
export const decisionRecord = z.strictObject({
  policy: z.string(),
  seed: z.number(),
  /** Id of the request, as in the per-request CSV; a retry is decided anew. */
  request: z.string(),
  attempt: z.number(),
  /** Number of the gateway's replica that decided. */
  gateway: z.number(),
  time: z.number(),
  inputTokens: z.number(),
  outcome: z.enum(['decided', 'rejected']),
  /** Where it went. */
  endpoint: z.string().optional(),
  /** Why it was rejected. */
  reason: z.string().optional(),
  /** Input tokens that the router believed to be cached there. */
  predictedHitTokens: z.number().optional(),
  /** Of an endpoint picker: its scheduling profiles, in the order in which they ran. */
  profiles: z.array(decisionProfile).optional(),
  /** Of any other router: the rule's name, and the endpoints that it could choose from. */
  rule: z.string().optional(),
  endpoints: z.array(decisionEndpoint).optional(),
});

export type DecisionRecord = z.output<typeof decisionRecord>;
export type DecisionProfile = z.output<typeof decisionProfile>;
export type DecisionEndpoint = z.output<typeof decisionEndpoint>;
