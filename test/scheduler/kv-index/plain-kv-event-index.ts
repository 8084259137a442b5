import type { KeyRun } from '../../../base/prompt.ts';
import type { KvEvent } from '../../../scheduler/kv-event.ts';
import { keysOf } from '../../support/keys-of.ts';

/** The picker's index of KV events, written down key by key: maps, lists, no runs. The judge of the one by intervals. */
export class PlainKvEventIndex {
  readonly holders = new Map<number, string[]>();
  private readonly names = new Map<number, number[]>();
  private readonly references = new Map<string, number>();
  private readonly blockTokens: number;
  private readonly holdersPerKey: number;

  constructor(blockTokens: number, holdersPerKey: number) {
    this.blockTokens = blockTokens;
    this.holdersPerKey = holdersPerKey;
  }

  apply(endpoint: number, event: KvEvent): void {
    if (event.type === 'cleared') {
      for (const [key, list] of this.holders)
        this.keep(key, list, (entry) => !entry.startsWith(`${endpoint}@`));
      for (const reference of this.references.keys())
        if (reference.startsWith(`${endpoint}@`)) this.references.delete(reference);
      return;
    }
    const entry = `${endpoint}@${event.medium?.toLowerCase() ?? 'gpu'}`;
    const blocks = keysOf(event.blocks);
    if (event.type === 'removed') {
      for (const name of blocks) this.removeOne(name, entry);
      return;
    }
    const parent = event.parent === undefined ? undefined : this.names.get(event.parent)?.at(-1);
    if (event.parent !== undefined && parent === undefined) return;
    if (event.tokens === undefined) {
      const known = blocks.flatMap((name) => this.names.get(name)?.at(-1) ?? []);
      for (const key of known) this.add(key, entry);
      if (known.length > 0) for (const name of blocks) this.refer(name, entry, 1);
      return;
    }
    const keys = keysOf(event.tokens.keys(this.blockTokens, parent, ''));
    if (keys.length === 0) return;
    for (const name of blocks) this.names.delete(name);
    const most = Math.max(blocks.length, keys.length);
    for (let i = 0; i < most; i++) {
      const name = blocks[Math.floor((i * blocks.length) / most)] ?? -1;
      const list = this.names.get(name) ?? [];
      list.push(keys[Math.floor((i * keys.length) / most)] ?? -1);
      this.names.set(name, list);
    }
    for (const key of keys) this.add(key, entry);
    for (const name of blocks) this.refer(name, entry, 1);
  }

  /** Blocks held from the first on, by endpoint. */
  match(runs: readonly KeyRun[]): Map<number, number> {
    const counts = new Map<number, number>();
    let active: number[] | undefined;
    for (const key of keysOf(runs)) {
      const here = new Set((this.holders.get(key) ?? []).map((entry) => Number(entry.split('@')[0])));
      active = active === undefined ? [...here] : active.filter((endpoint) => here.has(endpoint));
      for (const endpoint of active) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
      if (active.length === 0) break;
    }
    return counts;
  }

  private removeOne(name: number, entry: string): void {
    const count = this.references.get(`${entry} ${name}`) ?? 0;
    if (count > 1) {
      this.refer(name, entry, -1);
      return;
    }
    this.references.delete(`${entry} ${name}`);
    const keys = this.names.get(name);
    if (keys === undefined) return;
    for (const key of keys) this.keep(key, this.holders.get(key) ?? [], (other) => other !== entry);
    if (keys.every((key) => !this.holders.has(key))) this.names.delete(name);
  }

  private refer(name: number, entry: string, change: number): void {
    const reference = `${entry} ${name}`;
    this.references.set(reference, (this.references.get(reference) ?? 0) + change);
  }

  private add(key: number, entry: string): void {
    const list = (this.holders.get(key) ?? []).filter((other) => other !== entry);
    list.push(entry);
    if (list.length > this.holdersPerKey) list.shift();
    this.holders.set(key, list);
  }

  private keep(key: number, list: readonly string[], wanted: (entry: string) => boolean): void {
    const kept = list.filter(wanted);
    if (kept.length === 0) this.holders.delete(key);
    else this.holders.set(key, kept);
  }
}
