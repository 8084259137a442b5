/** `address:port`, an IPv6 address in brackets. Source: net.JoinHostPort of the Go standard library. */
export function hostPort(address: string, port: string): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
