import seedrandom from 'seedrandom';

import { exp, log, sqrt, cos } from './math.ts';

/** A stream of pseudo-random numbers. Uniform draws lie in [0, 1) and carry 53 random bits. */
export interface Random {
  uniform(): number;
  /** Integer in [0, n). */
  integer(n: number): number;
  /** Exponentially distributed with mean 1. */
  exponential(): number;
  /** Normally distributed with mean 0 and standard deviation 1 (Box-Muller, one draw kept per call). */
  normal(): number;
}

/**
 * The named stream of one run. Equal arguments give equal draws; adding a stream never shifts another's draws,
 * because the name is part of the key. Generator: Alea (Baagøe), as packaged by seedrandom.
 */
export function random(seed: number, run: number, stream: string): Random {
  const source = seedrandom.alea(`${seed}/${run}/${stream}`);
  return fromUniform(() => source.double());
}

/**
 * A uniform draw in [0, 1) that belongs to a thing (a request, a token) and not to a place in a sequence:
 * whatever else is drawn, and in whichever order, request 17 gets the same value.
 */
export function keyedUniform(seed: number, stream: string, key: number, subkey = 0): number {
  let hash = fnv1a(stream, seed >>> 0);
  hash = mix(hash ^ (key >>> 0));
  hash = mix(hash ^ Math.floor(key / 2 ** 32));
  hash = mix(hash ^ (subkey >>> 0));
  const high = hash >>> 5;
  const low = mix(hash ^ 0x9e3779b9) >>> 6;
  return (high * 2 ** 26 + low) / 2 ** 53;
}

/** A stream that belongs to a thing, as keyedUniform's draws do: request 17 always gets this stream. */
export function keyedRandom(seed: number, stream: string, key: number): Random {
  let draws = 0;
  return fromUniform(() => keyedUniform(seed, stream, key, draws++));
}

/** Value of a log-normal variable whose own mean and standard deviation are given. */
export function logNormal(source: Random, mean: number, standardDeviation: number): number {
  const spread = standardDeviation / mean;
  const variance = log(1 + spread * spread);
  return exp(log(mean) - variance / 2 + sqrt(variance) * source.normal());
}

function fromUniform(uniform: () => number): Random {
  return {
    uniform,
    integer: (n) => Math.floor(uniform() * n),
    exponential: () => -log(1 - uniform()),
    normal: () => sqrt(-2 * log(1 - uniform())) * cos(2 * Math.PI * uniform()),
  };
}

function fnv1a(text: string, start: number): number {
  let hash = (0x811c9dc5 ^ start) >>> 0;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mix(hash);
}

/** Finaliser of MurmurHash3 (32 bit): every input bit reaches every output bit. */
function mix(hash: number): number {
  let h = hash | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
