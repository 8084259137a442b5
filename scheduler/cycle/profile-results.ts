import type { ProfileResult } from '../decision.ts';

/**
 * Results by profile, in the order in which they came about; undefined = the profile failed, or was left out on purpose.
 * A cycle has one to three: two short lists, used again by the next cycle, in the place of a Map for each.
 */
export class ProfileResults {
  private readonly names: string[] = [];
  private readonly values: (ProfileResult | undefined)[] = [];
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Name of the profile whose result came first. */
  get first(): string | undefined {
    return this.count === 0 ? undefined : this.names[0];
  }

  has(profile: string): boolean {
    return this.find(profile) < this.count;
  }

  get(profile: string): ProfileResult | undefined {
    const place = this.find(profile);
    return place < this.count ? this.values[place] : undefined;
  }

  set(profile: string, result: ProfileResult | undefined): void {
    const place = this.find(profile);
    this.names[place] = profile;
    this.values[place] = result;
    if (place === this.count) this.count++;
  }

  clear(): void {
    this.count = 0;
  }

  /** Its place in the lists; `count` if it has none. */
  private find(profile: string): number {
    let place = 0;
    while (place < this.count && this.names[place] !== profile) place++;
    return place;
  }
}
