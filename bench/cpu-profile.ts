import { Session, type Profiler } from 'node:inspector';

import { invariant } from '../base/invariant.ts';

/** Between two samples, microseconds: about 2,000 samples a second. */
const SAMPLING_INTERVAL_US = 500;

/** The sampled CPU profile of `work`, as V8's own profiler takes it. */
export function profileOf(work: () => void): Profiler.Profile {
  const session = new Session();
  session.connect();
  try {
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US });
    session.post('Profiler.start');
    work();
    let profile: Profiler.Profile | undefined;
    // A session of the own thread answers at once.
    session.post('Profiler.stop', (error, stopped) => {
      if (error === null) ({ profile } = stopped);
    });
    invariant(profile !== undefined, 'the profiler gives what it has recorded');
    return profile;
  } finally {
    session.disconnect();
  }
}
