export type { LoadedConfig } from './config/loaded-config.ts';
