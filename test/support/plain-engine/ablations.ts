/**
 * Rules of a vLLM replica that can be switched off in the plain engine, one at a time, to see which recorded cases depend
 * on them. Each entry says what happens instead. The product has no such switches.
 */
export const ABLATIONS = {
  // Which requests a pass takes
  'waiting-after-running': 'waiting requests are admitted before the running ones get their tokens',
  'pass-budget': 'a pass has no token budget',
  'long-prefill-threshold': 'one request may take the whole budget',
  'threshold-alone': 'the threshold holds for a lone request as in the other kind of version',
  'final-token-in-flight': 'a request whose last token is on its way is scheduled once more',
  'model-length-limit': 'rows may run past the model length',
  'skip-what-has-nothing-to-do': 'a running request without work ends the pass for those behind it',
  'running-limit': 'any number of requests may run',
  'chunked-prefill-switch': 'prompts are cut into chunks where they should not be',
  'prefill-interval': 'prefills do not wait for their turn',
  'head-of-line': 'a waiting request that does not fit is passed over',
  'skip-adapters': 'a request over the adapter limit blocks those behind it',
  'adapter-limit': 'any number of adapters may run together',
  'adapters-counted': 'adapters are counted as in the other kind of version',
  'skipped-queue': 'skipped requests wait as in the other kind of version',
  // Preemption
  'admit-nobody-after-preemption': 'a pass that preempts still admits',
  'last-admitted-victim': 'the first admitted is preempted',
  'victim-to-the-front': 'a victim goes to the end of the waiting queue',
  'priority-victim': 'under priority the last admitted is preempted',
  'victim-refund': 'tokens of a victim already scheduled in the pass are lost',
  'own-victim': 'the running loop goes on, or ends, after an own victim as in the other kind of version',
  'priority-order': 'waiting requests are taken in order of arrival',
  // Admission and allocation
  'whole-sequence-fits': 'a request is admitted when its first chunk fits',
  'gate-switch': 'the whole sequence must fit even where the gate is off',
  'evictable-hits-cost': 'hit blocks in the free queue count as free',
  watermark: 'no blocks are kept free on admission',
  'watermark-idle': 'the watermark also holds for the first request',
  // Free queue
  'tail-first': 'blocks are freed head first',
  'unhashed-to-front': 'blocks without content go to the end of the free queue',
  'unhashed-as-group': 'blocks without content go to the front one by one',
  'lazy-eviction': 'a block leaves the prefix cache when it is freed',
  'first-duplicate': 'a lookup returns the newest of equal blocks',
  // Prefix cache
  'last-token-computed': 'a prompt may be hit to its last token',
  'lookup-on-resume': 'a resumed request does not look into the prefix cache',
  'findable-at-schedule': 'blocks become findable when their output is processed',
  'key-names-prefix': 'blocks are found by their own tokens, whatever stands before them',
  'key-names-salt': 'salt and adapter are no part of the key',
  'generated-blocks': 'blocks that generated tokens fill are never found',
  'count-hits-once': 'every lookup counts, not only that of the admission',
  // Asynchronous scheduling
  'one-step-lag': 'a pass is composed after the output of the one before it',
  'late-generated-blocks': 'a block filled by a token still unknown is findable at once',
  'empty-passes': 'a pass without tokens does not take a place in the queue of passes',
  'stale-output': 'output in flight of a preempted request is dropped where it should be delivered',
  // Sliding windows
  'window-release': 'blocks that a window has left are kept',
  'window-hit': 'a hit needs all blocks of a window group',
  'window-cap': 'admission counts a window group like one that attends to everything',
  retention: 'every block of a window group may be found',
  // Drafts
  'uniform-decode-rows': 'a decode row that joins others is not padded to their tokens',
  'accepted-drafts': 'blocks of accepted drafts become findable as in the other kind of version',
  // KV transfers
  'deferred-free': 'blocks that a pass still writes are free at once',
  'written-victim': 'a victim whose blocks are being written is treated as in the other kind of version',
  'load-reservation': 'a load leaves no blocks for the prompts that are under way',
  'last-token-after-load': 'the last block of a loaded prompt is computed, not its last token',
} as const;

export type Ablation = keyof typeof ABLATIONS;
