import type { Flight } from './flight.ts';

/*
 * Requests in flight. Layout: an array in no particular order; each flight knows its place, the last one fills a gap. (A Set
 * keeps alive, across its rehashes, flights that have long been deleted.)
 */
export class Flights {
  private readonly flights: Flight[] = [];

  get size(): number {
    return this.flights.length;
  }

  add(flight: Flight): void {
    flight.place = this.flights.length;
    this.flights.push(flight);
  }

  delete(flight: Flight): void {
    const last = this.flights.pop();
    if (last === undefined || last === flight) return;
    this.flights[flight.place] = last;
    last.place = flight.place;
  }

  /** In no particular order; changes with every request that comes or goes. */
  get all(): readonly Flight[] {
    return this.flights;
  }

  /** In the order in which they were sent. */
  inOrder(): Flight[] {
    return [...this.flights].sort((a, b) => a.index - b.index);
  }
}
