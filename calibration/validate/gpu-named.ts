import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';

/** Names that say less than a profile, and the part that they commonly stand for. */
const SHORT: Readonly<Record<string, string>> = {
  // aiconfigurator src/aiconfigurator/systems/a100_sxm.yaml: 80 GB.
  a100_sxm: 'a100-sxm-80gb',
  // The same chip, memory and power as the server edition (NVIDIA, RTX PRO 6000 Blackwell data sheets).
  'nvidia rtx pro 6000 blackwell workstation edition': 'rtx-pro-6000-96gb',
};

/**
 * The profile of a GPU that a measurement names, be it as aiconfigurator, a report or the driver writes it; undefined when
 * there is none, or several.
 */
export function gpuNamed(source: ProfileSource, name: string): string | undefined {
  const names = source.names('gpus');
  const own = name.trim().toLowerCase();
  const exact = names.find((one) => one === (SHORT[own] ?? own));
  if (exact !== undefined || own === '') return exact;
  const asked = partsOf(own);
  const fits = (written: string): boolean => {
    const { stem, memory } = partsOf(written);
    return stem === asked.stem && (memory ?? asked.memory) === (asked.memory ?? memory);
  };
  const named = names.filter(fits);
  const found = named.length > 0 ? named : names.filter((one) => fits(deviceName(source, one)));
  return found.length === 1 ? found[0] : undefined;
}

/** Words that tell no two GPUs apart. */
const NOISE = /^(nvidia|amd|instinct|geforce|blackwell|edition|gpu|oam|ac|hbm3e?)$/;

/** What tells a GPU from others, written together, and its memory; SXM is the form that is meant where none is said. */
function partsOf(name: string): { readonly stem: string; readonly memory: string | undefined } {
  // A remark: "(CoreWeave)".
  const plain = name.toLowerCase().replaceAll(/\((?![^)]*(pcie|nvl)).*?\)/g, '');
  const words = plain.split(/[^a-z0-9]+/).filter((word) => word !== '' && !NOISE.test(word));
  const isMemory = (word: string): boolean => /^\d+gb$/.test(word);
  return {
    stem: words
      .filter((word) => !isMemory(word))
      .join('')
      .replace(/sxm\d?$/, ''),
    memory: words.find(isMemory),
  };
}

/** As the driver names it; read as text because every row of a table asks. */
function deviceName(source: ProfileSource, gpu: string): string {
  return /^device_name: *(.+)$/m.exec(source.read('gpus', gpu)?.text ?? '')?.[1] ?? gpu;
}
