/** The TPOT SLOs of the requests that run on each endpoint, by endpoint index; a request without one counts with 0. */
export class RunningSlos {
  private readonly byEndpoint: (Map<number, number> | undefined)[] = [];

  add(endpoint: number, slo: number): void {
    const counts = (this.byEndpoint[endpoint] ??= new Map());
    counts.set(slo, (counts.get(slo) ?? 0) + 1);
  }

  remove(endpoint: number, slo: number): void {
    const counts = this.byEndpoint[endpoint];
    const left = (counts?.get(slo) ?? 0) - 1;
    if (left > 0) counts?.set(slo, left);
    else counts?.delete(slo);
  }

  /** The least SLO of the endpoint's requests; 0 when there are none. */
  least(endpoint: number): number {
    let least = Infinity;
    for (const slo of this.byEndpoint[endpoint]?.keys() ?? []) if (slo < least) least = slo;
    return least === Infinity ? 0 : least;
  }

  /** Requests that run on the endpoint. */
  count(endpoint: number): number {
    let count = 0;
    for (const requests of this.byEndpoint[endpoint]?.values() ?? []) count += requests;
    return count;
  }

  forget(endpoint: number): void {
    this.byEndpoint[endpoint] = undefined;
  }
}
