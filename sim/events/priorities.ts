/**
 * Order of what happens at one and the same instant; the lower number comes first.
 *
 * - expire: a client gives up before anything else is done for it at that instant.
 * - gateway: what the router learns (scrapes, KV events, queue wake-ups) is known to the decisions of that instant.
 * - arrival: requests of one instant enter the same pass, so they come before the passes.
 * - deliver: a routed request reaches its replica before that replica composes its pass.
 * - engine: passes end and are composed last, from everything that has arrived by then.
 */
export const PRIORITY = { expire: 0, gateway: 1, arrival: 2, deliver: 3, engine: 4 } as const;
