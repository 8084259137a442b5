/*
 * Changes of short lists in place. Array.splice makes an array of what it took out, which nobody reads, for each sequence
 * that begins and each that ends.
 */

/** Takes an item out of a list that holds it; those behind it move up. */
export function takeOut<T>(list: T[], item: T): void {
  for (let place = list.indexOf(item) + 1; place < list.length; place++) {
    const next = list[place];
    if (next !== undefined) list[place - 1] = next;
  }
  list.pop();
}

/** Puts an item at a place of a list; those from there on move down. */
export function putIn<T>(list: T[], place: number, item: T): void {
  list.push(item);
  for (let behind = list.length - 1; behind > place; behind--) {
    const previous = list[behind - 1];
    if (previous !== undefined) list[behind] = previous;
  }
  list[place] = item;
}
