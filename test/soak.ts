import { leapRuns } from './support/leap-runs.ts';

/*
 * `npm run soak [SEED] [REQUESTS]`: leaps against steps on 10 million requests of random fleets, or so many. Takes about an
 * hour; prints what it has met, and stops with exit code 1 at the first difference, with the command that plays it again.
 */
const REQUESTS_AT_ONCE = 1e5;
/** Seeds that one portion may use up: portions never share one. */
const SEEDS_AT_ONCE = 10_000;

const seed = Number(process.argv[2] ?? 1_000_000);
const requests = Number(process.argv[3] ?? 1e7);
try {
  for (let portion = 0; portion < requests / REQUESTS_AT_ONCE; portion++) {
    const met = leapRuns(seed + portion * SEEDS_AT_ONCE, REQUESTS_AT_ONCE);
    const counts = [...met].map(([kind, count]) => `${count} ${kind}`).join(', ');
    process.stdout.write(`${portion + 1}: ${counts}\n`);
  }
  process.stdout.write(`${requests} requests, stepping and leaping tell the same\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
