import type { BodyFields } from './body-fields.ts';
import { goStruct } from './go-json.ts';
import { imageDataTokens, imageUrlTokens, type MediaEstimate } from './media-estimate.ts';
import { PromptWriter, type TokenizedPrompt } from './prompt-writer.ts';

/**
 * Anthropic's /v1/messages: the tools as JSON (name, description, input schema), the system text, then role and content
 * of each message. Undefined without messages. The input of a tool's use is written compactly, whatever spaces the
 * client put into it. Source: messagesBytes in tokenizer/estimate.go of llm-d-router.
 */
export function messagesPrompt(body: BodyFields, estimate: MediaEstimate): TokenizedPrompt | undefined {
  const writer = new PromptWriter();
  const tools = body.objects('tools');
  if (tools.length > 0) writer.text(`[${tools.map(toolText).join(',')}]`);
  writeSystem(writer, body.textOrBlocks('system'));
  const messages = body.objects('messages');
  for (const message of messages) {
    writer.text(message.string('role'));
    const content = message.textOrBlocks('content');
    if (typeof content === 'string') writer.text(content);
    else for (const block of content) writeBlock(writer, block, estimate);
  }
  return messages.length === 0 ? undefined : writer.prompt();
}

function toolText(tool: BodyFields): string {
  const description = tool.string('description');
  return goStruct([
    ['name', tool.string('name')],
    ['description', description === '' ? undefined : description],
    ['input_schema', tool.any('input_schema')],
  ]);
}

/** Claude Code puts a hash of each request into its system prompt; it must not separate prompts that are equal else. */
const BILLING_PREFIX = 'x-anthropic-billing-header';

function writeSystem(writer: PromptWriter, system: string | readonly BodyFields[]): void {
  if (typeof system === 'string') {
    writer.text(system);
    return;
  }
  for (const block of system) {
    const text = block.string('text');
    if (block.string('type') === 'text' && !text.startsWith(BILLING_PREFIX)) writer.text(text);
  }
}

function writeBlock(writer: PromptWriter, block: BodyFields, estimate: MediaEstimate): void {
  switch (block.string('type')) {
    case 'text':
      writer.text(block.string('text'));
      break;
    case 'thinking':
      writer.text(block.string('thinking'));
      break;
    case 'image':
      writeImage(writer, block, estimate);
      break;
    case 'tool_use': {
      const input = block.any('input');
      writer.text(block.string('id'));
      writer.text(block.string('name'));
      if (input !== undefined) writer.text(JSON.stringify(input));
      break;
    }
    case 'tool_result':
      writeToolResult(writer, block, estimate);
      break;
    default:
      break;
  }
}

function writeImage(writer: PromptWriter, block: BodyFields, estimate: MediaEstimate): void {
  const source = block.object('source');
  const url = source.string('url');
  const data = source.string('data');
  if (url !== '') writer.item('image', url, imageUrlTokens(url, estimate));
  else if (data !== '') writer.item('image', data, imageDataTokens(data, estimate));
}

function writeToolResult(writer: PromptWriter, block: BodyFields, estimate: MediaEstimate): void {
  const content = block.textOrBlocks('content');
  if (typeof content === 'string') {
    writer.text(content);
    return;
  }
  const texts = content.filter((part) => part.string('type') === 'text');
  writer.text(texts.map((part) => part.string('text')).join('\n'));
  for (const part of content) {
    if (part.string('type') !== 'image') continue;
    const url = imageUrl(part.object('source'));
    if (url !== '') writer.item('image', url, imageUrlTokens(url, estimate));
  }
}

/** vLLM's conversion takes image/jpeg where the media type is missing. */
function imageUrl(source: BodyFields): string {
  const url = source.string('url');
  const data = source.string('data');
  if (source.string('type') === 'url' || url !== '') return url;
  const mediaType = source.string('media_type');
  return data === '' ? '' : `data:${mediaType === '' ? 'image/jpeg' : mediaType};base64,${data}`;
}
