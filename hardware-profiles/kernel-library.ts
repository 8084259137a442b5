import type { EngineProfile } from './engine-profile.ts';
import { loadKernelTables, type KernelTables } from './kernel-tables.ts';
import type { ProfileSource } from './profile-source.ts';

/** The measured kernels of one GPU, by engine version. */
export interface KernelLibrary {
  /** The tables, those of the version nearest to the engine's first. Empty where nothing was measured. */
  nearest(engine: EngineProfile): readonly KernelTables[];
}

/** The tables of a GPU; files are read when they are first asked for. */
export function kernelLibrary(source: ProfileSource, gpu: string): KernelLibrary {
  const names = source.names('kernels').filter((name) => name.startsWith(`${gpu}--vllm-`));
  const loaded = new Map<string, KernelTables>();
  const load = (name: string): KernelTables => {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const tables = loadKernelTables(source, name);
    loaded.set(name, tables);
    return tables;
  };
  return {
    nearest(engine) {
      const wanted = versionNumber(engine.version);
      const distance = (name: string): number =>
        Math.abs(versionNumber(name.slice(gpu.length + '--vllm-'.length)) - wanted);
      return [...names].sort((a, b) => distance(a) - distance(b) || (a > b ? -1 : 1)).map(load);
    },
  };
}

/** 0.24.0 -> 24, 1.3 -> 1003: for distances between versions. */
function versionNumber(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1000 + minor;
}
