import { isList, type Json } from './go-json.ts';

/**
 * Reads the members of a JSON object as Go decodes a struct: names match without regard to case, the last one wins,
 * null is as good as absent, a value of another type makes the whole body unreadable.
 */
export class BodyFields {
  private readonly members = new Map<string, Json>();
  private readonly outer: BodyFields | undefined;
  private failed = false;

  constructor(value: Json | undefined, outer?: BodyFields) {
    this.outer = outer;
    if (value === undefined || value === null) return;
    if (typeof value !== 'object' || isList(value)) {
      this.fail();
      return;
    }
    for (const [name, inner] of Object.entries(value)) this.members.set(name.toLowerCase(), inner);
  }

  /** Whether a value of a wrong type was met, here or in an object below. */
  get wrong(): boolean {
    return this.failed;
  }

  fail(): void {
    this.failed = true;
    this.outer?.fail();
  }

  any(name: string): Json | undefined {
    return this.members.get(name) ?? undefined;
  }

  /** '' when absent. */
  string(name: string): string {
    const value = this.any(name);
    if (value === undefined || typeof value === 'string') return value ?? '';
    this.fail();
    return '';
  }

  /** undefined when absent. */
  list(name: string): readonly Json[] | undefined {
    const value = this.any(name);
    if (value === undefined || isList(value)) return value;
    this.fail();
    return undefined;
  }

  object(name: string): BodyFields {
    return new BodyFields(this.any(name), this);
  }

  /** The objects of a list. */
  objects(name: string): readonly BodyFields[] {
    return (this.list(name) ?? []).map((value) => new BodyFields(value, this));
  }

  /** A text, or a list of objects: the two forms of a message's content. */
  textOrBlocks(name: string): string | readonly BodyFields[] {
    const value = this.any(name);
    if (value === undefined) return '';
    return typeof value === 'string' ? value : this.objects(name);
  }
}
