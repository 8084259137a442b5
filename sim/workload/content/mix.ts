import { z } from 'zod';

import { invariant } from '../../../base/invariant.ts';
import { keyedUniform } from '../../../base/random.ts';
import { UserError } from '../../../base/user-error.ts';
import type { Content } from './content.ts';
import { generatedStarts, generatedTimes } from './generated-times.ts';
import { ragContent, ragParameters } from './rag.ts';
import { randomContent, randomParameters } from './random-lengths.ts';
import { sessionsContent, sessionsParameters } from './sessions.ts';
import { sharedPrefixContent, sharedPrefixSchema } from './shared-prefix.ts';

const SOURCES = ['random', 'rag', 'sessions', 'shared_prefix'];

const partSchema = z
  .strictObject({
    /** Request class: SLOs and thresholds name it. */
    class: z.string().min(1),
    /** Share of the starts, relative to the other parts; a session counts once. */
    weight: z.number().positive().default(1),
    priority: z.int().optional().describe("vLLM's request priority: smaller is served first"),
    objective_priority: z
      .int()
      .optional()
      .describe(
        "of the InferenceObjective that requests name to llm-d's endpoint picker: higher goes first, below 0 may be shed",
      ),
    fairness_id: z.string().min(1).optional().describe('the flow that requests belong to at the gateway'),
    random: randomParameters.optional(),
    rag: ragParameters.optional(),
    sessions: sessionsParameters.optional(),
    shared_prefix: sharedPrefixSchema.optional(),
  })
  .refine((part) => sourcesOf(part) === 1, 'needs exactly one of random, rag, sessions, shared_prefix');

/** `mix`: several kinds of traffic at once, each a class of its own. */
export const mixSchema = z.strictObject({ parts: z.array(partSchema).min(1), ...generatedTimes });

export type MixSpec = z.infer<typeof mixSchema>;
type Part = z.infer<typeof partSchema>;

/**
 * A weighted union: each start belongs to a part drawn by weight, and is that part's next conversation.
 * `change` is made to each part. Throws UserError when two parts have one class.
 */
export function mixContent(spec: MixSpec, change: (part: Content) => Content = (part) => part): Content {
  const classes = spec.parts.map((part) => part.class);
  const twice = classes.find((name, index) => classes.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UserError({
      code: 'E_MIX_CLASS',
      message: `two parts of the mix have the class "${twice}"`,
      hint: 'give each part a class of its own, or make one part of them',
    });
  }
  const contents = spec.parts.map((part) => change(contentOf(part)));
  const weights = spec.parts.map(({ weight }) => weight);
  return {
    identity: { mix: spec },
    warnings: [],
    count: spec.requests,
    cyclic: false,
    multiTurn: contents.some(({ multiTurn }) => multiTurn),
    // A part without sessions has one request per block of its own.
    hasSessions: contents.every(({ hasSessions }) => hasSessions),
    starts: generatedStarts(spec),
    open(place) {
      const readers = contents.map((content, part) => {
        const { class: name, priority, objective_priority, fairness_id } = spec.parts[part] ?? {};
        return {
          reader: content.open({
            ...place,
            name: `${place.name}${name}/`,
            class: name,
            priority,
            objectivePriority: objective_priority,
            tenant: fairness_id,
          }),
          next: 0,
        };
      });
      return {
        conversation: (index) => {
          const part = partAt(weights, keyedUniform(place.seed, `${place.name}mix`, index));
          const drawn = readers[part];
          invariant(drawn !== undefined, 'a drawn part is one of the mix', { part });
          return drawn.reader.conversation(drawn.next++);
        },
      };
    },
  };
}

function contentOf(part: Part): Content {
  const untimed = { arrival: 'poisson' } as const;
  if (part.random !== undefined) return randomContent({ ...part.random, ...untimed });
  if (part.rag !== undefined) return ragContent({ ...part.rag, ...untimed });
  if (part.sessions !== undefined) return sessionsContent({ ...part.sessions, ...untimed });
  invariant(part.shared_prefix !== undefined, 'a part has a source', { class: part.class });
  return sharedPrefixContent(part.shared_prefix);
}

function sourcesOf(part: Readonly<Record<string, unknown>>): number {
  return SOURCES.filter((source) => part[source] !== undefined).length;
}

/** The part in which `share` of the total weight lies. */
function partAt(weights: readonly number[], share: number): number {
  let rest = share * weights.reduce((sum, weight) => sum + weight, 0);
  for (let part = 0; part < weights.length - 1; part++) {
    rest -= weights[part] ?? 0;
    if (rest < 0) return part;
  }
  return weights.length - 1;
}
