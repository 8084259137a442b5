/** What the process ends with; scripts rely on it. Signals end it with 128 + their number (130, 143), as the shell has it. */
export const EXIT = {
  done: 0,
  /** Reading, writing or the network failed. */
  io: 1,
  /** A wrong command line, or an input that the user can fix. */
  usage: 2,
  /** No fleet that may be bought keeps its promise. */
  infeasible: 3,
  /** A gate does not let the candidate pass: a threshold fails, or it is significantly worse. */
  gateFailed: 99,
  /** A bug of ours. */
  invariant: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
