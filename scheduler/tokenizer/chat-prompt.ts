import type { BodyFields } from './body-fields.ts';
import { goJson } from './go-json.ts';
import { audioTokens, imageUrlTokens, videoTokens, type MediaEstimate } from './media-estimate.ts';
import { PromptWriter, type TokenizedPrompt } from './prompt-writer.ts';

/**
 * /v1/chat/completions: the tools as JSON, then role and content of each message; no separators, no chat template.
 * Undefined without messages. Source: chatCompletionsBytes in tokenizer/estimate.go of llm-d-router.
 */
export function chatPrompt(
  body: BodyFields,
  headers: Readonly<Record<string, string>>,
  estimate: MediaEstimate,
): TokenizedPrompt | undefined {
  const writer = new PromptWriter();
  const tools = body.list('tools') ?? [];
  if (tools.length > 0) writer.text(goJson(tools));
  const messages = body.objects('messages');
  for (const message of messages) {
    writer.text(message.string('role'));
    const content = message.textOrBlocks('content');
    if (typeof content === 'string') writer.text(content);
    else for (const block of content) writeBlock(writer, block, headers, estimate);
  }
  return messages.length === 0 ? undefined : writer.prompt();
}

function writeBlock(
  writer: PromptWriter,
  block: BodyFields,
  headers: Readonly<Record<string, string>>,
  estimate: MediaEstimate,
): void {
  const image = block.object('image_url').string('url');
  const video = block.object('video_url').string('url');
  const audioUrl = block.object('audio_url').string('url');
  const audio = block.object('input_audio');
  const sound = audio.string('data') + audio.string('format');
  const text = block.string('text');
  switch (block.string('type')) {
    case 'text':
      writer.text(text);
      break;
    case 'image_url':
      writer.item('image', image, imageUrlTokens(image, estimate));
      break;
    case 'video_url':
      writer.item('video', video, videoTokens(headers, estimate));
      break;
    case 'input_audio':
      writer.item('audio', sound, audioTokens(sound));
      break;
    case 'audio_url':
      writer.item('audio', audioUrl, audioTokens(audioUrl));
      break;
    default:
      break;
  }
}
