import { z } from 'zod';

import { scenarioSchema } from './scenario-schema.ts';

/** The JSON Schema (draft-07, which editors understand) of scenarios as users write them. */
export function scenarioJsonSchema(): unknown {
  return {
    ...z.toJSONSchema(scenarioSchema, { target: 'draft-7', io: 'input' }),
    title: 'fleetcast Scenario',
  };
}
