import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';

it("the table of vLLM's concepts names every file of the engine, and no other", () => {
  const text = readFileSync('CONTRIBUTING.md', 'utf8');
  const from = text.indexOf("## Where vLLM's rules are");
  const section = text.slice(from, text.indexOf('\n## ', from));
  const named = [...section.matchAll(/`([a-z-]+\.ts)`/g)].map(([, file]) => file);
  expect(new Set(named)).toEqual(new Set(readdirSync('sim/engine')));
});
