import type { Assembly } from './assembly.ts';
import { configProblem } from './config-error.ts';
import type { PluginPlan } from '../plugin-type.ts';

/**
 * The plugins in an order in which each comes after those that its parameters mention, else as declared. Undefined
 * mentions and cycles are reported. Source: EPP/config/loader/configloader.go (buildPluginDAG).
 */
export function orderPlugins(assembly: Assembly): PluginPlan[] {
  const ordered: PluginPlan[] = [];
  const done = new Set<string>();
  const open: string[] = [];
  const visit = (plan: PluginPlan): void => {
    if (done.has(plan.name)) return;
    if (open.includes(plan.name)) {
      const circle = [...open.slice(open.indexOf(plan.name)), plan.name].join(' -> ');
      assembly.problems.push(
        configProblem(
          'dependency-cycle',
          assembly.placeOf(plan.name),
          `plugins mention each other: ${circle}`,
        ),
      );
      return;
    }
    open.push(plan.name);
    for (const reference of plan.references) {
      const target = assembly.get(reference);
      if (target !== undefined) visit(target);
      else
        assembly.problems.push(
          configProblem(
            'plugin-dependency-undefined',
            assembly.placeOf(plan.name),
            `${plan.name} mentions the plugin "${reference}", which is not declared`,
          ),
        );
    }
    open.pop();
    if (done.has(plan.name)) return;
    done.add(plan.name);
    ordered.push(plan);
  };
  for (const plan of assembly.plans) visit(plan);
  return ordered;
}
