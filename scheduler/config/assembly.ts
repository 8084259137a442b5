import type { Problem, SourcePosition } from '../../base/user-error.ts';
import type { DeclaredPlugin, PluginPlan, PluginType, Role } from '../plugin-type.ts';
import { configProblem } from './config-error.ts';
import { ParameterReader } from './parameter-reader.ts';
import type { ConfigNode } from './config-node.ts';

/** The plugins of a configuration as they are put together, first the declared ones, then what defaults add. */
export class Assembly {
  readonly plans: PluginPlan[] = [];
  /** Plugins that data producers brought in; also in `plans`. */
  readonly autoProducers: PluginPlan[] = [];
  readonly problems: Problem[];
  private readonly types: ReadonlyMap<string, PluginType>;
  private readonly byName = new Map<string, PluginPlan>();
  private readonly places = new Map<string, SourcePosition>();
  private readonly fallback: SourcePosition;

  constructor(types: ReadonlyMap<string, PluginType>, at: SourcePosition, problems: Problem[]) {
    this.types = types;
    this.fallback = at;
    this.problems = problems;
  }

  get(name: string): PluginPlan | undefined {
    return this.byName.get(name);
  }

  has(name: string, role: Role): boolean {
    return this.byName.get(name)?.type.roles.includes(role) === true;
  }

  withRole(role: Role): PluginPlan[] {
    return this.plans.filter(({ type }) => type.roles.includes(role));
  }

  declared(): readonly DeclaredPlugin[] {
    return this.plans;
  }

  placeOf(name: string): SourcePosition {
    return this.places.get(name) ?? this.fallback;
  }

  typeNames(): string[] {
    return [...this.types.keys()];
  }

  knows(type: string): boolean {
    return this.types.has(type);
  }

  /** Decodes the parameters of a plugin of a known type and adds it; undefined when the type is unknown. */
  add(
    name: string,
    typeName: string,
    parameters: ConfigNode | undefined,
    at: SourcePosition,
  ): PluginPlan | undefined {
    const type = this.types.get(typeName);
    if (type === undefined) return undefined;
    const label = name === typeName ? `parameters of ${name}` : `parameters of ${name} (${typeName})`;
    const reader = new ParameterReader(
      type.readsParameters ? parameters : undefined,
      at,
      label,
      this.problems,
    );
    if (type.needsParameters && parameters === undefined)
      this.problems.push(configProblem('plugin-parameters', at, `${typeName} needs parameters`));
    const plan = type.prepare(name, reader);
    if (type.readsParameters) reader.finish();
    this.plans.push(plan);
    this.byName.set(name, plan);
    this.places.set(name, at);
    return plan;
  }

  /** Adds a plugin of this type under its own name, unless there is one of that name. */
  ensure(typeName: string): void {
    if (!this.byName.has(typeName)) this.add(typeName, typeName, undefined, this.fallback);
  }
}
