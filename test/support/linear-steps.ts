/** Steps of a server that is exactly linear: 7 ms, 20 us a sequence, 50 us a token, 100 ns a token of context. */
export const LINEAR_STEPS = [
  'batch,tokens,milliseconds,context',
  ...Array.from({ length: 60 }, (_, k) => {
    const batch = 1 + ((k * 7) % 48);
    const tokens = k % 3 === 0 ? batch * 50 : batch;
    const context = k % 3 === 0 ? 0 : batch * (100 + 97 * (k % 11));
    return [batch, tokens, 7 + 0.02 * batch + 0.05 * tokens + 0.0001 * context, context].join();
  }),
].join('\n');
