import type { Tokens } from '../../base/units.ts';
import { base64ImageSize, type PixelSize } from './image-size.ts';

/**
 * How many placeholder tokens stand for an image, a video, a sound. Absent fields take the defaults below.
 * Source: pkg/epp/framework/plugins/requestcontrol/dataproducer/tokenizer (mm_estimate.go, README) of llm-d-router.
 */
export interface MediaEstimate {
  readonly image?: {
    /** `dynamic`: pixels / factor; `static`: a constant. */
    readonly mode?: string;
    readonly defaultResolution?: PixelSize;
    readonly factor?: number;
    readonly staticTokens?: number;
  };
  readonly video?: {
    readonly tokensPerFrameMode?: string;
    readonly factor?: number;
    readonly staticTokensPerFrame?: number;
    /** `sampled`: duration x sampleFps; `strided`: duration x source rate / stride. */
    readonly framesMode?: string;
    readonly minFrames?: number;
    readonly maxFrames?: number;
    readonly sampleFps?: number;
    readonly temporalPatchSize?: number;
    readonly sourceFps?: number;
    readonly frameStride?: number;
    readonly defaultResolution?: PixelSize;
    /** Seconds. */
    readonly defaultDuration?: number;
    readonly maxTokens?: Tokens;
  };
}

/** A 360p picture where the real size is unknown, and its pixels per token: 225 tokens. */
const DEFAULT_SIZE: PixelSize = { width: 640, height: 360 };
const PIXELS_PER_TOKEN = 1024;
const VIDEO_SECONDS = 10;
const SAMPLED_FPS = 2;
const SOURCE_FPS = 24;
/** A sound counts by the length of its text: one token per 4 bytes. */
const BYTES_PER_TOKEN = 4;

/** Tokens of an image given by URL; `data:image/…;base64,…` is looked into for its size. */
export function imageUrlTokens(url: string, { image = {} }: MediaEstimate): Tokens {
  const mark = url.indexOf('base64,');
  const embedded = url.startsWith('data:image/') && mark >= 0;
  return imageTokens(embedded ? base64ImageSize(url.slice(mark + 'base64,'.length)) : undefined, image);
}

/** Tokens of an image given as bare base64. */
export function imageDataTokens(base64: string, { image = {} }: MediaEstimate): Tokens {
  return imageTokens(base64ImageSize(base64), image);
}

function imageTokens(size: PixelSize | undefined, image: NonNullable<MediaEstimate['image']>): Tokens {
  if (image.mode === 'static') return positive(image.staticTokens) ?? 1;
  return tokensOfPixels(size ?? withDefaults(image.defaultResolution), image.factor);
}

/** Tokens of a video; the request's headers say more about it than its URL does. */
export function videoTokens(
  headers: Readonly<Record<string, string>>,
  { video = {} }: MediaEstimate,
): Tokens {
  const tokens = frames(headers, video) * tokensPerFrame(headers, video);
  return Math.max(1, Math.min(tokens, positive(video.maxTokens) ?? Infinity));
}

function frames(
  headers: Readonly<Record<string, string>>,
  video: NonNullable<MediaEstimate['video']>,
): number {
  const seconds =
    positiveNumber(headers['x-llm-d-video-duration-seconds']) ??
    positive(video.defaultDuration) ??
    VIDEO_SECONDS;
  const clamp = (count: number): number =>
    Math.min(Math.max(count, positive(video.minFrames) ?? 0), positive(video.maxFrames) ?? Infinity);
  if (video.framesMode === 'strided') {
    const fps = positiveNumber(headers['x-llm-d-video-fps']) ?? positive(video.sourceFps) ?? SOURCE_FPS;
    return clamp(Math.trunc(Math.trunc(seconds * fps) / Math.max(1, video.frameStride ?? 1)));
  }
  const sampled = clamp(Math.trunc(seconds * (positive(video.sampleFps) ?? SAMPLED_FPS)));
  return Math.trunc(sampled / Math.max(1, video.temporalPatchSize ?? 1));
}

function tokensPerFrame(
  headers: Readonly<Record<string, string>>,
  video: NonNullable<MediaEstimate['video']>,
): Tokens {
  if (video.tokensPerFrameMode === 'static') return positive(video.staticTokensPerFrame) ?? 1;
  const size = resolution(headers['x-llm-d-video-resolution']) ?? withDefaults(video.defaultResolution);
  return tokensOfPixels(size, video.factor);
}

/** Tokens of a sound given by its text (base64 data and format, or the URL). */
export function audioTokens(text: string): Tokens {
  return Math.max(1, Math.ceil(new TextEncoder().encode(text).length / BYTES_PER_TOKEN));
}

function tokensOfPixels({ width, height }: PixelSize, factor: number | undefined): Tokens {
  return Math.max(1, Math.trunc((width * height) / (positive(factor) ?? PIXELS_PER_TOKEN)));
}

function withDefaults(size: PixelSize | undefined): PixelSize {
  return {
    width: positive(size?.width) ?? DEFAULT_SIZE.width,
    height: positive(size?.height) ?? DEFAULT_SIZE.height,
  };
}

function resolution(text: string | undefined): PixelSize | undefined {
  const match = /^\s*\+?(\d+)\s*[xX]\s*\+?(\d+)\s*$/.exec(text ?? '');
  const size = { width: Number(match?.[1]), height: Number(match?.[2]) };
  return size.width > 0 && size.height > 0 ? size : undefined;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

function positiveNumber(text: string | undefined): number | undefined {
  return text === undefined || text.trim() !== text || text === '' ? undefined : positive(Number(text));
}
